import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reconcileTopics, buildAgencyTopics } from '@cups/events';
import { createAgencyParser } from '@cups/registry';
import { testInfrastructure, temporaryDir } from '@cups/testing';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildAgencyFile } from '../cli/agency/agencies.ts';
import type { AgencyInput } from '../cli/agency/agencies.ts';
import { CLIENTS } from '../cli/agency/clients.ts';
import { formatClients, deriveResources } from '../cli/agency/show.ts';
import { simulatorKeys } from '../cli/agency/simulator-keys.ts';

/** `npm run cups -- agency` on a folder of data of its own, and on a Kafka that stands open; a closed one is in e2e/test/production.long.test.ts. */

const root = join(import.meta.dirname, '../..');
const data = temporaryDir();
const { brokers, prefix } = testInfrastructure();
beforeAll(() => cpSync(join(root, 'data'), data.dir, { recursive: true }));
afterAll(() => data.remove());

const fileOf = (code: string) => join(data.dir, 'agencies', `${code}.yaml`);

const agency = (...words: string[]) => agencyWith({}, ...words);

function agencyWith(settings: NodeJS.ProcessEnv, ...words: string[]) {
  const command = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), 'agency', ...words];
  const env = Object.assign({}, process.env, { KAFKA_BROKERS: brokers.join(), CUPS_PREFIX: prefix }, settings);
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, '--data', data.dir], {
    encoding: 'utf8',
    env,
  });
  return { code: status, out: stdout, err: stderr };
}
const NAMES = ['--ro', 'Serviciul Fiscal', '--ru', 'Налоговая служба', '--en', 'Tax Service'];

test('adds an agency with file, topics and user, and removes it', async () => {
  const added = agency('add', 'fisc', ...NAMES, '--request-percent', '10');
  expect(added).toMatchObject({ code: 0, err: '' });
  expect(added.out).toContain(`+ topic ${prefix}agency.fisc.requests (kept 90 days)`);
  expect(added.out).toContain(`+   write topic ${prefix}agency.fisc.replies`);
  expect(added.out).toContain('+   quota: writes 1048576 B/s, reads 4194304 B/s, 10 % of a thread');
  const text = readFileSync(fileOf('fisc'), 'utf8');
  const { entries, problems } = createAgencyParser()([{ path: 'fisc.yaml', text }]);
  expect([problems, entries.get('fisc')]).toEqual([
    [],
    {
      code: 'fisc',
      name: { ro: 'Serviciul Fiscal', ru: 'Налоговая служба', en: 'Tax Service' },
      timeZone: 'Europe/Chisinau',
      workingTime: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:00', to: '17:00' },
      calendar: 'holidays-md',
      quota: { requestPercent: 10 },
    },
  ]);
  const topics = buildAgencyTopics(prefix, 'fisc', 3);
  expect((await reconcileTopics({ brokers, topics, create: false })).missing).toEqual([]);

  const shown = JSON.parse(agency('show', 'fisc', '--json').out) as { user: string; group: string };
  expect(shown).toMatchObject({ user: `${prefix}agency.fisc`, group: `${prefix}fisc.main`, services: [], centres: [] });

  const centre = join(data.dir, 'centres/CU-001.yaml');
  const before = readFileSync(centre, 'utf8');
  writeFileSync(centre, before.replace('mai]', 'mai, fisc]'));
  expect(agency('remove', 'fisc')).toMatchObject({ code: 1, err: expect.stringContaining('CU-001') as unknown });
  writeFileSync(centre, before);
  expect(agency('remove', 'fisc').out).toContain('Open applications: none.');
  expect(existsSync(fileOf('fisc'))).toBe(false);
  expect((await reconcileTopics({ brokers, topics, create: false })).missing).toEqual([]);
}, 60_000);

test('adds an agency whose clerks work in the page, without topics and user', async () => {
  const added = agency('add', 'arhiva', ...NAMES, '--page');
  expect(added).toMatchObject({ code: 0, err: '' });
  expect(added.out).toContain('+   channel: page');
  const topics = buildAgencyTopics(prefix, 'arhiva', 3);
  const { missing } = await reconcileTopics({ brokers, topics, create: false });
  expect(missing.map(({ name }) => name)).toEqual(topics.map(({ name }) => name));
  const shown = JSON.parse(agency('show', 'arhiva', '--json').out) as object;
  expect(shown).toMatchObject({ agency: { code: 'arhiva', channel: 'page' }, services: [], centres: [] });
  expect(shown).not.toHaveProperty('user');
  const listed = JSON.parse(agency('list', '--json').out) as { code: string; channel: string; quota?: object }[];
  expect(listed.find(({ code }) => code === 'arhiva')).toEqual({
    ...{ code: 'arhiva', name: 'Serviciul Fiscal', channel: 'page', services: 0, centres: 0 },
  });
  expect(listed.find(({ code }) => code === 'asp')).toMatchObject({ channel: 'kafka', quota: {} });
  expect(agency('password', 'arhiva')).toMatchObject({
    code: 1,
    err: expect.stringContaining('no Kafka user') as unknown,
  });
  expect(agency('remove', 'arhiva').out).not.toContain('topic');
  expect(existsSync(fileOf('arhiva'))).toBe(false);
}, 60_000);

