import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connectKafka } from '@cups/events';
import { createTopicsAndWait, startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { Partitioners } from 'kafkajs';
import type { Producer } from 'kafkajs';

/**
 * Measures the cost of Kafka's sync before each acknowledgement: the same sends with and without it, alternating, on empty folders.
 * Prints medians, and the ratio of each round. Run: `node bench/flush.ts`
 */
const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const ROUNDS = Number(values.rounds);
/** As large as a request to an agency. */
const VALUE = Buffer.alloc(3_000, 'x');
const SINGLES = 400;
const BATCHES = 40;
const BATCH = 50;

interface FlushRound {
  /** Milliseconds per single send. */
  single: number;
  /** The slowest of a hundred sends. */
  slowest: number;
  /** Messages per second, in batches of 50 over three partitions, as the relay sends them. */
  perSecond: number;
}

async function startBroker(flush: boolean, folder: string) {
  const local = await startLocal({ dataDir: join(folder, String(flush)), parts: ['kafka'], flush });
  const kafka = connectKafka([local.kafkaBrokers], 'bench');
  const admin = kafka.admin();
  await admin.connect();
  await createTopicsAndWait(admin, [{ topic: 'things', numPartitions: 3 }]);
  await admin.disconnect();
  const producer = kafka.producer({
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  return { local, producer };
}

let sent = 0;
const messages = (count: number) => Array.from({ length: count }, () => ({ key: String((sent += 1)), value: VALUE }));
const send = (producer: Producer, count: number) =>
  producer.send({ topic: 'things', acks: -1, messages: messages(count) });

async function measureRound(producer: Producer): Promise<FlushRound> {
  const times: number[] = [];
  for (let n = 0; n < SINGLES; n += 1) {
    const began = performance.now();
    await send(producer, 1);
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const began = performance.now();
  for (let n = 0; n < BATCHES; n += 1) await send(producer, BATCH);
  const perSecond = (BATCHES * BATCH * 1_000) / (performance.now() - began);
  return { single: times[SINGLES / 2]!, slowest: times[Math.floor(SINGLES * 0.99)]!, perSecond };
}

const median = (of: readonly number[]): number => [...of].sort((a, b) => a - b)[Math.floor(of.length / 2)]!;
const formatSpread = (of: readonly number[]): string =>
  `${median(of).toFixed(2)} (${Math.min(...of).toFixed(2)} to ${Math.max(...of).toFixed(2)})`;

const folder = await mkdtemp(join(tmpdir(), 'cups-flush-'));
const started: { local: LocalPlatform; producer: Producer }[] = [];
try {
  for (const flush of [true, false]) started.push(await startBroker(flush, folder));
  const [on, off] = started.map(({ producer }) => producer);
  for (const producer of [on!, off!]) await measureRound(producer);
  const rounds: { on: FlushRound; off: FlushRound }[] = [];
  for (let n = 0; n < ROUNDS; n += 1) rounds.push({ on: await measureRound(on!), off: await measureRound(off!) });
  const row = (name: keyof FlushRound, words: string) => {
    const [flushed, plain] = (['on', 'off'] as const).map((kind) => rounds.map((round) => round[kind][name]));
    const ratios = rounds.map((round) => round.on[name] / round.off[name]);
    console.log(`${words} | ${formatSpread(flushed!)} | ${formatSpread(plain!)} | ${formatSpread(ratios)}`);
  };
  console.log(`${ROUNDS} rounds by turns, medians (least to most) | on the disk | not | ratio of a round`);
  row('single', 'one message of 3 KB, ms');
  row('slowest', 'one message, 99 of 100, ms');
  row('perSecond', 'messages a second in batches of 50');
} finally {
  for (const { local, producer } of started) {
    await producer.disconnect();
    await local.stop();
  }
  await rm(folder, { recursive: true, force: true });
}
