import { join } from 'node:path';
import { openStoredBackend } from '@cups/backend/stored';
import type { StoredBackend, StoredTestOverrides } from '@cups/backend/stored';
import type { Event } from '@cups/contracts';
import type { JournalServiceDefinition } from '@cups/contracts/gen/cups/journal/v1/JournalService.ts';
import { createPublisher } from '@cups/events';
import type { RunningService } from '@cups/process';
import { access } from './access.ts';
import { Alterations } from './alterations.ts';
import { Appender } from './appender.ts';
import { CheckpointPublisher } from './checkpoint-publisher.ts';
import type { Config } from './config.ts';
import { Dismissals } from './dismissals.ts';
import { EntryIndex } from './entry-index.ts';
import { INDEX_FOLDER, IndexFiles } from './index/index-files.ts';
import { JournalMetrics } from './journal-metrics.ts';
import { createFolder } from './log/durable-files.ts';
import { lockFolder } from './log/folder-lock.ts';
import { LogFolder } from './log/log-folder.ts';
import { migrations } from './migrations/all.ts';
import { MissingEntries } from './missing-entries.ts';
import { Refusal } from './refusal.ts';
import { journalRpcs } from './rpc.ts';
import { watchSigningKeys } from './signing-keys.ts';
import type { SigningKeys } from './signing-keys.ts';
import { StartUp } from './start-up.ts';
import { openIndexedSize, openMissingRanges } from './store.ts';
import { Verification } from './verification.ts';

export interface JournalTestOverrides extends StoredTestOverrides {
  /** Wraps the parts of a batch, to stop a process between two steps. */
  parts?: (real: JournalParts) => JournalParts;
  /** @default 30 s */
  refusedRetryMs?: number;
}

/** What a batch writes, in this order. */
export interface JournalParts {
  log: LogFolder;
  index: EntryIndex;
  missing: MissingEntries;
}

type Backend = StoredBackend<Config>;

/** How long a start waits for the process before. */
const LOCK_TIMEOUT_MS = 30_000;
/** Time between two attempts to continue a refused log. */
const REFUSED_RETRY_MS = 30_000;

/** Starts journal: appends the entries of all services to the log, signs it, and proves what it contains. */
export async function createJournal(config: Config, overrides: JournalTestOverrides = {}): Promise<RunningService> {
  const backend = openStoredBackend({ name: 'journal', config, overrides, migrations });
  return backend.shutDownOnFailure(startParts(backend, overrides));
}

async function startParts(backend: Backend, overrides: JournalTestOverrides): Promise<RunningService> {
  const { config, log: processLog, metrics, now } = backend;
  const { keyFile, origin, batchMs, grpcPort: port, maxInFlight } = config;
  const keys = watchSigningKeys({ file: keyFile, origin, log: processLog, metrics });
  const { parts: wrap = (real) => real, refusedRetryMs = REFUSED_RETRY_MS } = overrides;
  const parts = wrap(await openParts(backend, keys));
  const { log, index, missing } = parts;
  const publisher = openPublisher(backend, (from, to) => log.proveConsistency(from, to));
  const onCheckpoint = (): void => {
    if (log.note !== undefined && log.checkpoint) publisher.publish({ checkpoint: log.checkpoint, note: log.note });
  };
  const refusal = new Refusal({ metrics, processLog, now });
  const journalMetrics = new JournalMetrics(metrics, () => log.checkpoint);
  const deps = { keys, origin, batchMs, onCheckpoint, metrics: journalMetrics, refusal, processLog, now };
  const appender = new Appender(Object.assign(deps, parts));
  backend.onShutdown('outbox', async () => {
    await appender.stop();
    await publisher.stop();
  });
  const alterations = new Alterations({ metrics, processLog });
  const verification = openVerification(backend, parts, { alterations, appender });
  const onPublished = (size: number): void => publisher.continueFrom(size);
  const onStarted = (): void => verification.start();
  const work = { backend, log, index, keys, appender, refusal, refusedRetryMs, onPublished, onCheckpoint, onStarted };
  await new StartUp(work).begin();
  const dismissals = new Dismissals({ appender, index, missing, now });
  const rpcs = journalRpcs({ ...parts, dismissals, alterations, verification, refusal, processLog });
  return backend.serve<JournalServiceDefinition>('cups.journal.v1.JournalService', { rpcs, access, port, maxInFlight });
}

/** Creates the parts for this process alone. Log and index are opened with the first attempt to continue the log. */
async function openParts(backend: Backend, keys: () => SigningKeys): Promise<JournalParts> {
  const { store, config, log: processLog, metrics, now } = backend;
  const { folder, origin } = config;
  await createFolder(folder);
  const lock = await lockFolder(folder, LOCK_TIMEOUT_MS);
  backend.onShutdown('store', () => lock.release());
  const log = new LogFolder({ folder, origin, verifiers: () => keys().verifiers });
  const files = new IndexFiles({ folder: join(folder, INDEX_FOLDER), log, processLog });
  backend.onShutdown('clients', () => files.close());
  const index = new EntryIndex(files, openIndexedSize(store));
  const missing = new MissingEntries({ ranges: openMissingRanges(store), index, log: processLog, metrics, now });
  return { log, index, missing };
}

function openVerification(
  backend: Backend,
  { log, index }: JournalParts,
  { alterations, appender }: { alterations: Alterations; appender: Appender },
): Verification {
  const { config, log: processLog, metrics, now } = backend;
  const rebuildIndex = (): Promise<void> => appender.rebuildIndex();
  const intervalMs = config.verifyIntervalMs;
  const deps = { log, index, alterations, rebuildIndex, intervalMs, processLog, metrics, now };
  const verification = new Verification(deps);
  backend.onShutdown('work', () => verification.stop());
  return verification;
}

function openPublisher(
  backend: Backend,
  proveConsistency: (from: number, to: number) => Buffer[],
): CheckpointPublisher {
  const { name, config, log, metrics, tracer, now } = backend;
  const { kafkaBrokers: brokers, kafkaAccess: access, prefix, checkpointIntervalMs: intervalMs } = config;
  const publisher = createPublisher({ brokers, access, clientId: name, prefix, log, metrics, tracer });
  backend.onShutdown('store', () => publisher.stop());
  const publish = async (event: Event): Promise<void> => {
    const { rejected, later } = await publisher.publish([event]);
    if (rejected.length + later.length > 0) throw new Error('Kafka does not accept the checkpoint.');
  };
  return new CheckpointPublisher({ publish, proveConsistency, intervalMs, log, metrics, now });
}
