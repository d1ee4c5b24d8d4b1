import { openServiceDataKeys } from '@cups/backend/data-keys';
import type { RewrapPace } from '@cups/backend/data-keys';
import { parkedEventsSweep, startRetention } from '@cups/backend/retention';
import { openStoredBackend } from '@cups/backend/stored';
import type { StoredBackend, StoredTestOverrides } from '@cups/backend/stored';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { startPeriodic } from '@cups/process';
import type { RunningService } from '@cups/process';
import { access } from './access.ts';
import { Backlog, BACKLOG_INTERVAL_MS } from './backlog.ts';
import type { BacklogDeps } from './backlog.ts';
import { createChecker } from './check/checker.ts';
import type { Checker } from './check/port.ts';
import { Checks } from './checks.ts';
import type { Config } from './config.ts';
import { ContentStore } from './content-store.ts';
import { createDetach } from './detach.ts';
import { DocumentMetrics } from './document-metrics.ts';
import { Erasure } from './erasure.ts';
import { createApplicationEventHandler } from './event-handlers.ts';
import { migrations } from './migrations/all.ts';
import { Quota } from './quota.ts';
import { Retention } from './retention.ts';
import type { RetentionDeps } from './retention.ts';
import { documentsRpcs } from './rpc.ts';
import { openStorage, watchSpace } from './storage/open-storage.ts';
import type { Storage } from './storage/port.ts';
import { openApplicationRecords, openDocumentRecords } from './store.ts';
import { Sweep } from './sweep.ts';
import type { SweepDeps } from './sweep.ts';
import { createTimerHandler } from './timers.ts';

export interface DocumentsTestOverrides extends StoredTestOverrides {
  /** Wraps the storage, to make it fail or to stop a process between two steps. */
  storage?: (real: Storage) => Storage;
  checker?: Checker;
  rewrap?: RewrapPace;
}

const BYTES_PER_MIB = 1024 * 1024;
/** Terms are days, so their timers need no short interval. */
const RETENTION_POLL_MS = 10_000;
/** The first sweep starts after the start of the service, not with it. */
const MAX_SWEEP_DELAY_MS = 60_000;

/** Starts documents: stores, checks and serves the bytes of scans and results. */
export async function createDocuments(config: Config, overrides: DocumentsTestOverrides = {}): Promise<RunningService> {
  const backend = openStoredBackend({ name: 'documents', config, overrides, migrations });
  const { store, now, log } = backend;
  const metrics = new DocumentMetrics(log, backend.metrics);
  const opened = await backend.shutDownOnFailure(openStorage(config));
  const storage = watchSpace((overrides.storage ?? ((real) => real))(opened), metrics);
  backend.onShutdown('store', () => storage.close());

  const records = openDocumentRecords(store);
  const applications = openApplicationRecords(store);
  const opening = openServiceDataKeys(backend, { cache: 'none', rewrap: overrides.rewrap });
  const { records: dataKeyRecords, keys: dataKeys } = await backend.shutDownOnFailure(opening);
  const content = new ContentStore(storage, dataKeys);
  const erasure = new Erasure({ records, dataKeys, storage, content, metrics, now });
  const quota = new Quota(records, { maxBytes: config.quotaMiB * BYTES_PER_MIB, now });
  const checker = overrides.checker ?? (await backend.shutDownOnFailure(createChecker({ ...config, ...backend })));
  const checks = new Checks({ records, content, checker, metrics, quota, maxChecks: config.maxChecks, now });

  backend.publishOutboxes([records, applications]);
  const due = createTimerHandler({ records, checks, erasure, metrics, now });
  backend.startTimers({ documents: records, due, pollMs: config.timerPollMs });
  backend.onShutdown('consumers', () => checks.stop());
  const detach = createDetach(
    backend.connect<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
      service: 'intake',
      address: config.intakeAddress,
    }),
  );
  startErasures(backend, { records, applications, erasure, detach });
  startUpkeep(backend, { records, applications, dataKeyRecords, storage });
  const handle = createApplicationEventHandler({ applications, now });
  backend.consume({ groupId: 'documents', topics: ['cups.applications'], handle });

  const terms = config.retention;
  const deps = { records, applications, dataKeys, content, checks, detach, erasure, quota, terms, metrics, now };
  return backend.serve<DocumentsServiceDefinition>('cups.documents.v1.DocumentsService', {
    rpcs: documentsRpcs(deps),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
}

/** Erases documents at the end of their terms. */
function startErasures(
  backend: StoredBackend<Config>,
  stored: Pick<RetentionDeps, 'records' | 'applications' | 'erasure' | 'detach'>,
): void {
  const { now, log, metrics, config } = backend;
  const { isConfirmed, parkedEventsMs, ...terms } = config.retention;
  const retention = new Retention({ ...stored, terms, isConfirmed, log, metrics, now });
  startRetention(backend, { isConfirmed, sweeps: [parkedEventsSweep(backend, parkedEventsMs)] });
  const due = (id: string) => retention.process(id);
  backend.startTimers({ documents: stored.applications, due, pollMs: RETENTION_POLL_MS });
}

/** Removes what crashes left behind, and measures what waits. */
function startUpkeep(
  backend: StoredBackend<Config>,
  stored: Pick<SweepDeps & BacklogDeps, 'records' | 'applications' | 'dataKeyRecords' | 'storage'>,
): void {
  const { now, log, metrics, config } = backend;
  const { orphanAgeMs } = config;
  const sweep = new Sweep({ ...stored, log, metrics, now, orphanAgeMs });
  const backlog = new Backlog({ ...stored, metrics, now });
  const periods = [
    {
      firstMs: Math.min(MAX_SWEEP_DELAY_MS, orphanAgeMs),
      // With the default age, an orphan is removed within 18 hours.
      everyMs: orphanAgeMs / 2,
      work: () => sweep.run(),
      event: 'orphan-sweep-failed',
    },
    { firstMs: 0, everyMs: BACKLOG_INTERVAL_MS, work: () => backlog.read(), event: 'backlog-read-failed' },
  ];
  for (const { event, ...period } of periods) {
    const stop = startPeriodic({ ...period, onFailure: (error) => log.warn({ event, error }) });
    backend.onShutdown('sources', stop);
  }
}
