import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgencyParser } from '@cups/registry';
import { expect, test } from '@jest/globals';
import { agenciesIn, agenciesWithKeys } from '../cli/topics/agencies.ts';
import { buildEnvironment } from '../platform/environment.ts';

/** A local platform wakes its simulator for example agencies that pull, and production nobody on its machine. */

const root = join(import.meta.dirname, '../..');
const data = join(root, 'data');
const folder = join(data, 'agencies');
const files = readdirSync(folder).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const agencies = [...createAgencyParser()(files).entries.values()];

function environmentOf(more?: Record<string, string>): NodeJS.ProcessEnv {
  const platform = { root, dataDir: 'd', keysDir: 'k', mongoUri: 'm', kafkaBrokers: 'b', prefix: '', url: 'u', more };
  return buildEnvironment(platform, {}, { grpc: 1, http: 2 }, () => 'a', undefined);
}

test('no example names a webhook on this machine', () => {
  expect(agencies.flatMap(({ webhook }) => (webhook?.url.startsWith('http:') ? [webhook.url] : []))).toEqual([]);
});

test('agencies without a webhook are woken at the port of the simulator', () => {
  const { SIMULATOR_WEBHOOK_PORT: port, SIMULATOR_WEBHOOK_URL: url } = environmentOf();
  expect(url).toBe(`http://127.0.0.1:${port}/webhooks`);
});

test('only development calls webhooks on this machine', () => {
  expect(environmentOf()).toMatchObject({ CUPS_ENV: 'development', WEBHOOK_ALLOW_LOOPBACK: 'true' });
  const production = environmentOf({ CUPS_ENV: 'production' });
  expect(production).not.toHaveProperty('WEBHOOK_ALLOW_LOOPBACK');
  expect(production).not.toHaveProperty('SIMULATOR_WEBHOOK_URL');
});

test('agencies that pull have keys and no topics', () => {
  const pulling = agencies.filter(({ channel }) => channel === 'pull').map(({ code }) => code);
  expect(pulling).not.toEqual([]);
  expect(agenciesWithKeys(data)).toEqual([...agenciesIn(data), ...pulling].sort());
});
