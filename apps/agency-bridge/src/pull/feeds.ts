import type { OutboxOptions, StoredBackend } from '@cups/backend/stored';
import type { Agencies } from '../agencies.ts';
import type { Config } from '../config.ts';
import { AgencyFeeds } from './feed.ts';
import { publishToFeeds } from './feed-events.ts';
import { Webhooks, webhooksOf } from './webhook/webhooks.ts';

/** The parts of the bridge for agencies that pull. */
export interface OpenFeeds {
  feeds: AgencyFeeds;
  /** Sends events of feeds to their feeds, and wakes their agencies. */
  route: NonNullable<OutboxOptions['route']>;
  /** Applies the webhook in the file of an agency. */
  observeWebhook: (agency: string) => void;
}

/** Opens the feeds and starts the calls of webhooks. */
export function openFeeds(backend: StoredBackend<Config>, agencies: Agencies): OpenFeeds {
  const { store, now } = backend;
  const feeds = new AgencyFeeds(store);
  const webhooks = startWebhooks(backend, agencies);
  const onAdded = (codes: string[]) => webhooks.wake(codes);
  return {
    feeds,
    route: (toKafka) => publishToFeeds(toKafka, feeds, { now, onAdded }),
    // While the store is unavailable, the next message or call reports the state.
    observeWebhook: (agency) => void webhooks.observe(agency).catch(() => {}),
  };
}

function startWebhooks(backend: StoredBackend<Config>, agencies: Agencies): Webhooks {
  const { store, config, keys, now, log, metrics } = backend;
  const documents = webhooksOf(store);
  const { webhookTimeoutMs: timeoutMs, allowLoopbackWebhooks: allowsLoopback } = config;
  const urlOf = (code: string) => (agencies.channelOf(code) === 'pull' ? agencies.webhookOf(code) : undefined);
  const ping = { timeoutMs, allowsLoopback };
  const webhooks = new Webhooks({ documents, urlOf, keys, ping, now, log, metrics });
  backend.startTimers({ documents, due: (agency) => webhooks.callDue(agency), pollMs: config.timerPollMs });
  return webhooks;
}
