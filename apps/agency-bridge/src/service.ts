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
import { createChannelMover } from './redrive/channel-mover.ts';
import { createReplayer } from './redrive/replayer.ts';
import { pageRpcs } from './page/rpcs.ts';
import type { PageRpcDeps } from './page/rpcs.ts';
import { openFeeds } from './pull/feeds.ts';
import { pullRpcs } from './pull/rpcs.ts';
import { createRedriveRpcs } from './redrive/rpcs.ts';
import { afterPublish, deliveriesOf, unmatchedRepliesOf } from './store.ts';
import { UnmatchedReplyReporter } from './inbound/unmatched-reply-reporter.ts';
import { createDeliveryLatencyObserver } from './latency-metrics.ts';
import { AgencyTopics } from './agency-topics.ts';
import { migrations } from './migrations/all.ts';

/** A reply as the gateway accepts it, 1032 KiB, and what gRPC adds. The broker accepts 1 MiB. */
const MAX_POSTED_BYTES = 1040 * 1024;

/** Creates the bridge, which sends submissions to agencies and their replies to intake. */
export async function createAgencyBridge(config: Config, overrides: StoredTestOverrides = {}): Promise<RunningService> {
  const agencies = new Agencies(config);
  const backend = openStoredBackend({ name: 'agency-bridge', config, overrides, migrations });
  const parts = openParts(backend, agencies);
  const services = connectServices(backend);
  const events = openEvents(backend, parts, services);
  startEnds(backend, parts);
  startWork(backend, parts, events);
  await watchAgencies(backend, parts, events);
  return backend.serve<AgencyBridgeServiceDefinition>('cups.agencybridge.v1.AgencyBridgeService', {
    rpcs: openRpcs(backend, parts, services, events),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
    maxRequestBytes: MAX_POSTED_BYTES,
  });
}

type Parts = ReturnType<typeof openParts>;
type Services = ReturnType<typeof connectServices>;
type Events = ReturnType<typeof createEventHandlers>;

/** Opens what the bridge stores, and publishes its outboxes. */
function openParts(backend: StoredBackend<Config>, agencies: Agencies) {
  const { store, metrics, now } = backend;
  const deliveries = deliveriesOf(store);
  const unmatchedReplies = unmatchedRepliesOf(store);
  const { route, ...ofFeeds } = openFeeds(backend, agencies);
  backend.publishOutboxes([deliveries, unmatchedReplies], {
    route,
    afterPublish: afterPublish(now),
    acknowledged: createDeliveryLatencyObserver(metrics, now),
  });
  const reporter = new UnmatchedReplyReporter(unmatchedReplies, now);
  const refusedReplies = new RefusedReplies(store, now);
  return { agencies, deliveries, unmatchedReplies, reporter, refusedReplies, ...ofFeeds };
}

/** Creates the handlers of events and timers. */
function openEvents(backend: StoredBackend<Config>, parts: Parts, { intake, documents }: Services): Events {
  const { agencies, deliveries, feeds, waits, refusedReplies, reporter } = parts;
  const { now, log, metrics } = backend;
  return createEventHandlers({
    deliveries,
    feeds,
    waits,
    refusedReplies,
    unmatchedReplies: reporter,
    isAgency: (code) => agencies.has(code),
    channelOf: (code) => agencies.channelOf(code),
    acceptsReminders: (code) => agencies.acceptsReminders(code),
    acceptsMessages: (code) => agencies.acceptsMessages(code),
    getSubmission: (name, training, requestId) => intake.getSubmission({ name, training }, requestIdOf(requestId)),
    getMessage: (name, training, requestId) => intake.getAgencyMessage({ name, training }, requestIdOf(requestId)),
    acceptResultDocuments: (request, requestId) => documents.acceptResultDocuments(request, requestIdOf(requestId)),
    releaseDocuments: (request, requestId) => documents.releaseDocuments(request, requestIdOf(requestId)),
    removeMessages: createRemoval(backend, parts),
    now,
    log,
    metrics,
  });
}

/** Starts the consumers, and onboards the agencies: those that exist, and later those that are added or change. */
async function watchAgencies(
  backend: StoredBackend<Config>,
  { agencies, deliveries, observeWebhook }: Parts,
  events: Events,
): Promise<void> {
  const { log, metrics, versions, now } = backend;
  const readReplies = startConsumers(backend, events);
  const topics = createAgencyTopics(backend);
  const replayAll = createReplayer(deliveries, events.sendSoon, now);
  const channelOf = (code: string) => agencies.channelOf(code);
  const mover = createChannelMover({ deliveries, channelOf, replayAll, now, log });
  backend.onShutdown('work', () => mover.stop());
  const onboarding = {
    ensureTopics: (codes: string[]) => topics.ensure(codes),
    readReplies,
    sendWaiting: events.sendDeferred,
    moveDeliveries: mover.start,
    observeWebhook,
  };
  await agencies.watch({ log, metrics, versions }, onboarding);
  backend.onShutdown('sources', () => {
    agencies.close();
    return topics.stop();
  });
}

/** Returns the RPCs: of desks and supervisors, of the agency's page, and of systems that pull. */
function openRpcs(
  backend: StoredBackend<Config>,
  { agencies, deliveries, refusedReplies, feedActivity }: Parts,
  { intake }: Services,
  { resultDocuments, feedReader }: Events,
) {
  const { refusals, versions, keys, now } = backend;
  const isAgency = (code: string) => agencies.has(code);
  const channelOf = (code: string) => agencies.channelOf(code);
  // An agency without topics has no replies in Kafka.
  const unread = (agency: string) =>
    channelOf(agency) === 'kafka' ? backend.unread(replySubscriptionOf(agency)) : Promise.resolve(undefined);
  const stuckSince = (agency: string) => findStuckTime(backend, agency);
  const activity = { refused: refusedReplies, unread, stuckSince, feedActivity };
  const checkAct: PageRpcDeps['checkAct'] = (name, context) => intake.checkAgencyAct({ name }, context);
  const direct = { deliveries, resultDocuments, now };
  return {
    ...bridgeRpcs({ deliveries, refusals, isAgency, versions, channelOf, ...activity }),
    ...pageRpcs({ ...direct, checkAct }),
    ...pullRpcs({ ...direct, reader: feedReader, keys, channelOf }),
  };
}

/** Starts what is due later, and the operations of administrators that start it sooner. */
function startWork(
  backend: StoredBackend<Config>,
  { deliveries, unmatchedReplies, reporter }: Parts,
  events: Events,
): void {
  const pollMs = backend.config.timerPollMs;
  backend.onShutdown('work', () => events.stop());
  backend.startTimers({ documents: deliveries, due: events.fetchPending, pollMs });
  backend.startTimers({ documents: unmatchedReplies, due: (id) => reporter.reportDue(id), pollMs });
  backend.setDeliveryOperations(createRedriveRpcs(deliveries, events.sendSoon, backend.now));
}

const requestIdOf = (requestId: string) => (requestId === '' ? {} : { requestId });

/** Returns since when a partition of an agency's replies is blocked; undefined if none is. */
function findStuckTime(backend: StoredBackend<Config>, agency: string): Date | undefined {
  const { groupId } = replySubscriptionOf(agency);
  return backend.stuck().find((partition) => partition.groupId === groupId)?.since;
}

/** Parked and refused messages may contain the agency's texts. */
function createRemoval(backend: StoredBackend<Config>, { refusedReplies, feeds }: Parts): RemoveMessages {
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
function startEnds(backend: StoredBackend<Config>, { refusedReplies, feeds }: Parts): void {
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
