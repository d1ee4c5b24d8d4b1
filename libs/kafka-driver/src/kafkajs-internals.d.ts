/** The internals of kafkajs 2.2.4 that the modules in this folder use and patch. */
declare module 'kafkajs/src/network/requestQueue/index.js' {
  interface RequestQueue {
    pending: unknown[];
    inflight: Map<number, { sentAt: number; requestTimeout: number; timeoutRequest(): void }>;
    requestTimeout: number;
    enforceRequestTimeout: boolean;
    requestTimeoutIntervalId?: NodeJS.Timeout;
    isConnected(): boolean;
    destroy(): void;
    scheduleRequestTimeoutCheck(): void;
    scheduleCheckPendingRequests(): void;
  }
  const requestQueue: { prototype: RequestQueue };
  export default requestQueue;
}

declare module 'kafkajs/src/protocol/decoder.js' {
  export default class Decoder {
    constructor(buffer: Buffer);
    readInt8(): number;
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readDouble(): number;
    readString(): string;
    readBytes(length: number): Buffer;
    readUVarIntString(): string | null;
    readUVarIntArray<T>(read: () => T): T[] | null;
    readTaggedFields(): unknown;
    readArray<T>(read: (decoder: Decoder) => T): T[];
    readArrayAsync<T>(read: (decoder: Decoder) => Promise<T>): Promise<T[]>;
  }
}

declare module 'kafkajs/src/protocol/requests/fetch/v11/response.js' {
  const response: { decode(raw: Buffer): Promise<unknown> };
  export default response;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    writeInt8(value: number): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeDouble(value: number): this;
    writeBoolean(value: boolean): this;
    writeString(value: string | null): this;
    writeUVarInt(value: number): this;
    writeUVarIntString(value: string): this;
    writeUVarIntBytes(value: Buffer): this;
    writeBuffer(value: Buffer): this;
    readonly buffer: Buffer;
  }
}

declare module 'kafkajs/src/protocol/error.js' {
  export function createErrorFromCode(code: number): Error;
}

declare module 'kafkajs/src/cluster/brokerPool.js' {
  interface BrokerPool {
    withBroker(callback: (given: unknown) => Promise<unknown>): Promise<unknown>;
  }
  const brokerPool: { prototype: BrokerPool };
  export default brokerPool;
}

declare module 'kafkajs/src/consumer/consumerGroup.js' {
  interface Connection {
    requestQueue: { rejectAll(error: Error): void };
  }
  export default class ConsumerGroup {
    groupId: string;
    maxWaitTime: number;
    cluster: { brokerPool: { brokers: Record<string, { connectionPool: { pool: Connection[] } }> } };
    joinAndSync(): Promise<void>;
    paused(): unknown[];
    fetch(nodeId: number): Promise<unknown[]>;
  }
}

declare module 'kafkajs/src/consumer/runner.js' {
  import type ConsumerGroup from 'kafkajs/src/consumer/consumerGroup.js';

  export default class Runner {
    consumerGroup: ConsumerGroup;
    heartbeat(): Promise<void>;
    stop(): Promise<void>;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  export default function crc32c(bytes: Buffer): number;
}

declare module 'kafkajs/src/protocol/requests/produce/index.js' {
  import type Encoder from 'kafkajs/src/protocol/encoder.js';
  import type { OutgoingMessage } from './encode-batch.ts';

  export interface ProduceParameters {
    acks: number;
    timeout: number;
    compression?: number;
    transactionalId?: string | null;
    /** -1 without idempotence. */
    producerId?: number;
    topicData: {
      topic: string;
      partitions: { partition: number; messages: OutgoingMessage[] }[];
    }[];
  }
  const produce: {
    protocol(options: {
      version: number;
    }): (parameters: ProduceParameters) => { request: { encode(): Promise<Encoder> }; response: object };
  };
  export default produce;
}
