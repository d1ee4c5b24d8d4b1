import { topicsOf } from '@cups/agency-contract';
import type { OutgoingMessage } from '@cups/agency-contract';
import { Partitioners } from 'kafkajs';
import { Connection } from './connection.ts';
import type { ReplyEvaluator, ConsumedReply, Evaluation } from './reply-evaluator.ts';
import type { Log } from './log.ts';
import type { Access } from './sign-in.ts';

/** Where an agency's two topics are, and as whom the platform's side of them is played. */
export type BrokerTarget = {
  brokers: string[];
  access: Access;
  /** As whom the agency's own system signs in, where that is known. */
  systemAccess?: Access;
  prefix: string;
  agency: string;
};

/** A reply of the agency, and what the platform does with it. */
export type EvaluatedReply = { message: ConsumedReply; evaluation: Evaluation };

const partitioner = Partitioners.DefaultPartitioner();

/** The partition of a key, as Kafka's own client of Java chooses it (murmur2). */
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

/** The platform's side of an agency's two topics: it sends requests and judges what the agency replies from now on. */
export class Platform {
  readonly topics: { requests: string; replies: string };
  readonly #connection: Connection;

  /** @param onReply is told of each reply, in the order of its partition; must not throw */
  constructor(target: BrokerTarget, evaluator: ReplyEvaluator, onReply: (heard: EvaluatedReply) => void, log: Log) {
    const { brokers, access, prefix, agency } = target;
    const topics = topicsOf(agency, prefix);
    this.topics = topics;
    const clientId = `${prefix}cups-agency`;
    this.#connection = new Connection({
      brokers,
      access,
      clientId,
      // Nothing is committed: each run has a group of its own, which Kafka forgets.
      groupId: `${clientId}.${agency}.${process.pid}-${Date.now().toString(36)}`,
      reads: topics.replies,
      writes: topics.requests,
      startAt: 'now',
      maxWaitMs: 100,
      consumeOnly: false,
      onBatch: (partition, messages) => {
        for (const one of messages) {
          const message = Object.assign(one, { topic: topics.replies, partition });
          onReply({ message, evaluation: evaluator.evaluate(message) });
        }
      },
      log,
    });
  }

  /** Begins to connect; the broker may come later. */
  start(): void {
    this.#connection.start();
  }

  /** Whether requests can go out, and every reply from now on is heard. */
  isReady(): boolean {
    return this.#connection.isReady();
  }

  /** Resolves when all are at the broker. */
  async send(messages: OutgoingMessage[]): Promise<void> {
    await this.#connection.send(messages);
  }

  /** How many partitions the two topics have. */
  async partitions(): Promise<{ requests: number; replies: number }> {
    const { requests, replies } = this.topics;
    const [first = 1, second = 1] = await this.#connection.partitions([requests, replies]);
    return { requests: first, replies: second };
  }

  async stop(): Promise<void> {
    await this.#connection.stop();
  }
}
