import type { Platform } from '@cups/tools/platform';
import { createKafkaClient } from '../arrivals.ts';
import { nowMs } from '../processes.ts';

/** First appearance of applications on agency topics, and time of their decision in the platform. */
export interface ApplicationTimes {
  /** By application; the message key names the agency. */
  requests: Map<string, { ms: number; agency: string }>;
  decided: Map<string, number>;
  stop: () => Promise<void>;
}

const DECIDED = 'cups.agencybridge.v1.DeliveryDecided';

/** Resolves after joining. */
export async function watchApplicationTimes(
  platform: Platform,
  agencies: readonly string[],
): Promise<ApplicationTimes> {
  const { prefix } = platform;
  const consumer = createKafkaClient(platform).consumer({
    groupId: `${prefix}bench-watch`,
    allowAutoTopicCreation: false,
  });
  const requests: ApplicationTimes['requests'] = new Map();
  const decided: ApplicationTimes['decided'] = new Map();
  const joined = new Promise<void>((resolve) => consumer.on('consumer.group_join', () => resolve()));
  await consumer.connect();
  const topics = [...agencies.map((code) => `${prefix}agency.${code}.requests`), `${prefix}cups.deliveries`];
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      const ms = nowMs();
      for (const { key, headers } of batch.messages) {
        const application = String(key).slice(0, 26);
        if (batch.topic.endsWith('.requests')) {
          const agency = batch.topic.slice(`${prefix}agency.`.length, -'.requests'.length);
          if (!requests.has(application)) requests.set(application, { ms, agency });
        } else if (String(headers?.['ce_type']) === DECIDED && !decided.has(application)) decided.set(application, ms);
      }
      return Promise.resolve();
    },
  });
  await joined;
  return { requests, decided, stop: () => consumer.disconnect() };
}
