import { readFileSync } from 'node:fs';
import { createConsumer, connectKafka, openLagWatch } from '@cups/events';
import { createTopicsAndWait, startLocal } from '@cups/local';
import { createLog } from '@cups/process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Measures idle consumers for 4, 20 and 100 agencies, the platform's beside raw kafkajs ones. Prints percent of a core for this process
 * and Kafka. Run: `node bench/consumers.ts`
 */
const SECONDS = 12;
const log = createLog({ service: 'bench', level: 'silent' });

/** Returns the CPU time of a process so far. */
const readCpuMs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const wait = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

type RunningConsumers = { ready(): boolean; stop(): Promise<void> };

function startPlatformConsumers(brokers: string[], topics: string[]): RunningConsumers {
  const watch = openLagWatch({ brokers, prefix: '', log });
  const all = topics.map((topic) =>
    createConsumer({
      brokers,
      prefix: '',
      log,
      watch,
      groupId: `ours-${topics.length}-${topic}`,
      topics: [topic],
      expects: {},
      handle: () => Promise.resolve('done'),
      keepRefused: () => Promise.resolve(),
    }),
  );
  return {
    ready: () => all.every((one) => one.ready()),
    async stop() {
      await Promise.all(all.map((one) => one.stop()));
      await watch.stop();
    },
  };
}

function startRawConsumers(brokers: string[], topics: string[]): RunningConsumers {
  let joined = 0;
  const all = topics.map((topic) => {
    const groupId = `raw-${topics.length}-${topic}`;
    const consumer = connectKafka(brokers, groupId).consumer({
      groupId,
      sessionTimeout: 10_000,
      maxWaitTimeInMs: 2_000,
    });
    consumer.on('consumer.group_join', () => (joined += 1));
    const running = (async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
    })();
    return { consumer, running };
  });
  return {
    ready: () => joined >= topics.length,
    async stop() {
      await Promise.all(all.map(({ consumer, running }) => running.then(() => consumer.disconnect())));
    },
  };
}

/** Returns the idle load in percent of a core: this process, Kafka. */
async function measure(started: RunningConsumers, kafka: number): Promise<[number, number]> {
  while (!started.ready()) await wait(0.1);
  await wait(5);
  const [own, theirs, began] = [process.cpuUsage(), readCpuMs(kafka), performance.now()];
  await wait(SECONDS);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(own);
  await started.stop();
  return [(user + system) / seconds / 10_000, ((readCpuMs(kafka) - theirs) / seconds) * 100];
}

const dataDir = await mkdtemp(join(tmpdir(), 'cups-consumers-'));
const local = await startLocal({ dataDir, parts: ['kafka'] });
const brokers = local.kafkaBrokers.split(',');
try {
  const admin = connectKafka(brokers, 'bench').admin();
  await admin.connect();
  const topics = Array.from({ length: 100 }, (_, at) => ({ topic: `agency-${at}`, numPartitions: 3 }));
  await createTopicsAndWait(admin, topics);
  await admin.disconnect();
  console.log('agencies | ours %, Kafka % | raw kafkajs %, Kafka % | ours and Kafka together, ratio to raw');
  for (const count of [4, 20, 100]) {
    const names = topics.slice(0, count).map(({ topic }) => topic);
    const own = await measure(startPlatformConsumers(brokers, names), local.pids.kafka);
    const plain = await measure(startRawConsumers(brokers, names), local.pids.kafka);
    const [sum, plainSum] = [own[0] + own[1], plain[0] + plain[1]];
    const shown = [own, plain].map((pair) => pair.map((one) => one.toFixed(1)).join(', ')).join(' | ');
    console.log(`${count} | ${shown} | ${sum.toFixed(1)}, ${(sum / plainSum).toFixed(2)}`);
  }
} finally {
  await local.stop();
  await rm(dataDir, { recursive: true, force: true });
}
