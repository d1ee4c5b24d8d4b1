import { agencyOfReplies, findCloudEventViolations, topicsOf, trainingTopics } from '@cups/agency-contract';
import type { StoredBackend } from '@cups/backend/stored';
import type { ReceivedEvent, RefusedMessage, Refusal } from '@cups/contracts';
import type { HandlerResult, RawMessage } from '@cups/events';
import { limitViolations } from './agency/reply-issue.ts';
import type { Config } from './config.ts';

/** The group that reads what intake says; before there was one for each agency, it read their replies as well. */
const GROUP = 'agency-bridge';
/** Of the handlers that read intake's events, so many may work for one agency: none takes all connections to the store. */
const AGENCY_SHARE = 4;

/** Who reads what an agency replies. */
export const replySubscriptionOf = (agency: string) => ({
  groupId: `${GROUP}-replies-${agency}`,
  topics: [topicsOf(agency).replies],
});

/** The contract has its own name for bytes that are no event, and says which headers are wrong. */
function explainRefusal(message: RawMessage): Refusal {
  const violations = limitViolations(findCloudEventViolations(message));
  const fields = [...new Set(violations.map(({ field }) => field || '*'))];
  return { cause: 'NOT_CLOUDEVENTS', fields, detail: { violations, agency: '', told: false } };
}

/** Whose words a refused message stands for; '' where nobody can be told of it. */
const senderOf = ({ topic, detail }: RefusedMessage): string => agencyOfReplies(topic) ?? detail?.agency ?? '';

/** What is done about events, about those of intake that an operator dropped, and about messages of agencies that were refused. */
interface EventHandlers {
  handle: (event: ReceivedEvent) => Promise<HandlerResult>;
  handleMany: (agency: string, events: ReceivedEvent[]) => Promise<(HandlerResult | undefined)[]>;
  skip: (event: ReceivedEvent) => Promise<void>;
  handleRefused: (agency: string, training: boolean, messages: RefusedMessage[]) => Promise<void>;
}

/**
 * One consumer for what intake says, one for trainings, and one for each agency, in a group of its own: whatever an agency sends, or a topic of
 * it that is missing or closed, holds up nobody else. An idle consumer costs some hundredths of a percent of a core.
 * @returns begins to read what an agency replies, once; its topic may come later
 */
export function startConsumers(
  backend: StoredBackend<Config>,
  { handle, handleMany, skip, handleRefused: refused }: EventHandlers,
): (agency: string) => void {
  const { concurrency } = backend.config;
  const keepRefused = async (all: RefusedMessage[]): Promise<void> => {
    for (const [agency, of] of Map.groupBy(all, senderOf)) {
      if (agency !== '') await refused(agency, of[0]?.topic === trainingTopics().replies, of);
    }
    await backend.refusals.keep(all);
  };
  const read = new Set<string>();
  const share = Math.max(1, Math.ceil(concurrency / AGENCY_SHARE));
  backend.consume({ groupId: GROUP, topics: ['cups.applications'], concurrency, handle, skip, keepRefused });
  backend.consume({
    groupId: `${GROUP}-training`,
    topics: [trainingTopics().replies],
    concurrency: share,
    handle,
    keepRefused,
    explain: explainRefusal,
  });

  return (agency) => {
    if (read.has(agency)) return;
    read.add(agency);
    const handleBatch = (events: ReceivedEvent[]) => handleMany(agency, events);
    const options = {
      inheritFrom: GROUP,
      concurrency: share,
      handle,
      handleMany: handleBatch,
      keepRefused,
      explain: explainRefusal,
    };
    backend.consume(Object.assign(options, replySubscriptionOf(agency)));
  };
}
