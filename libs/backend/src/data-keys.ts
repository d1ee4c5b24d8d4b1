import { join } from 'node:path';
import {
  createDataKeys,
  openDataKeyRecords,
  openDestroyedKeys,
  openKeyEncryption,
  Rewrap,
  SHORT_CACHE,
} from '@cups/data-keys';
import type { DataKeyRecords, DataKeys, KeyEncryptionConfig } from '@cups/data-keys';
import { startPeriodic } from '@cups/process';
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

/** Pace of the work after a rotation of the key-encryption key. */
export interface RewrapPace {
  /** How long the key set must be unchanged, ms. */
  settleMs: number;
  /** Interval of the checks, ms. */
  everyMs: number;
}

/** The service probes its own store once a second, which is usually on the same servers. */
const PROBE_INTERVAL_MS = 5_000;

/** Until then every replica has read a changed key set: a mounted Secret takes up to two minutes. */
const REWRAP_PACE: RewrapPace = { settleMs: 300_000, everyMs: 30_000 };
/** A run wraps all keys of a service again. */
const REWRAP_MAX_MS = 6 * 3_600_000;

interface DataKeysOptions {
  /** `short` keeps unwrapped keys for a minute. */
  cache: 'none' | 'short';
  rewrap?: RewrapPace | undefined;
}

/**
 * Opens the data keys of a service, in a database of its own. The service is ready only while that database is.
 * @throws Error, one sentence, if the key-encryption keys are unusable, or a production store has no TLS
 */
export async function openServiceDataKeys(
  backend: StoredBackend<DataKeysConfig>,
  { cache, rewrap: pace = REWRAP_PACE }: DataKeysOptions,
): Promise<ServiceDataKeys> {
  const { name, config, log, metrics, tracer, now } = backend;
  const { environment, prefix, mongoCa, keyEncryption } = config;
  const uri = config.keysUri || config.mongoUri;
  requireEncryptedStore({ environment, mongoUri: uri, mongoCa, setting: 'The URI of data keys' });
  const database = `${prefix}cups-${name}-keys`;
  const store = openStore({ uri, ca: mongoCa, database, probeIntervalMs: PROBE_INTERVAL_MS, log, tracer });
  backend.readyWhile(() => store.ready());
  backend.onShutdown('store', () => store.close());
  const records = openDataKeyRecords(store);
  const destroyed = openDestroyedKeys(store);
  const file = config.keyFile || join(config.keysDir, dataKeySetFile(name));
  const wrapper = await openKeyEncryption(file, keyEncryption, backend);
  const clock = () => performance.now();
  const rewrap = new Rewrap({ records, wrapper, log, metrics, now, clock, settleMs: pace.settleMs });
  backend.setDataKeyInspection(() => rewrap.inspect());
  const stop = startPeriodic({
    firstMs: pace.everyMs,
    everyMs: pace.everyMs,
    work: () => rewrap.run(),
    maxMs: REWRAP_MAX_MS,
    onFailure: (error) => log.warn({ event: 'data-key-rewrap-failed', error }),
  });
  backend.onShutdown('sources', stop);
  const options = { records, destroyed, wrapper, log, metrics, now };
  return { records, keys: createDataKeys({ ...options, ...(cache === 'short' && { cache: SHORT_CACHE }) }) };
}
