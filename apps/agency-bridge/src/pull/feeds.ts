import type { OutboxOptions, StoredBackend } from '@cups/backend/stored';
import type { Agencies } from '../agencies.ts';
import type { Config } from '../config.ts';
import type { FeedActivity } from '@cups/contracts/gen/cups/agencybridge/v1/FeedActivity.ts';
import { readFeedActivity } from './feed-activity.ts';
import { FeedWaits } from './feed-waits.ts';
import { startFeedWatch } from './feed-watch.ts';
import { AgencyFeeds } from './feed.ts';
import { publishToFeeds } from './feed-events.ts';
import { Webhooks, webhooksOf } from './webhook/webhooks.ts';

/** Maximum number of webhooks that are called at the same time. Each agency has one, so that none waits for another. */
const MAX_CALLS = 1_000;
/** Another process repeats a call that a shutdown ends. */
const STOP_TIMEOUT_MS = 1_000;

/** The parts of the bridge for agencies that pull. */
export interface OpenFeeds {
  feeds: AgencyFeeds;
  /** Reads that wait for a message. */
  waits: FeedWaits;
  /** Sends events of feeds to their feeds, and wakes their agencies. */
  route: NonNullable<OutboxOptions['route']>;
  /** Applies the webhook in the file of an agency. */
  observeWebhook: (agency: string) => void;
  /** Returns how far an agency has read, and the state of its webhook. */
  feedActivity: (agency: string) => Promise<FeedActivity>;
}

/** Opens the feeds, and starts the calls of webhooks and the measurements. */
export function openFeeds(backend: StoredBackend<Config>, agencies: Agencies): OpenFeeds {
  const { store, now, log, metrics } = backend;
  const feeds = new AgencyFeeds(store);
  const documents = webhooksOf(store);
  const webhooks = startWebhooks(backend, documents, agencies);
  const observeWebhook = (agency: string) => webhooks.observe(agency);
  const pulling = () => agencies.pulling();
  backend.onShutdown('work', startFeedWatch({ feeds, observeWebhook, pulling, log, metrics, now }));
  const webhookOf = (code: string) => agencies.webhookOf(code);
  const waits = new FeedWaits({ feeds, metrics });
  // Before the calls drain: a read would wait longer than they may.
  backend.onShutdown('sources', () => waits.stop());
  const onAdded = (codes: string[]) => {
    waits.wake(codes);
    return webhooks.wake(codes);
  };
  return {
    feeds,
    waits,
    route: (toKafka) => publishToFeeds(toKafka, feeds, { now, onAdded }),
    // While the store is unavailable, the next measurement reports the state.
    observeWebhook: (agency) => void observeWebhook(agency).catch(() => {}),
    feedActivity: (agency) => readFeedActivity(agency, { feeds, webhooks: documents, webhookOf }),
  };
}

function startWebhooks(
  backend: StoredBackend<Config>,
  documents: ReturnType<typeof webhooksOf>,
  agencies: Agencies,
): Webhooks {
  const { config, keys, now, log, metrics } = backend;
  const { webhookTimeoutMs: timeoutMs, allowLoopbackWebhooks: allowsLoopback } = config;
  const urlOf = (code: string) => (agencies.channelOf(code) === 'pull' ? agencies.webhookOf(code) : undefined);
  const ping = { timeoutMs, allowsLoopback };
  const webhooks = new Webhooks({ documents, urlOf, keys, ping, now, log, metrics });
  const due = (agency: string, _kind: string, deadline: AbortSignal) => webhooks.callDue(agency, deadline);
  backend.startTimers({
    documents,
    due,
    pollMs: config.timerPollMs,
    concurrency: MAX_CALLS,
    stopTimeoutMs: STOP_TIMEOUT_MS,
  });
  return webhooks;
}
