import type { Kafka } from 'kafkajs';

/** A request that kafkajs does not have. */
export interface ProtocolRequest {
  apiKey: number;
  apiVersion: number;
  apiName: string;
  /** @returns an `Encoder` of kafkajs, with what stands behind the header */
  encode(): Promise<unknown>;
}

/** How its answer is read. `parse` throws what the answer tells of a failure. */
export interface ProtocolResponse<Answer> {
  decode(raw: Buffer): Promise<Answer & ThrottleTimes>;
  parse(data: Answer & ThrottleTimes): Promise<unknown>;
}

/** What kafkajs wants to see in every answer. */
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

/** Sends a request over the connection that is open, to the broker that was named first. */
export type SendRequest = <Answer extends object>(
  request: ProtocolRequest,
  response: ProtocolResponse<Answer>,
) => Promise<Answer>;

/** kafkajs opens a connection for its own requests only; this is how it makes the one of an admin. */
function createCluster(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description?.endsWith('createCluster'));
  const make = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol as symbol];
  if (!make) throw new Error('This kafkajs makes its connections otherwise: see driver/ask.ts.');
  return make({});
}

/**
 * A connection for requests that kafkajs does not have, for as long as `work` lasts.
 * @throws Error of kafkajs when nobody answers or one may not sign in, and what `work` throws
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
