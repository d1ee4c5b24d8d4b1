import { join } from 'node:path';
import { createDataKeys, openDataKeyRecords, openDestroyedKeys, openKeyEncryption } from '@cups/data-keys';
import type { KeyEncryptionConfig } from '@cups/data-keys';
import { openStore } from '@cups/store';
import type { Documents } from '@cups/store';
import { captureLog, captureMetrics, eventually } from '@cups/testing';
import { openApplicationStore, SCHEMA_VERSION } from '../src/store.ts';
import type { StoredApplication } from '../src/store.ts';
import { APPLICATION_SCHEMA } from '../src/store/application-schema.ts';
import { withBoundedHistory } from '../src/store/bounded-history.ts';
import { openHistorySegments } from '../src/store/history-segments.ts';
import { ERASED_VALUES, SEALED_FIELDS } from '../src/store/sealed-fields.ts';
import type { World } from './world.ts';

/** Opens the applications of a world with their data keys. */
export async function openStoredApplications({ place, keysDir }: World) {
  const { log } = captureLog();
  // For explained reads.
  const uri = `${place.mongoUri.replace(/\/?$/, '/')}?monitorCommands=true`;
  const open = (name: string) => openStore({ uri, database: `${place.prefix}${name}`, log });
  const [store, keyStore] = [open('cups-intake'), open('cups-intake-keys')];
  const opened = [store, keyStore];
  const config = { provider: 'file' } as KeyEncryptionConfig;
  const around = {
    name: 'intake',
    log,
    metrics: captureMetrics('intake').metrics,
    config: { environment: 'development' as const },
  };
  const wrapper = await openKeyEncryption(join(keysDir, 'intake.jwks'), config, { ...around, onShutdown: () => {} });
  const [records, destroyed] = [openDataKeyRecords(keyStore), openDestroyedKeys(keyStore)];
  const keys = createDataKeys({ records, destroyed, wrapper, log, metrics: around.metrics, now: () => new Date() });
  const unbounded = openApplicationStore(store, { keys });
  const history = openHistorySegments({ store, keys, applications: unbounded, log, metrics: around.metrics });
  const applications = withBoundedHistory(unbounded, history);
  await eventually(() => store.ready() && keyStore.ready());
  return {
    applications,
    history,
    store,
    keys,
    /** Opens the applications as a release did that had no archive. */
    async openFormer(): Promise<Documents<StoredApplication>> {
      const { historyArchive: _later, ...schema } = APPLICATION_SCHEMA;
      const formerStore = open('cups-intake');
      opened.push(formerStore);
      const former = formerStore.documents<StoredApplication>({
        collection: 'applications',
        schema,
        sealed: { keys, fields: SEALED_FIELDS, erased: ERASED_VALUES },
        schemaVersion: SCHEMA_VERSION,
        indexes: [],
        existsReason: 'APPLICATION_EXISTS',
      });
      await eventually(() => formerStore.ready());
      return former;
    },
    /** Returns an application with its personal data in clear. */
    read: async (id: string): Promise<StoredApplication> => (await applications.get(id, { scope: 'service' }))!,
    close: () => Promise.all(opened.map((one) => one.close())),
  };
}
