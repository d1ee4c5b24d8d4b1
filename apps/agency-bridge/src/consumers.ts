import { topicsOf } from '@cups/agency-contract';
import { createConsumer, openLagWatch, WRITERS } from '@cups/events';
import type { CloudEvent, Consumer, Handled, Park, RefusedMessage } from '@cups/events';
import type { Log, Metrics } from '@cups/contracts';

/** The group that reads what intake says; before there was one for each agency, it read their replies as well. */
const GROUP = 'agency-bridge';
/** Of the handlers that read intake's events, so many may work for one agency: none takes all connections to the store. */
const SHARE = 4;

export interface ConsumersOptions {
  brokers: string[];
  prefix: string;
  /** Their codes. */
  agencies: string[];
  /** Events of intake that are worked on at once; a quarter of it for each agency's replies. */
  concurrency: number;
  log: Log;
  metrics: Metrics;
  handle: (event: CloudEvent) => Promise<Handled>;
  keepRefused: (messages: RefusedMessage[]) => Promise<void>;
  park: Park;
}

/** The contract has its own name for bytes that are no event. */
const named = (message: RefusedMessage): RefusedMessage =>
  message.cause === 'NOT_A_CLOUDEVENT' ? Object.assign({}, message, { cause: 'NOT_CLOUDEVENTS' }) : message;

/**
 * One consumer for what intake says, and one for each agency, in a group of its own: whatever an agency sends, or a topic of
 * it that is missing or closed, holds up nobody else. An idle consumer costs some hundredths of a percent of a core.
 */
export function startConsumers(options: ConsumersOptions): Consumer {
  const { agencies, concurrency, brokers, prefix, log, metrics, handle, park } = options;
  const watch = openLagWatch({ brokers, prefix, log, metrics });
  const keepRefused = (messages: RefusedMessage[]) => options.keepRefused(messages.map(named));
  const shared = { brokers, prefix, log, metrics, handle, keepRefused, watch, expects: WRITERS };
  const applications = createConsumer({ ...shared, park, groupId: GROUP, topics: ['cups.applications'], concurrency });
  const replies = agencies.map((code) =>
    createConsumer({
      ...shared,
      groupId: `${GROUP}-replies-${code}`,
      topics: [topicsOf(code).replies],
      inheritFrom: GROUP,
      concurrency: Math.max(1, Math.ceil(concurrency / SHARE)),
    }),
  );
  const all = [applications, ...replies];
  return {
    live: () => all.every((one) => one.live()),
    ready: () => all.every((one) => one.ready()),
    async stop() {
      await Promise.all(all.map((one) => one.stop()));
      await watch.stop();
    },
  };
}
