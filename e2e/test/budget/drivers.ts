import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The copies of the drivers that the libraries of the platform load, as far as the budget needs them. */

interface MongoClient {
  options: { monitorCommands: boolean };
  connect(): Promise<unknown>;
  on(event: 'commandStarted', listener: (event: { commandName: string; command: object }) => void): unknown;
}

interface StoreCollection {
  countDocuments(filter: object): Promise<number>;
  find(filter: object): { toArray(): Promise<unknown[]> };
}

export interface StoreConnection {
  useDb(name: string): { collection(name: string): StoreCollection };
  close(): Promise<void>;
}

interface Mongoose {
  mongo: { MongoClient: { prototype: MongoClient } };
  createConnection(uri: string, options: object): { asPromise(): Promise<StoreConnection> };
}

/** Creates a part of kafkajs: a producer, a consumer or an administrator. */
type CreateKafkaPart = (...args: unknown[]) => {
  on(event: string, listener: (event: { payload: { apiName: string } }) => void): unknown;
};

interface Kafkajs {
  Kafka: { prototype: Record<'producer' | 'consumer' | 'admin', CreateKafkaPart> };
}

interface Grpc {
  Client: {
    prototype: {
      makeUnaryRequest(path: string, ...rest: unknown[]): unknown;
      makeServerStreamRequest(
        path: string,
        serialize: unknown,
        deserialize: unknown,
        argument: unknown,
        ...rest: unknown[]
      ): unknown;
    };
  };
}

const load = (library: string, driver: string): unknown =>
  createRequire(join(import.meta.dirname, '../../../libs', library, 'src/index.ts'))(driver);

export const loadMongoose = () => load('store', 'mongoose') as Mongoose;
export const loadKafkajs = () => load('events', 'kafkajs') as Kafkajs;
export const loadGrpc = () => load('rpc', '@grpc/grpc-js') as Grpc;
