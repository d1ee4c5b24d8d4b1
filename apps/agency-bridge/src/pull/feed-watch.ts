import type { Log, Metrics } from '@cups/contracts';
import { startPeriodic } from '@cups/process';
import type { AgencyFeeds } from './feed.ts';

/** Measures what waits in the feeds of agencies that pull, and their webhooks. A system that no longer polls learns of nothing new. */

const EVERY_MS = 60_000;
/** The files of the agencies are read first. */
const FIRST_MS = 5_000;

export interface FeedWatchOptions {
  feeds: Pick<AgencyFeeds, 'unread'>;
  /** Reports the state of an agency's webhook. A replica that started does not know it until then. */
  observeWebhook: (agency: string) => Promise<void>;
  /** Returns the codes of the agencies that pull. */
  pulling: () => string[];
  log: Log;
  metrics: Metrics;
  now: () => Date;
  /** Interval of the measurements, ms. @default 1 minute */
  everyMs?: number;
  /** @default 5 seconds */
  firstMs?: number;
}

/** Each replica measures. @returns a function that stops it */
export function startFeedWatch(options: FeedWatchOptions) {
  const { feeds, observeWebhook, pulling, log, metrics, now, everyMs = EVERY_MS, firstMs = FIRST_MS } = options;
  const unread = metrics.gauge(
    'agency_feed_unread',
    'Messages of a feed after the cursor with which its agency last read, at most 1,000; measured each minute.',
    ['agency'],
  );
  const oldest = metrics.gauge(
    'agency_feed_oldest_unread_seconds',
    'ALARM: time since the oldest of these messages was added; 0 without any.',
    ['agency'],
  );
  const measured = new Set<string>();
  async function measure(): Promise<void> {
    const current = pulling();
    for (const agency of current) {
      const { count, oldestTime } = await feeds.unread(agency);
      measured.add(agency);
      unread.set({ agency }, count);
      oldest.set({ agency }, oldestTime ? Math.max(0, now().getTime() - oldestTime.getTime()) / 1_000 : 0);
      await observeWebhook(agency);
    }
    // An agency with another channel has no feed to read.
    for (const agency of [...measured].filter((code) => !current.includes(code))) {
      unread.set({ agency }, 0);
      oldest.set({ agency }, 0);
      await observeWebhook(agency);
      measured.delete(agency);
    }
  }
  return startPeriodic({
    firstMs,
    everyMs,
    work: measure,
    onFailure: (error) => log.warn({ event: 'feed-measure-failed', error }),
  });
}
