import { join } from 'node:path';
import { openServiceDataKeys } from '@cups/backend/data-keys';
import { parkedEventsSweep, rowsSweep, startRetention } from '@cups/backend/retention';
import { openStoredBackend } from '@cups/backend/stored';
import type { StoredBackend, StoredTestOverrides } from '@cups/backend/stored';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { Refusal } from '@cups/contracts';
import type { RunningService } from '@cups/process';
import type { AnyDocuments, Documents } from '@cups/store';
import { watchPersonHasher, PERSON_HASH_KEY_SET } from '@cups/rpc';
import { access } from './access.ts';
import type { Config } from './config.ts';
import { DataEnd } from './data-end.ts';
import type { DataEndDeps } from './data-end.ts';
import { createSearchHasher } from './domain/search-hasher.ts';
import type { SearchHasher } from './domain/search-hasher.ts';
import {
  createDeliveryHandler,
  createDocumentHandler,
  createDroppedDeliveryHandler,
  createDroppedDocumentHandler,
  createTimerHandler,
  dispatchByTopic,
} from './event-handlers.ts';
import { createDroppedMandateHandler, createMandateHandler, createMandateTimerHandler } from './mandate-events.ts';
import { openClients } from './clients.ts';
import { rpcs } from './rpc.ts';
import type { RpcDeps } from './rpc/deps.ts';
import { openApplicationStore, schemaVersionFor } from './store.ts';
import type { StoredApplication } from './store.ts';
import { openAccessLog, openAccessLogRows } from './store/access-log.ts';
import { withBoundedHistory } from './store/bounded-history.ts';
import { openHistorySegments } from './store/history-segments.ts';
import { startBackfill } from './store/backfill.ts';
import { createOpenApplicationCounter } from './store/open-application-counter.ts';
import { openDeskChains } from './store/desk-chains.ts';
import type { DeskChains } from './store/desk-chains.ts';
import { openMandateStore } from './store/mandates.ts';
import { openDeviceCopies } from './store/offline-copies.ts';
import { openHandInKeyDocuments, openHandInKeys } from './store/hand-in-keys.ts';
import { openPersonCopies } from './store/person-copies.ts';
import { decidedActsSweep, eraseActsOf, openQuarantinedActs } from './store/quarantined-acts.ts';
import type { QuarantinedActs } from './store/quarantined-acts.ts';
import { startEscalationWatch } from './escalation-watch.ts';
import { startDeskChainWatch } from './desk-chain-watch.ts';
import { startPassingOnWatch } from './passing-on-watch.ts';
import { startQuarantineWatch } from './quarantine-watch.ts';
import { openServiceVersions } from './store/service-versions.ts';
import { openStatistics } from './store/statistics.ts';
import { startStatisticsTask } from './store/statistics-task.ts';
import { watchWorkingTimes } from './working-times.ts';
import { migrations } from './migrations/all.ts';

/**
 * Starts intake, the system of record for applications. It serves requests once its store responds; Kafka and
 * upstream services may be unavailable.
 */
export async function createIntake(config: Config, overrides: StoredTestOverrides = {}): Promise<RunningService> {
  const backend = openStoredBackend({ name: 'intake', config, overrides, migrations });
  return backend.shutDownOnFailure(serve(backend));
}

