import { subjectOf } from '@cups/agency-contract';
import { parkedEventsSweep, startRetention } from '@cups/backend/retention';
import { openStoredBackend } from '@cups/backend/stored';
import type { StoredBackend, StoredTestOverrides } from '@cups/backend/stored';
import type { AgencyBridgeServiceDefinition } from '@cups/contracts/gen/cups/agencybridge/v1/AgencyBridgeService.ts';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { RunningService } from '@cups/process';
import { access } from './access.ts';
import { Agencies } from './agencies.ts';
import type { Config } from './config.ts';
import { replySubscriptionOf, startConsumers } from './consumers.ts';
import { createEventHandlers } from './event-handlers.ts';
import type { RemoveMessages } from './outbound/application-event-handler.ts';
import { bridgeRpcs } from './rpc.ts';
import { RefusedReplies } from './inbound/refused-replies.ts';
import { changeChannel, createReplayer } from './redrive/replayer.ts';
import { pageRpcs } from './page/rpcs.ts';
import type { PageRpcDeps } from './page/rpcs.ts';
import type { AgencyFeeds } from './pull/feed.ts';
import { openFeeds } from './pull/feeds.ts';
import { pullRpcs } from './pull/rpcs.ts';
import { createRedriveRpcs } from './redrive/rpcs.ts';
import { afterPublish, deliveriesOf, unmatchedRepliesOf } from './store.ts';
import type { Deliveries, UnmatchedRepliesDocuments } from './store.ts';
import { UnmatchedReplyReporter } from './inbound/unmatched-reply-reporter.ts';
import { createDeliveryLatencyObserver } from './latency-metrics.ts';
import { AgencyTopics } from './agency-topics.ts';
import { migrations } from './migrations/all.ts';

