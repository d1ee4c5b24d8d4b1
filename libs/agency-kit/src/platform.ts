import { topicsOf } from '@cups/agency-contract';
import type { OutgoingMessage } from '@cups/agency-contract';
import { Partitioners } from 'kafkajs';
import { Connection } from './connection.ts';
import type { ReplyEvaluator, ConsumedReply, Evaluation } from './reply-evaluator.ts';
import type { Log } from './log.ts';
import type { Access } from './sign-in.ts';

/** Where an agency's topics are, and the credentials to play the platform on them. */
export type BrokerTarget = {
  brokers: string[];
  access: Access;
  /** Credentials of the agency's own system, if known. */
  systemAccess?: Access;
  prefix: string;
  agency: string;
};

/** An agency without Kafka, which reads and replies over the agency API. */
export type PullTarget = { agency: string };

/** The platform's side of the messages of one agency, over Kafka or HTTPS. */
export interface PlatformSide {
  topics: { requests: string; replies: string };
  /** Starts to connect; the other side may become available later. */
  start(): void;
  /** Returns whether requests can be sent and every further reply is received. */
  isReady(): boolean;
  /** Resolves when the messages can be read. */
  send(messages: OutgoingMessage[]): Promise<void>;
  /** Returns the partition counts of the two topics. */
  partitions(): Promise<{ requests: number; replies: number }>;
  stop(): Promise<void>;
}

/** A reply of the agency and the platform's evaluation of it. */
export type EvaluatedReply = { message: ConsumedReply; evaluation: Evaluation };

const partitioner = Partitioners.DefaultPartitioner();

/** Returns the partition of a key as Kafka's Java client computes it (murmur2). */
export const partitionOf = (key: string, partitions: number): number =>
  partitioner({
    topic: '',
    partitionMetadata: Array.from({ length: partitions }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 1,
      replicas: [],
      isr: [],
    })),
    message: { key, value: null },
  });

/** The platform's side of an agency's topics: sends requests and evaluates new replies. */
export class Platform implements PlatformSide {
  readonly topics: { requests: string; replies: string };
  readonly #connection: Connection;

  /** @param onReply called with each reply, in order per partition; must not throw */
  constructor(target: BrokerTarget, evaluator: ReplyEvaluator, onReply: (reply: EvaluatedReply) => void, log: Log) {
    const { brokers, access, prefix, agency } = target;
    const topics = topicsOf(agency, prefix);
    this.topics = topics;
    const clientId = `${prefix}cups-agency`;
    this.#connection = new Connection({
      brokers,
      access,
      clientId,
      // Commits nothing: each run has its own group, which Kafka deletes later.
      groupId: `${clientId}.${agency}.${process.pid}-${Date.now().toString(36)}`,
      reads: topics.replies,
      writes: topics.requests,
      startAt: 'now',
      maxWaitMs: 100,
      onBatch: (partition, messages) => {
        for (const kafkaMessage of messages) {
          const message = Object.assign(kafkaMessage, { topic: topics.replies, partition });
          onReply({ message, evaluation: evaluator.evaluate(message) });
        }
      },
      log,
    });
  }

  start(): void {
    this.#connection.start();
  }

  isReady(): boolean {
    return this.#connection.isReady();
  }

  /** Resolves when the broker has all messages. */
  async send(messages: OutgoingMessage[]): Promise<void> {
    await this.#connection.send(messages);
  }

  async partitions(): Promise<{ requests: number; replies: number }> {
    const { requests, replies } = this.topics;
    const [first = 1, second = 1] = await this.#connection.partitions([requests, replies]);
    return { requests: first, replies: second };
  }

  async stop(): Promise<void> {
    await this.#connection.stop();
  }
}