async function serve(backend: StoredBackend<Config>): Promise<RunningService> {
  const { config, store, log, metrics, now } = backend;
  const personHasher = watchPersonHasher({
    file: config.personHashKeysFile || join(config.keysDir, PERSON_HASH_KEY_SET),
    required: config.environment === 'production',
    log,
    metrics,
  });
  const workingTimes = await watchWorkingTimes({ dataDir: config.dataDir, log, metrics, versions: backend.versions });
  backend.onShutdown('sources', () => workingTimes.close());

  const searchHasher = createSearchHasher(config.requestSecret);
  const clients = openClients(backend);
  const { applications, history, keys, backfill } = await openApplications(backend, searchHasher);
  const accessLogRows = openAccessLogRows(store);
  const mandates = openMandateStore(store);
  const personCopies = openPersonCopies(store);
  const deviceCopies = openDeviceCopies(store);
  const quarantinedActs = openQuarantinedActs(store, keys);
  const handInKeyDocuments = openHandInKeyDocuments(store, keys);
  const handInKeys = openHandInKeys({ documents: handInKeyDocuments, dataKeys: keys, log, metrics, now });
  backend.onShutdown('work', () => handInKeys.stop());
  const deskChains = openDeskChains(store);
  const eraseActs = (id: string) => eraseActsOf(quarantinedActs, keys, id, now());
  const ended = { applications, history, keys, mandates };
  const dataEnd = openDataEnd(backend, { ...ended, eraseActs, hashes: searchHasher, isHeld: clients.isHeld });
  startEnds(backend, { accessLogRows, personCopies, deviceCopies, mandates, quarantinedActs, deskChains, keys });
  backend.publishOutboxes([applications, accessLogRows, personCopies, quarantinedActs]);
  startWatches(backend, { applications, quarantinedActs, deskChains });
  const statistics = startStatistics(backend, applications);
  const versions = openServiceVersions(store);
  startHandlers(backend, { applications, mandates, versions, workingTimes, hashes: searchHasher, dataEnd });

  return backend.serve<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
    rpcs: rpcs({
      applications,
      history,
      mandates,
      versions,
      accessLog: openAccessLog(store, accessLogRows),
      personCopies,
      quarantinedActs,
      handInKeys,
      metrics,
      deskChains,
      verifyGrant: (token) => backend.keys.verifyOfflineGrant(token),
      deviceCopies,
      statistics,
      hashes: searchHasher,
      isBackfilled: () => backfill.isComplete(),
      persons: personHasher,
      grants: backend.keys,
      openApplications: createOpenApplicationCounter(applications, now),
      clients,
      workingTimes,
      dataEnd,
      dataEndTerms: config.retention,
      isMandateRequired: config.mandatesRequired,
      secret: config.requestSecret,
      now,
    }),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
}

/** Starts what measures acts and applications that wait for somebody. */
function startWatches(
  backend: StoredBackend<Config>,
  parts: { applications: Documents<StoredApplication>; quarantinedActs: QuarantinedActs; deskChains: DeskChains },
): void {
  const { log, metrics, now } = backend;
  const { applications, quarantinedActs, deskChains } = parts;
  backend.onShutdown('work', startEscalationWatch({ applications, log, metrics, now }));
  backend.onShutdown('work', startQuarantineWatch({ acts: quarantinedActs, log, metrics, now }));
  backend.onShutdown('work', startPassingOnWatch({ applications, log, metrics, now }));
  backend.onShutdown('work', startDeskChainWatch({ deskChains, quarantinedActs, log, metrics, now }));
}

/** Starts the handlers of timers and of events. */
function startHandlers(
  backend: StoredBackend<Config>,
  parts: Pick<RpcDeps, 'applications' | 'mandates' | 'versions' | 'workingTimes' | 'hashes'> & { dataEnd: DataEnd },
): void {
  const { applications, mandates, versions, workingTimes, hashes, dataEnd } = parts;
  const { config, log, now } = backend;
  const { timerPollMs: pollMs } = config;
  const mandateDeps = { applications, mandates, versions, hashes, now, log };
  const due = createTimerHandler({ applications, versions, workingTimes, hashes, now, log }, dataEnd);
  backend.startTimers({ documents: applications, due, pollMs });
  backend.startTimers({ documents: mandates, due: createMandateTimerHandler(mandateDeps), pollMs });
  const eventDeps = { applications, workingTimes, mandates, versions, hashes, now };
  backend.consume({
    groupId: 'intake',
    topics: ['cups.deliveries', 'cups.documents', 'cups.mandates'],
    handle: dispatchByTopic<'done' | 'refused' | 'wait' | Refusal>({
      deliveries: createDeliveryHandler(eventDeps),
      documents: createDocumentHandler(eventDeps),
      mandates: createMandateHandler(mandateDeps),
    }),
    skip: dispatchByTopic({
      deliveries: createDroppedDeliveryHandler(eventDeps),
      documents: createDroppedDocumentHandler(eventDeps),
      mandates: createDroppedMandateHandler({ mandates, now }),
    }),
  });
}

