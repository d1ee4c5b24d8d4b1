import { topicsOf, trainingTopics } from '@cups/agency-contract';
import type { StoredBackend } from '@cups/backend/stored';
import type { ReceivedEvent, RefusedMessage } from '@cups/contracts';
import type { Handled } from '@cups/events';
import type { Config } from './config.ts';

/** The group that reads what intake says; before there was one for each agency, it read their replies as well. */
const GROUP = 'agency-bridge';
/** Of the handlers that read intake's events, so many may work for one agency: none takes all connections to the store. */
const SHARE = 4;

/** The contract has its own name for bytes that are no event. */
const named = (message: RefusedMessage): RefusedMessage =>
  message.cause === 'NOT_A_CLOUDEVENT' ? Object.assign({}, message, { cause: 'NOT_CLOUDEVENTS' }) : message;

/** What is done about events, and about those of intake that an operator dropped. */
interface Events {
  handle: (event: ReceivedEvent) => Promise<Handled>;
  skip: (event: ReceivedEvent) => Promise<void>;
}

/**
 * One consumer for what intake says, one for trainings, and one for each agency, in a group of its own: whatever an agency sends, or a topic of
 * it that is missing or closed, holds up nobody else. An idle consumer costs some hundredths of a percent of a core.
 * @returns begins to read what an agency replies, once; its topic may come later
 */
export function startConsumers(backend: StoredBackend<Config>, { handle, skip }: Events): (agency: string) => void {
  const { concurrency } = backend.config;
  const keepRefused = (messages: RefusedMessage[]) => backend.refusals.keep(messages.map(named));
  const read = new Set<string>();
  const share = Math.max(1, Math.ceil(concurrency / SHARE));
  backend.consume({ groupId: GROUP, topics: ['cups.applications'], concurrency, handle, skip, keepRefused });
  backend.consume({
    groupId: `${GROUP}-training`,
    topics: [trainingTopics().replies],
    concurrency: share,
    handle,
    keepRefused,
  });

  return (agency) => {
    if (read.has(agency)) return;
    read.add(agency);
    backend.consume({
      groupId: `${GROUP}-replies-${agency}`,
      topics: [topicsOf(agency).replies],
      inheritFrom: GROUP,
      concurrency: share,
      handle,
      keepRefused,
    });
  };
}