test('lists agencies while the store does not respond, and says what is missing', () => {
  const { code, out, err } = agencyWith({ MONGODB_URI: 'mongodb://127.0.0.1:1' }, 'list');
  expect([code, out.split('\n')[0]]).toEqual([0, expect.stringMatching(/^CODE +CHANNEL +SERVICES/)]);
  expect(out).toMatch(/^arhiva-straseni +pull/m);
  expect(err).toBe('What these agencies have read is unknown: arhiva-straseni. The store does not respond.\n');
});

test('gives simulated agencies key pairs, and no agency whose system has a key', () => {
  const keys = temporaryDir();
  try {
    const before = readFileSync(fileOf('asp'), 'utf8');
    const generate = () => agency('simulator-keys', 'asp', '--dir', keys.dir);
    const options = { dir: keys.dir, data: data.dir, dryRun: false, json: false };
    expect(generate()).toMatchObject({ code: 0, err: '' });
    const text = readFileSync(fileOf('asp'), 'utf8');
    const { entries, problems } = createAgencyParser()([{ path: 'asp.yaml', text }]);
    const own = JSON.parse(readFileSync(join(keys.dir, 'agencies/asp.key.jwk'), 'utf8')) as Record<string, string>;
    const { d: secret, ...published } = own;
    expect([problems, entries.get('asp')?.keys]).toEqual([[], [published]]);
    expect(text).toContain(before.trimEnd());
    expect(text).not.toContain(secret);

    expect(generate().code).toBe(0);
    expect(readFileSync(fileOf('asp'), 'utf8')).toBe(text);
    writeFileSync(fileOf('asp'), text.replace(published['kid']!, 'asp-2026'));
    expect(() => simulatorKeys([], options)).toThrow('a key of its own');
    expect(existsSync(join(keys.dir, 'agencies/mai.key.jwk'))).toBe(false);
    expect(() => simulatorKeys(['unknown'], options)).toThrow('not found');
    writeFileSync(fileOf('asp'), before);
  } finally {
    keys.remove();
  }
}, 60_000);

const names = { ro: 'Serviciul Fiscal', ru: 'Налоговая служба', en: 'Tax Service' };

test.each<[string, string, AgencyInput, RegExp]>([
  ['a code with capitals', 'Fisc', names, /^Code Fisc is invalid: use 2 to 20 lowercase letters/],
  ['a code with a dot', 'fi.sc', names, /^Code fi.sc is invalid/],
  ['a reserved code', 'agency-bridge-x', names, /^The code agency-bridge-x is reserved/],
  ['an existing code', 'asp', names, /^Agency asp exists/],
  ['no names', 'fisc', { ro: 'Fisc' }, /^The name is missing: --ru '…'\.\nThe name is missing: --en '…'\.$/],
  ['an unknown time zone', 'fisc', { ...names, timeZone: 'Mars/Olympus' }, /time zone Mars\/Olympus/],
  ['working time that ends before it starts', 'fisc', { ...names, from: '18:00' }, /working time ends at 17:00/],
  ['an unknown weekday', 'fisc', { ...names, days: 'mon xyz' }, /workingTime\/days\/1/],
  ['an unknown calendar', 'fisc', { ...names, calendar: 'none' }, /^Calendar none not found\./],
])('refuses %s', (_, code, input, sentence) => {
  expect(() => buildAgencyFile(data.dir, code, input)).toThrow(sentence);
});

test('client configurations sign in, partition as Java does, and contain no password', () => {
  const lines = formatClients('fisc', deriveResources('fisc', undefined, undefined), undefined);
  expect(lines.match(/^--- .*$/gm)).toEqual(['--- java', '--- librdkafka', '--- aiokafka', '--- kafkajs']);
  for (const word of ['SASL_SSL', 'partitioner=murmur2_random', 'scram-sha-512', '<password>', 'fisc.main']) {
    expect(lines).toContain(word);
  }
});

test.each(['java', 'librdkafka', 'aiokafka'] as const)(
  'the configuration for %s makes the producer idempotent',
  (client) => {
    const connection = { brokers: 'k:1', user: 'u', requests: 'q', replies: 'r', group: 'g', closed: true };
    expect(CLIENTS[client](connection).join('\n')).toMatch(/enable[._]idempotence=[Tt]rue/);
  },
);
