import { join } from 'node:path';
import { createDataKeys, openDataKeyRecords, openDestroyedKeys, openKeyEncryption } from '@cups/data-keys';
import type { KeyEncryptionConfig } from '@cups/data-keys';
import { openStore } from '@cups/store';
import { captureLog, captureMetrics, eventually } from '@cups/testing';
import { openApplicationStore } from '../src/store.ts';
import type { StoredApplication } from '../src/store.ts';
import type { World } from './world.ts';

/** Opens the applications of a world with their data keys. */
export async function openStoredApplications({ place, keysDir }: World) {
  const { log } = captureLog();
  const open = (name: string) => openStore({ uri: place.mongoUri, database: `${place.prefix}${name}`, log });
  const [store, keyStore] = [open('cups-intake'), open('cups-intake-keys')];
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
  const applications = openApplicationStore(store, { keys });
  await eventually(() => store.ready() && keyStore.ready());
  return {
    /** Returns an application with its personal data in clear. */
    read: async (id: string): Promise<StoredApplication> => (await applications.get(id, { scope: 'service' }))!,
    close: () => Promise.all([store.close(), keyStore.close()]),
  };
}
