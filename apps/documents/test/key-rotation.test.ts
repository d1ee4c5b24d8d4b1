import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { renameSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OperationsServiceDefinition } from '@cups/contracts/gen/cups/operations/v1/OperationsService.ts';
import { generateSecretJwk } from '@cups/rpc';
import { clientFor, eventually } from '@cups/testing';
import { someBytes, startDocuments, upload } from './harness.ts';
import type { Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startDocuments({}, { rewrap: { settleMs: 0, everyMs: 50 } });
});
afterAll(() => harness.stop());

test('rotates the key-encryption key under uploads and reads without a failed call', async () => {
  const file = join(harness.keys.dir, 'documents.jwks');
  const [old] = (JSON.parse(readFileSync(file, 'utf8')) as { keys: { kid: string }[] }).keys;
  const next = generateSecretJwk('enc');
  const ops = clientFor<OperationsServiceDefinition>('cups.operations.v1.OperationsService', {
    address: harness.address(),
    keys: harness.keys,
    from: 'ops',
    to: 'documents',
  });
  /** Replaces the file in one step, and waits until the service has read it and needs no other key. */
  const follow = async (...keys: { kid: string }[]) => {
    writeFileSync(`${file}.new`, JSON.stringify({ keys }), { mode: 0o600 });
    renameSync(`${file}.new`, file);
    await eventually(async () => {
      const { kids, pending } = await ops.inspectDataKeys({});
      return kids.join() === keys.map(({ kid }) => kid).join() && pending === 0;
    });
  };

  const bytes = someBytes(70_000);
  const names: string[] = [];
  for (let at = 0; at < 5; at += 1) names.push(await upload(harness, bytes));
  let isDone = false;
  let calls = 0;
  const use = async (): Promise<void> => {
    while (!isDone) {
      const name = await upload(harness, bytes);
      for (const one of [name, ...names]) {
        const { data } = await harness.desk().readContent({ name: one, offset: 0, limit: 1_048_576 });
        expect(data.equals(bytes)).toBe(true);
        calls += 1;
      }
    }
  };
  const load = Promise.all([use(), use()]);
  try {
    await follow(old!, next);
    await follow(next, old!);
    // The old key is gone, and everything can still be read.
    await follow(next);
    const before = calls;
    await eventually(() => calls > before + 20);
  } finally {
    isDone = true;
    await load;
    ops.close();
  }
  const [, count] = /data_keys_rewrapped_total\{[^}]*\} (\d+)/.exec(await harness.metrics())!;
  expect(Number(count)).toBeGreaterThanOrEqual(names.length);
});
