import { openStoredBackend } from '@cups/backend/stored';
import type { StoredTestOverrides } from '@cups/backend/stored';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { RunningService } from '@cups/process';
import { openStore } from '@cups/store';
import { access } from './access.ts';
import type { Checker } from './check/port.ts';
import { Checks } from './checks.ts';
import type { Config } from './config.ts';
import { ContentStore } from './content-store.ts';
import { openKeyFile } from './crypto/key-wrapper.ts';
import { createDataKeys } from './data-keys.ts';
import { DocumentMetrics } from './document-metrics.ts';
import { Erasure } from './erasure.ts';
import { migrations } from './migrations/all.ts';
import { Quota } from './quota.ts';
import { documentsRpcs } from './rpc.ts';
import { openStorage, watchSpace } from './storage/open-storage.ts';
import type { Storage } from './storage/port.ts';
import { openApplicationRecords, openDataKeyRecords, openDocumentRecords } from './store.ts';
import { createTimerHandler } from './timers.ts';

export interface DocumentsTestOverrides extends StoredTestOverrides {
  /** Wraps the storage, to make it fail or to stop a process between two steps. */
  storage?: (real: Storage) => Storage;
  checker?: Checker;
}

/** Until the checker is part of the service, a document stays unchecked, and is refused in the end. */
const missingChecker: Checker = {
  check: () => Promise.reject(new Error('The service has no checker.')),
  close: () => Promise.resolve(),
};

const BYTES_PER_MIB = 1024 * 1024;

/** Starts documents: stores, checks and serves the bytes of scans and results. */
export async function createDocuments(config: Config, overrides: DocumentsTestOverrides = {}): Promise<RunningService> {
  const backend = openStoredBackend({ name: 'documents', config, overrides, migrations });
  const { store, now, log } = backend;
  const metrics = new DocumentMetrics(log, backend.metrics);
  const keyStore = openStore({
    uri: config.keysUri,
    ca: config.mongoCa,
    database: `${config.prefix}cups-documents-keys`,
    log,
  });
  backend.readyWhile(() => keyStore.ready());
  backend.onShutdown('store', () => keyStore.close());
  const storage = watchSpace((overrides.storage ?? ((real) => real))(openStorage(config)), metrics);
  backend.onShutdown('store', () => storage.close());

  const records = openDocumentRecords(store);
  const applications = openApplicationRecords(store);
  const wrapper = openKeyFile(config.keyFile, backend);
  const dataKeys = createDataKeys(openDataKeyRecords(keyStore), wrapper);
  const content = new ContentStore(storage, dataKeys);
  const erasure = new Erasure({ records, dataKeys, storage, metrics, now });
  const quota = new Quota(records, { maxBytes: config.quotaMiB * BYTES_PER_MIB, now });
  const checker = overrides.checker ?? missingChecker;
  const checks = new Checks({ records, content, checker, metrics, maxChecks: config.maxChecks, now });

  backend.publishOutboxes([records]);
  const due = createTimerHandler({ records, checks, erasure, metrics, now });
  backend.startTimers({ documents: records, due, pollMs: config.timerPollMs });
  backend.onShutdown('work', () => checks.stop());

  const terms = config.retention;
  const deps = { records, applications, dataKeys, content, erasure, quota, terms, metrics, now };
  return backend.serve<DocumentsServiceDefinition>('cups.documents.v1.DocumentsService', {
    rpcs: documentsRpcs(deps),
    access,
    port: config.grpcPort,
    maxInFlight: config.maxInFlight,
  });
}
