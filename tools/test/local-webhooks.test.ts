import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAgencyParser } from '@cups/registry';
import { expect, test } from '@jest/globals';
import { agenciesIn, agenciesWithKeys } from '../cli/topics/agencies.ts';
import { buildEnvironment } from '../platform/environment.ts';

/** The webhooks of example agencies lead to the simulator of a local platform, and nowhere else. */

const root = join(import.meta.dirname, '../..');
const data = join(root, 'data');
const folder = join(data, 'agencies');
const files = readdirSync(folder).map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const agencies = [...createAgencyParser()(files).entries.values()];

function environmentOf(more?: Record<string, string>): NodeJS.ProcessEnv {
  const platform = { root, dataDir: 'd', keysDir: 'k', mongoUri: 'm', kafkaBrokers: 'b', prefix: '', url: 'u', more };
  return buildEnvironment(platform, {}, { grpc: 1, http: 2 }, () => 'a', undefined);
}

test('each webhook on this machine names the port of the simulator', () => {
  const local = agencies.flatMap(({ code, webhook }) =>
    webhook?.url.startsWith('http:') ? [[code, webhook.url]] : [],
  );
  expect(local).not.toEqual([]);
  const { SIMULATOR_WEBHOOK_PORT: port } = environmentOf();
  expect(local).toEqual(local.map(([code]) => [code, `http://127.0.0.1:${port}/webhooks/${code}`]));
});

test('only development calls webhooks on this machine', () => {
  expect(environmentOf()).toMatchObject({ CUPS_ENV: 'development', WEBHOOK_ALLOW_LOOPBACK: 'true' });
  expect(environmentOf({ CUPS_ENV: 'production' })).not.toHaveProperty('WEBHOOK_ALLOW_LOOPBACK');
});

test('agencies that pull have keys and no topics', () => {
  const pulling = agencies.filter(({ channel }) => channel === 'pull').map(({ code }) => code);
  expect(pulling).not.toEqual([]);
  expect(agenciesWithKeys(data)).toEqual([...agenciesIn(data), ...pulling].sort());
});
