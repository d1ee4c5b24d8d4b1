import { topicsOf } from '@cups/agency-contract';
import { createConsumer, openLagWatch, WRITERS } from '@cups/events';
import type { Consumer, Handled, Park, RefusedMessage } from '@cups/events';
import type { Log, Metrics, ReceivedEvent } from '@cups/contracts';

/** The group that reads what intake says; before there was one for each agency, it read their replies as well. */
const GROUP = 'agency-bridge';
/** Of the handlers that read intake's events, so many may work for one agency: none takes all connections to the store. */
const SHARE = 4;

export interface ConsumersOptions {
  brokers: string[];
  prefix: string;
  /** Events of intake that are worked on at once; a quarter of it for each agency's replies. */
  concurrency: number;
  log: Log;
  metrics: Metrics;
  handle: (event: ReceivedEvent) => Promise<Handled>;
  keepRefused: (messages: RefusedMessage[]) => Promise<void>;
  park: Park;
}

/** The contract has its own name for bytes that are no event. */
const named = (message: RefusedMessage): RefusedMessage =>
  message.cause === 'NOT_A_CLOUDEVENT' ? Object.assign({}, message, { cause: 'NOT_CLOUDEVENTS' }) : message;

/** What reads for the bridge. */
export interface Consumers {
  /** Begins to read what an agency replies, once; its topic may come later. */
  add(agency: string): void;
  /** False when a handler hangs. */
  live(): boolean;
  stop(): Promise<void>;
}

/**
 * One consumer for what intake says, and one for each agency, in a group of its own: whatever an agency sends, or a topic of
 * it that is missing or closed, holds up nobody else. An idle consumer costs some hundredths of a percent of a core.
 */
export function startConsumers(options: ConsumersOptions): Consumers {
  const { concurrency, brokers, prefix, log, metrics, handle, park } = options;
  const watch = openLagWatch({ brokers, prefix, log, metrics });
  const keepRefused = (messages: RefusedMessage[]) => options.keepRefused(messages.map(named));
  const shared = { brokers, prefix, log, metrics, handle, keepRefused, watch, expects: WRITERS };
  const applications = createConsumer({ ...shared, park, groupId: GROUP, topics: ['cups.applications'], concurrency });
  const replies = new Map<string, Consumer>();
  const all = (): Consumer[] => [applications, ...replies.values()];
  let stopped = false;

  const repliesOf = (agency: string): Consumer =>
    createConsumer({
      ...shared,
      groupId: `${GROUP}-replies-${agency}`,
      topics: [topicsOf(agency).replies],
      inheritFrom: GROUP,
      concurrency: Math.max(1, Math.ceil(concurrency / SHARE)),
    });

  return {
    add(agency) {
      if (!stopped && !replies.has(agency)) replies.set(agency, repliesOf(agency));
    },
    live: () => all().every((one) => one.live()),
    async stop() {
      stopped = true;
      await Promise.all(all().map((one) => one.stop()));
      await watch.stop();
    },
  };
}
