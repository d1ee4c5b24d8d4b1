import { agencyOfReplies, agencyOfSource, trainingTopics } from '@cups/agency-contract';
import type { Log, Metrics, ReceivedEvent, RefusedMessage } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { ApplicationEventHandler } from './outbound/application-event-handler.ts';
import type { RemoveMessages } from './outbound/application-event-handler.ts';
import { CopiesClient } from './outbound/copies-client.ts';
import type { ReleaseDocuments } from './outbound/copies-client.ts';
import { createDocumentEventHandler } from './outbound/document-event-handler.ts';
import { DeliveryMonitor } from './outbound/delivery-monitor.ts';
import type { Channel } from './domain/channel.ts';
import type { RefusedReplies } from './inbound/refused-replies.ts';
import { ReplyHandler } from './inbound/reply-handler.ts';
import { ResultDocuments } from './inbound/result-documents.ts';
import type { AcceptResultDocuments } from './inbound/result-documents.ts';
import { FeedReader } from './pull/feed-reader.ts';
import type { FeedWaits } from './pull/feed-waits.ts';
import type { AgencyFeeds } from './pull/feed.ts';
import { MessageClient } from './outbound/message-client.ts';
import type { GetMessage } from './outbound/message-client.ts';
import { MessageSender } from './outbound/message-sender.ts';
import { SubmissionSender } from './outbound/submission-sender.ts';
import type { Deliveries } from './store.ts';
import { SubmissionClient } from './outbound/submission-client.ts';
import { createAcknowledgementLatencyObserver } from './latency-metrics.ts';
import type { GetSubmission } from './outbound/submission-client.ts';
import type { UnmatchedReplyReporter } from './inbound/unmatched-reply-reporter.ts';

export interface EventHandlersOptions {
  deliveries: Deliveries;
  feeds: AgencyFeeds;
  waits: FeedWaits;
  refusedReplies: RefusedReplies;
  unmatchedReplies: UnmatchedReplyReporter;
  /** Returns whether an agency with this code exists. */
  isAgency: (code: string) => boolean;
  /** Returns how an agency receives deliveries. */
  channelOf: (code: string) => Channel;
  /** Returns whether an agency's system handles reminders. */
  acceptsReminders: (code: string) => boolean;
  getSubmission: GetSubmission;
  getMessage: GetMessage;
  /** Returns whether an agency, by its code, reads messages of desks. */
  acceptsMessages: (code: string) => boolean;
  releaseDocuments: ReleaseDocuments;
  acceptResultDocuments: AcceptResultDocuments;
  removeMessages: RemoveMessages;
  now: () => Date;
  log: Log;
  metrics: Metrics;
}

/** Creates the handlers of events from intake and agencies, and of timers. */
export function createEventHandlers(options: EventHandlersOptions) {
  const { deliveries, refusedReplies, unmatchedReplies, isAgency, now, log, metrics } = options;
  const { getSubmission, getMessage, acceptsMessages, releaseDocuments, channelOf } = options;
  const monitor = new DeliveryMonitor(log, metrics);
  const submissions = new SubmissionClient(getSubmission, isAgency, log);
  const copies = new CopiesClient(releaseDocuments, log);
  const messageClient = new MessageClient(getMessage, log);
  const messages = new MessageSender({ deliveries, messages: messageClient, channelOf, acceptsMessages, now });
  const sender = new SubmissionSender({ deliveries, submissions, copies, messages, monitor, channelOf, now });
  const { removeMessages, acceptsReminders } = options;
  const applications = new ApplicationEventHandler({
    deliveries,
    sender,
    monitor,
    removeMessages,
    acceptsReminders,
    now,
  });
  const { feeds, waits } = options;
  const contents = { submissions, messages: messageClient, copies };
  const resultDocuments = new ResultDocuments(options.acceptResultDocuments, now);
  const replies = new ReplyHandler({
    deliveries,
    refused: refusedReplies,
    resultDocuments,
    onReply: createAcknowledgementLatencyObserver(metrics),
    now,
  });
  return {
    handle(event: ReceivedEvent): Promise<HandlerResult> {
      // One topic for all agencies: its only writer sets the source to the agency.
      if (event.topic === trainingTopics().replies) {
        return replies.handle(event, { agency: agencyOfSource(event.source) ?? '', training: true });
      }
      const agency = agencyOfReplies(event.topic);
      return agency === undefined ? applications.handle(event) : replies.handle(event, { agency, training: false });
    },
    /** Handles an event of documents. */
    handleDocument: createDocumentEventHandler(deliveries, (id) => sender.sendNow(id)),
    resultDocuments,
    feedReader: new FeedReader({ deliveries, feeds, waits, ...contents, log, metrics, now }),
    /** Handles a batch of messages of one agency. */
    handleMany: (agency: string, messages: ReceivedEvent[]) =>
      replies.handleMany(messages, { agency, training: false }),
    /** Reports and lists refused messages of an agency. */
    async handleRefused(agency: string, training: boolean, messages: RefusedMessage[]): Promise<void> {
      if (!isAgency(agency)) return;
      await unmatchedReplies.collect(agency, training, messages);
      if (!training) await refusedReplies.recordRefused(agency, messages);
    },
    /** Skips an event of intake that an administrator dropped. */
    skip: (event: ReceivedEvent): Promise<void> => applications.skip(event),
    /** Handles the due timer of a delivery. */
    fetchPending: (id: string): Promise<void> => sender.fetchPending(id),
    /** Sends the deferred deliveries of a new agency. */
    sendDeferred: (agency: string): void => sender.sendWaiting(monitor.deferredFor(agency)),
    /** Sends pending submissions of deliveries without an event. */
    sendSoon: (ids: string[]): void => sender.sendWaiting(ids),
    stop: (): void => sender.stop(),
  };
}
