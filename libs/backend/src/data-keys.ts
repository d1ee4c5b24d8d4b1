import { join } from 'node:path';
import { createDataKeys, openDataKeyRecords, openKeyEncryption, SHORT_CACHE } from '@cups/data-keys';
import type { DataKeyRecords, DataKeys, KeyEncryptionConfig } from '@cups/data-keys';
import { dataKeySetFile } from '@cups/rpc';
import { openStore } from '@cups/store';
import { requireEncryptedStore } from './encrypted-store.ts';
import type { StoredBackend, StoredConfig } from './stored.ts';

/** Values of `dataKeySettings` of @cups/data-keys, in addition to those of every service with a store. */
export interface DataKeysConfig extends StoredConfig {
  /** Without a database. Empty: `mongoUri`. */
  keysUri: string;
  /** Empty: `<service>.jwks` in the folder of keys. */
  keyFile: string;
  keyEncryption: KeyEncryptionConfig;
}

export interface ServiceDataKeys {
  keys: DataKeys;
  /** Wrapped keys, to find those without an owner. */
  records: DataKeyRecords;
}

/**
 * Opens the data keys of a service, in a database of its own. The service is ready only while that database is.
 * @param cache `short` keeps unwrapped keys for a minute
 * @throws Error, one sentence, if the key-encryption keys are unusable, or a production store has no TLS
 */
export async function openServiceDataKeys(
  backend: StoredBackend<DataKeysConfig>,
  { cache }: { cache: 'none' | 'short' },
): Promise<ServiceDataKeys> {
  const { name, config, log, tracer, now } = backend;
  const { environment, prefix, mongoCa, keyEncryption } = config;
  const uri = config.keysUri || config.mongoUri;
  requireEncryptedStore({ environment, mongoUri: uri, mongoCa, setting: 'The URI of data keys' });
  const store = openStore({ uri, ca: mongoCa, database: `${prefix}cups-${name}-keys`, log, tracer });
  backend.readyWhile(() => store.ready());
  backend.onShutdown('store', () => store.close());
  const records = openDataKeyRecords(store);
  const file = config.keyFile || join(config.keysDir, dataKeySetFile(name));
  const wrapper = await openKeyEncryption(file, keyEncryption, backend);
  return { records, keys: createDataKeys({ records, wrapper, now, ...(cache === 'short' && { cache: SHORT_CACHE }) }) };
}
