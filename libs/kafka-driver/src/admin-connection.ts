import type { Kafka } from 'kafkajs';

/** A protocol request that kafkajs lacks. */
export interface ProtocolRequest {
  apiKey: number;
  apiVersion: number;
  apiName: string;
  /** @returns an `Encoder` of kafkajs with the body */
  encode(): Promise<unknown>;
}

/** Decodes the response. `parse` throws the error that the response reports. */
export interface ProtocolResponse<Answer> {
  decode(raw: Buffer): Promise<Answer & ThrottleTimes>;
  parse(data: Answer & ThrottleTimes): Promise<unknown>;
}

/** Fields that kafkajs requires in every response. */
export interface ThrottleTimes {
  throttleTime: number;
  clientSideThrottleTime: number;
}

interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  brokerPool: {
    seedBroker: {
      connectionPool: { send(protocol: { request: ProtocolRequest; response: object }): Promise<unknown> };
    };
  };
}

/** Sends a request over the open connection to the first broker. */
export type SendRequest = <Answer extends object>(
  request: ProtocolRequest,
  response: ProtocolResponse<Answer>,
) => Promise<Answer>;

/** Creates a connection as kafkajs does for its admin client; kafkajs exports no function for it. */
function createCluster(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description?.endsWith('createCluster'));
  const make = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol as symbol];
  if (!make)
    throw new Error('This version of kafkajs has no createCluster: see libs/kafka-driver/src/admin-connection.ts.');
  return make({});
}

/**
 * Opens a connection for requests that kafkajs lacks, while `work` runs.
 * @throws Error of kafkajs if the broker is unavailable or rejects the sign-in, and what `work` throws
 */
export async function withAdminConnection<Result>(
  kafka: Kafka,
  work: (sendRequest: SendRequest) => Promise<Result>,
): Promise<Result> {
  const cluster = createCluster(kafka);
  try {
    await cluster.connect();
    const { connectionPool } = cluster.brokerPool.seedBroker;
    return await work(
      <Answer>(request: ProtocolRequest, response: object) =>
        connectionPool.send({ request, response }) as Promise<Answer>,
    );
  } finally {
    await cluster.disconnect();
  }
}
