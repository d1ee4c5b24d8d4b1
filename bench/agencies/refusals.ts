import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Platform } from '@cups/tools/platform';
import { createKafkaClient } from '../arrivals.ts';
import { nowMs, round } from '../processes.ts';
import { lagOf } from './lag.ts';
import { median, startBenchPlatform } from './bench-platform.ts';

/**
 * Measures how many garbage messages per second the bridge refuses: fills a replies topic while the bridge is stopped, then starts it.
 * A consumer of the same client that only counts reads the same messages first.
 */

const AGENCY = 'asp';
const MESSAGES = 20_000;
const BYTES = 2_048;
const BATCH = 500;
const POLL_INTERVAL_MS = 50;
const TIMEOUT_MS = 300_000;

export async function measureRefusals({ rounds, onProgress }: { rounds: number; onProgress: (line: string) => void }) {
  const stage = await startBenchPlatform({ onProgress });
  const { platform } = stage;
  const topic = `${platform.prefix}agency.${AGENCY}.replies`;
  try {
    const measured: { refusedPerSecond: number; countedPerSecond: number; ratio: number }[] = [];
    for (let n = 0; n < rounds; n += 1) {
      await platform.end('agency-bridge');
      await fill(platform, topic);
      const countedPerSecond = await count(platform, topic, n);
      const refusing = refuse(platform, topic);
      await platform.start('agency-bridge');
      const refusedPerSecond = await refusing;
      const ratio = round(refusedPerSecond / countedPerSecond, 3);
      measured.push({ refusedPerSecond, countedPerSecond, ratio });
      onProgress(`${refusedPerSecond}/s refused, ${countedPerSecond}/s only counted: ${ratio}`);
    }
    const medianBy = (pick: (one: (typeof measured)[number]) => number) => median(measured.map(pick));
    return {
      messages: MESSAGES,
      bytes: BYTES,
      refusedPerSecond: medianBy((one) => one.refusedPerSecond),
      countedPerSecond: medianBy((one) => one.countedPerSecond),
      ratio: medianBy((one) => one.ratio),
      measured,
    };
  } finally {
    await stage.close();
  }
}

/** Writes with the platform's own client, which has no quota. */
async function fill(platform: Platform, topic: string): Promise<void> {
  const producer = createKafkaClient(platform).producer({ allowAutoTopicCreation: false });
  await producer.connect();
  try {
    for (let sent = 0; sent < MESSAGES; sent += BATCH) {
      const messages = Array.from({ length: BATCH }, (_, at) => ({ key: `k${sent + at}`, value: randomBytes(BYTES) }));
      await producer.send({ topic, messages });
    }
  } finally {
    await producer.disconnect();
  }
}

/** Reads the whole topic as a new group, which only counts. @returns messages per second, from the first batch on */
async function count(platform: Platform, topic: string, turn: number): Promise<number> {
  const groupId = `${platform.prefix}bench-count-${turn}`;
  const lag = await lagOf(platform, groupId, topic);
  const all = await lag.now();
  await lag.close();
  const consumer = createKafkaClient(platform).consumer({ groupId, allowAutoTopicCreation: false });
  let [began, last, read] = [0, 0, 0];
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      began ||= nowMs();
      read += batch.messages.length;
      last = nowMs();
      return Promise.resolve();
    },
  });
  await until(() => Promise.resolve(read >= all), 'the counting consumer');
  await consumer.disconnect();
  return round((read * 1_000) / (last - began), 0);
}

/** Waits until the bridge has read everything. @returns messages per second, from its first commit to its last */
async function refuse(platform: Platform, topic: string): Promise<number> {
  const group = `${platform.prefix}agency-bridge-replies-${AGENCY}`;
  const lag = await lagOf(platform, group, topic);
  try {
    const whole = await lag.now();
    let first = { at: 0, lag: whole };
    await until(async () => {
      const rest = await lag.now();
      if (first.at === 0 && rest < whole) first = { at: nowMs(), lag: rest };
      return rest === 0;
    }, 'the bridge');
    return round((first.lag * 1_000) / (nowMs() - first.at), 0);
  } finally {
    await lag.close();
  }
}

async function until(isDone: () => Promise<boolean>, who: string): Promise<void> {
  for (const end = nowMs() + TIMEOUT_MS; !(await isDone()); await pause(POLL_INTERVAL_MS)) {
    if (nowMs() > end) throw new Error(`${who} did not read all messages within ${TIMEOUT_MS / 1_000} s`);
  }
}