/** Creates the bridge, which sends submissions to agencies and their replies to intake. */
export async function createAgencyBridge(config: Config, overrides: StoredTestOverrides = {}): Promise<RunningService> {
  const agencies = new Agencies(config.dataDir);
  const backend = openStoredBackend({ name: 'agency-bridge', config, overrides, migrations });
  const { log, metrics, versions, now } = backend;
  const deliveries = deliveriesOf(backend.store);
  const isAgency = (code: string) => agencies.has(code);
  const channelOf = (code: string) => agencies.channelOf(code);
  // An agency without topics has no replies in Kafka.
  const unread = (agency: string) =>
    channelOf(agency) === 'kafka' ? backend.unread(replySubscriptionOf(agency)) : Promise.resolve(undefined);
  const stuckSince = (agency: string) => findStuckTime(backend, agency);
  const unmatchedReplies = unmatchedRepliesOf(backend.store);
  const reporter = new UnmatchedReplyReporter(unmatchedReplies, now);
  const refusedReplies = new RefusedReplies(backend.store, now);
  const { feeds, route, observeWebhook, feedActivity } = openFeeds(backend, agencies);
  backend.publishOutboxes([deliveries, unmatchedReplies], {
    route,
    afterPublish: afterPublish(now),
    acknowledged: createDeliveryLatencyObserver(metrics, now),
  });

  const { intake, documents } = connectServices(backend);
  const events = createEventHandlers({
    deliveries,
    feeds,
    refusedReplies,
    unmatchedReplies: reporter,
    isAgency,
    channelOf,
    acceptsReminders: (code) => agencies.acceptsReminders(code),
    getSubmission: (name, training, requestId) => intake.getSubmission({ name, training }, requestIdOf(requestId)),
    getMessage: (name, training, requestId) => intake.getAgencyMessage({ name, training }, requestIdOf(requestId)),
    acceptsMessages: (code) => agencies.acceptsMessages(code),
    acceptResultDocuments: (request, requestId) => documents.acceptResultDocuments(request, requestIdOf(requestId)),
    removeMessages: createRemoval(backend, refusedReplies, feeds),
    releaseDocuments: (request, requestId) => documents.releaseDocuments(request, requestIdOf(requestId)),
    now,
    log,
    metrics,
  });
  startEnds(backend, refusedReplies, feeds);
  startWork(backend, { deliveries, unmatchedReplies, reporter, events });

  const readReplies = startConsumers(backend, events);
  const topics = createAgencyTopics(backend);
  const replayAll = createReplayer(deliveries, events.sendSoon, now);
  const handlers = {
    ensureTopics: (codes: string[]) => topics.ensure(codes),
    readReplies,
    sendWaiting: events.sendDeferred,
    changeChannel: (agency: string) => changeChannel(deliveries, agency, replayAll),
    observeWebhook,
  };
  await agencies.watch({ log, metrics, versions }, handlers);
  backend.onShutdown('sources', () => {
    agencies.close();
    return topics.stop();
  });

  const checkAct: PageRpcDeps['checkAct'] = (name, context) => intake.checkAgencyAct({ name }, context);
  const refused = { refusals: backend.refusals, refused: refusedReplies };
  const direct = { deliveries, resultDocuments: events.resultDocuments, now };
  return backend.serve<AgencyBridgeServiceDefinition>('cups.agencybridge.v1.AgencyBridgeService', {
    rpcs: {
      ...bridgeRpcs({ deliveries, ...refused, isAgency, versions, channelOf, unread, stuckSince, feedActivity }),
      ...pageRpcs({ ...direct, checkAct }),
      ...pullRpcs({ ...direct, reader: events.feedReader, keys: backend.keys, channelOf }),
    },
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
}

/** Starts what is due later, and the operations of administrators that start it sooner. */
function startWork(
  backend: StoredBackend<Config>,
  { deliveries, unmatchedReplies, reporter, events }: WorkParts,
): void {
  const pollMs = backend.config.timerPollMs;
  backend.onShutdown('work', () => events.stop());
  backend.startTimers({ documents: deliveries, due: events.fetchPending, pollMs });
  backend.startTimers({ documents: unmatchedReplies, due: (id) => reporter.reportDue(id), pollMs });
  backend.setDeliveryOperations(createRedriveRpcs(deliveries, events.sendSoon, backend.now));
}

interface WorkParts {
  deliveries: Deliveries;
  unmatchedReplies: UnmatchedRepliesDocuments;
  reporter: UnmatchedReplyReporter;
  events: ReturnType<typeof createEventHandlers>;
}

const requestIdOf = (requestId: string) => (requestId === '' ? {} : { requestId });

/** Returns since when a partition of an agency's replies is blocked; undefined if none is. */
function findStuckTime(backend: StoredBackend<Config>, agency: string): Date | undefined {
  const { groupId } = replySubscriptionOf(agency);
  return backend.stuck().find((partition) => partition.groupId === groupId)?.since;
}

/** Parked and refused messages may contain the agency's texts. */
function createRemoval(
  backend: StoredBackend<Config>,
  refusedReplies: RefusedReplies,
  feeds: AgencyFeeds,
): RemoveMessages {
  return async ({ application, agency }) => {
    await backend.removeParked(subjectOf(application, agency));
    await refusedReplies.removeOf(agency, application);
    await feeds.clear(subjectOf(application, agency));
  };
}

/** Clients of the services that the bridge calls for each submission and result. */
function connectServices(backend: StoredBackend<Config>) {
  const { config } = backend;
  const intake = backend.connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    service: 'intake',
    address: config.intakeAddress,
    timeoutMs: config.intakeTimeoutMs,
  });
  const documents = backend.connect<DocumentsServiceDefinition>('cups.documents.v1.DocumentsService', {
    service: 'documents',
    address: config.documentsAddress,
    timeoutMs: config.documentsTimeoutMs,
  });
  return { intake, documents };
}

/** Ends refused messages, entries of feeds and parked events at the end of their terms. */
function startEnds(backend: StoredBackend<Config>, refusedReplies: RefusedReplies, feeds: AgencyFeeds): void {
  const { isConfirmed, refusedMessagesMs, agencyRequestsMs, parkedEventsMs } = backend.config.retention;
  const category = 'refused-messages';
  startRetention(backend, {
    isConfirmed,
    sweeps: [
      { category, termMs: refusedMessagesMs, end: (...batch) => refusedReplies.expire(...batch) },
      { category: 'agency-requests', termMs: agencyRequestsMs, end: (...batch) => feeds.expire(...batch) },
      parkedEventsSweep(backend, parkedEventsMs),
    ],
  });
}

function createAgencyTopics({ config, log, metrics }: StoredBackend<Config>): AgencyTopics {
  const { kafkaBrokers: brokers, kafkaAccess, prefix, topicPartitions: partitions, createTopics: create } = config;
  return new AgencyTopics({ brokers, access: kafkaAccess, prefix, partitions, create, log, metrics });
}
