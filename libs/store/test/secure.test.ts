import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startLocal, type LocalPlatform } from '@cups/local';
import { eventually, captureLog, temporaryDir } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { explainDenial } from '../src/connection/store-errors.ts';
import { openStore } from '../src/store.ts';

/** A store that only speaks TLS. */

const folder = temporaryDir();
let local: LocalPlatform;
beforeAll(async () => {
  local = await startLocal({ dataDir: folder.dir, parts: ['store'], secure: true });
}, 90_000);
afterAll(async () => {
  await local.stop();
  folder.remove();
});

/** A store with its authorities in a file. */
function open(file: string) {
  const { log, lines, text } = captureLog();
  const ca = () => readFileSync(file, 'utf8');
  const uri = local.mongoUri.replace('/?tls=true', '');
  const store = openStore({ uri, ca, database: 'cups-secure', log });
  store.documents({
    collection: 'things',
    schema: {},
    indexes: [],
    schemaVersion: 1,
    existsReason: 'REQUEST_ID_REUSED',
  });
  return { store, lines, text };
}

describe('openStore over TLS', () => {
  test('accepts a certificate of an authority in the file', async () => {
    const { store } = open(local.secure!.caFile);
    await eventually(() => store.ready());
    await store.close();
  });

  test('rejects another authority with one log line and recovers without a restart', async () => {
    const file = join(folder.dir, 'other.crt');
    writeFileSync(file, '');
    const { store, lines } = open(file);
    const denied = await eventually(() => lines.find(({ event }) => event === 'store-authorization-denied'));
    expect(denied['reason']).toBe(
      'The certificate of the store is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT): MONGODB_TLS_CA_FILE must contain its issuing authority.',
    );
    expect(store.ready()).toBe(false);
    writeFileSync(file, readFileSync(local.secure!.caFile));
    await eventually(() => store.ready(), { timeoutMs: 30_000 });
    await store.close();
  });
});

describe('explainDenial', () => {
  test.each([18, 13])('explains a rejected user (code %i)', (code) => {
    const error = new mongoose.mongo.MongoServerError({ message: 'intake, secret', code });
    expect(explainDenial(error)).toBe('The store rejects the user and password of MONGODB_URI.');
    expect(explainDenial(new Error('x', { cause: error }))).toBe(
      'The store rejects the user and password of MONGODB_URI.',
    );
  });

  test('returns nothing for an unavailable store', () => {
    expect(explainDenial(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).toBeUndefined();
    expect(explainDenial(undefined)).toBeUndefined();
  });
});
