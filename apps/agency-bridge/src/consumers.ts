import { agencyOfReplies, findCloudEventViolations, topicsOf, trainingTopics } from '@cups/agency-contract';
import type { StoredBackend } from '@cups/backend/stored';
import type { ReceivedEvent, RefusedMessage, Refusal } from '@cups/contracts';
import type { HandlerResult, RawMessage } from '@cups/events';
import { limitViolations } from './inbound/reply-issue.ts';
import type { Config } from './config.ts';

/** Consumer group of intake's events. Before agencies had their own groups, it also consumed replies. */
const GROUP = 'agency-bridge';
/** Divides the concurrency of intake's events to get that of one agency, so that none uses all store connections. */
const AGENCY_SHARE = 4;

/** Returns the consumer group and topic of an agency's replies. */
export const replySubscriptionOf = (agency: string) => ({
  groupId: `${GROUP}-replies-${agency}`,
  topics: [topicsOf(agency).replies],
});

/** Returns the contract's cause for a message that is not a CloudEvent, with its invalid headers. */
function explainRefusal(message: RawMessage): Refusal {
  const violations = limitViolations(findCloudEventViolations(message));
  const fields = [...new Set(violations.map(({ field }) => field || '*'))];
  return { cause: 'NOT_CLOUDEVENTS', fields, detail: { violations, agency: '', isReported: false } };
}

/** Returns the agency that sent a refused message, or '' if nobody can be informed. */
const senderOf = ({ topic, detail }: RefusedMessage): string => agencyOfReplies(topic) ?? detail?.agency ?? '';

/** Handlers of events, of dropped intake events and of refused agency messages. */
interface EventHandlers {
  handle: (event: ReceivedEvent) => Promise<HandlerResult>;
  handleDocument: (event: ReceivedEvent) => Promise<HandlerResult>;
  handleMany: (agency: string, events: ReceivedEvent[]) => Promise<(HandlerResult | undefined)[]>;
  skip: (event: ReceivedEvent) => Promise<void>;
  handleRefused: (agency: string, training: boolean, messages: RefusedMessage[]) => Promise<void>;
}

/**
 * Starts a consumer for intake's events, one for those of documents, one for trainings and one per agency, each with its own group. An agency
 * that floods or lacks its topic therefore blocks no other. An idle consumer costs less than 0.1 % of a core.
 * @returns a function that starts to consume an agency's replies, once; the topic may not exist yet
 */
export function startConsumers(
  backend: StoredBackend<Config>,
  { handle, handleDocument, handleMany, skip, handleRefused }: EventHandlers,
): (agency: string) => void {
  const { concurrency } = backend.config;
  const keepRefused = async (messages: RefusedMessage[]): Promise<void> => {
    for (const [agency, ofAgency] of Map.groupBy(messages, senderOf)) {
      if (agency !== '') await handleRefused(agency, ofAgency[0]?.topic === trainingTopics().replies, ofAgency);
    }
    await backend.refusals.keep(messages);
  };
  const consumed = new Set<string>();
  const share = Math.max(1, Math.ceil(concurrency / AGENCY_SHARE));
  backend.consume({ groupId: GROUP, topics: ['cups.applications'], concurrency, handle, skip, keepRefused });
  backend.consume({
    groupId: `${GROUP}-documents`,
    topics: ['cups.documents'],
    concurrency: share,
    handle: handleDocument,
    keepRefused,
  });
  backend.consume({
    groupId: `${GROUP}-training`,
    topics: [trainingTopics().replies],
    concurrency: share,
    handle,
    keepRefused,
    explain: explainRefusal,
  });

  return (agency) => {
    if (consumed.has(agency)) return;
    consumed.add(agency);
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