/** Opens the statistics, and counts changed days in the background. */
function startStatistics(
  backend: StoredBackend<Config>,
  applications: Documents<StoredApplication>,
): ReturnType<typeof openStatistics> {
  const { store, log, metrics, now } = backend;
  const statistics = openStatistics(store, applications);
  const task = startStatisticsTask({ statistics, log, metrics, now });
  backend.onShutdown('work', () => task.stop());
  return statistics;
}

/** Opens the applications with their data keys, and stores those of another version again. */
async function openApplications(backend: StoredBackend<Config>, hashes: SearchHasher) {
  const { config, store, log, metrics, now } = backend;
  const { keys } = await openServiceDataKeys(backend, { cache: 'short' });
  const write = config.isSealing ? 'sealed' : 'plain';
  const unbounded = openApplicationStore(store, { keys, write });
  const history = openHistorySegments({ store, keys, applications: unbounded, log, metrics });
  // Beside a release that cannot read sealed applications, the whole history stays in the document.
  const applications = config.isSealing ? withBoundedHistory(unbounded, history) : unbounded;
  const schemaVersion = schemaVersionFor({ write });
  const backfill = startBackfill({ applications, hashes, schemaVersion, log, metrics, now });
  backend.onShutdown('work', () => backfill.stop());
  return { applications, history, keys, backfill };
}

/** Opens the end of the data, which the timers of applications and requests of supervisors start. */
function openDataEnd(
  backend: StoredBackend<Config>,
  parts: Pick<DataEndDeps, 'applications' | 'history' | 'keys' | 'mandates' | 'eraseActs' | 'hashes' | 'isHeld'>,
): DataEnd {
  const { config, log, metrics, now } = backend;
  const { retention: terms, isRetentionConfirmed: isConfirmed } = config;
  const removeParked = (subject: string) => backend.removeParked(subject);
  return new DataEnd({ ...parts, removeParked, terms, isConfirmed, log, metrics, now });
}

/** Removes rows at the end of their terms. */
function startEnds(
  backend: StoredBackend<Config>,
  {
    accessLogRows,
    personCopies,
    deviceCopies,
    mandates,
    quarantinedActs,
    deskChains,
    keys,
  }: Readonly<Record<'accessLogRows' | 'personCopies' | 'deviceCopies' | 'mandates', AnyDocuments>> & {
    quarantinedActs: QuarantinedActs;
    deskChains: DeskChains;
    keys: DataEndDeps['keys'];
  },
): void {
  const { isRetentionConfirmed: isConfirmed, ends } = backend.config;
  startRetention(backend, {
    isConfirmed,
    sweeps: [
      rowsSweep(accessLogRows, { category: 'access-log', termMs: ends.accessLogMs, field: 'time' }),
      rowsSweep(personCopies, { category: 'person-copies', termMs: ends.personCopiesMs, field: 'time' }),
      rowsSweep(deviceCopies, { category: 'device-copies', termMs: ends.deviceCopiesMs, field: 'copyTime' }),
      rowsSweep(deskChains.acts, { category: 'desk-acts', termMs: ends.deskActsMs, field: 'arriveTime' }),
      rowsSweep(deskChains.chains, { category: 'desk-acts', termMs: ends.deskActsMs, field: 'lastTime' }),
      // Identity owns the mandate: a draft that still names a removed copy reads it again.
      rowsSweep(mandates, { category: 'mandate-copies', termMs: ends.mandateCopiesMs, field: 'facts.expireTime' }),
      decidedActsSweep(quarantinedActs, keys, ends.quarantinedActsMs),
      parkedEventsSweep(backend, ends.parkedEventsMs),
    ],
  });
}
