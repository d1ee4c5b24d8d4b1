import { pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Kafka } from 'kafkajs';
import Decoder from 'kafkajs/src/protocol/decoder.js';
import Encoder from 'kafkajs/src/protocol/encoder.js';
import { createErrorFromCode } from 'kafkajs/src/protocol/error.js';

const derive = promisify(pbkdf2);

/** SCRAM-SHA-512, as the protocol numbers it, and its length in bytes. */
const MECHANISM = 2;
const LENGTH = 64;
/** What Kafka's own tools take; it demands 4,096 at least. */
const ITERATIONS = 4_096;

interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  brokerPool: { seedBroker: { connectionPool: { send(protocol: object): Promise<unknown> } } };
}

/** kafkajs opens a connection for its own requests only; this is how it makes the one of an admin. */
function clusterOf(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find(({ description }) => description?.endsWith('createCluster'));
  const make = (kafka as unknown as Record<symbol, (options: object) => Cluster>)[symbol as symbol];
  if (!make) throw new Error('This kafkajs makes its connections otherwise: see driver/scram.ts.');
  return make({});
}

/** AlterUserScramCredentials, version 0, which kafkajs does not have: no deletion, one new password. */
function request(user: string, salt: Buffer, salted: Buffer) {
  return {
    apiKey: 51,
    apiVersion: 0,
    apiName: 'AlterUserScramCredentials',
    encode: () =>
      Promise.resolve(
        new Encoder()
          // The header that kafkajs writes ends without the tags that this request has.
          .writeUVarInt(0)
          .writeUVarInt(1)
          .writeUVarInt(2)
          .writeUVarIntString(user)
          .writeInt8(MECHANISM)
          .writeInt32(ITERATIONS)
          .writeUVarIntBytes(salt)
          .writeUVarIntBytes(salted)
          .writeUVarInt(0)
          .writeUVarInt(0),
      ),
  };
}

const response = {
  decode(raw: Buffer) {
    const decoder = new Decoder(raw);
    decoder.readTaggedFields();
    const clientSideThrottleTime = decoder.readInt32();
    const codes = decoder.readUVarIntArray(() => {
      decoder.readUVarIntString();
      const code = decoder.readInt16();
      decoder.readUVarIntString();
      decoder.readTaggedFields();
      return code;
    });
    return Promise.resolve({ throttleTime: 0, clientSideThrottleTime, codes: codes ?? [] });
  },
  parse(data: { codes: number[] }) {
    for (const code of data.codes) if (code !== 0) throw createErrorFromCode(code);
    return Promise.resolve(data);
  },
};

/**
 * Gives a user of Kafka a password (SCRAM-SHA-512), and makes the user when there is none. The password itself does not travel. Who
 * is connected stays connected.
 * @throws Error of kafkajs, such as CLUSTER_AUTHORIZATION_FAILED
 */
export async function setPassword(kafka: Kafka, user: string, password: string): Promise<void> {
  const salt = randomBytes(32);
  const salted = await derive(password, salt, ITERATIONS, LENGTH, 'sha512');
  const cluster = clusterOf(kafka);
  try {
    await cluster.connect();
    await cluster.brokerPool.seedBroker.connectionPool.send({ request: request(user, salt, salted), response });
  } finally {
    await cluster.disconnect();
  }
}
