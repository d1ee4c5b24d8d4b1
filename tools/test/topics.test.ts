import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { connectKafka } from '@cups/events';
import { testInfrastructure, temporaryDir } from '@cups/testing';
import { afterAll, expect, test } from '@jest/globals';
import { agenciesIn } from '../cli/topics/agencies.ts';

const root = join(import.meta.dirname, '../..');
const { brokers, prefix } = testInfrastructure();
const folder = temporaryDir();
const admin = connectKafka(brokers, 'topics-test').admin();
afterAll(async () => {
  await admin.disconnect();
  folder.remove();
});

function topics(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts'), 'topics', ...args],
    {
      env: { KAFKA_BROKERS: brokers.join(','), CUPS_PREFIX: prefix, REGISTRY_DIR: join(root, 'data'), ...env },
    },
  );
  const said = { out: '', err: '' };
  child.stdout.on('data', (data) => (said.out += data));
  child.stderr.on('data', (data) => (said.err += data));
  return new Promise((done) => child.once('close', (code) => done({ code, out: said.out, err: said.err })));
}

test('creates the topics of platform and agencies once', async () => {
  const count = 13 + 2 * agenciesIn(join(root, 'data')).length;
  const missing = await topics({}, '--check');
  expect(missing).toMatchObject({ code: 1, err: '' });
  expect(missing.out).toContain(`missing: ${prefix}cups.applications\n`);
  expect(missing.out).toContain(`0 of ${count} topics are there\n`);

  const made = await topics({ TOPIC_PARTITIONS: '2', TOPIC_REPLICATION: '1' });
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(made.out).toContain(`${count} topics are there: `);
  // Those that exist keep their partitions.
  expect(await topics({ TOPIC_PARTITIONS: '5' })).toMatchObject({ code: 0, err: '' });

  await admin.connect();
  const { topics: found } = await admin.fetchTopicMetadata({
    topics: [`${prefix}cups.applications`, `${prefix}cups.centres`],
  });
  expect(
    Object.fromEntries(found.map(({ name, partitions }) => [name.slice(prefix.length), partitions.length])),
  ).toEqual({
    'cups.applications': 2,
    'cups.centres': 1,
  });
  expect(await topics({}, '--check')).toMatchObject({ code: 0, out: `${count} of ${count} topics are there\n` });
});

test.each<[string, Record<string, string>, string[], RegExp, number?]>([
  [
    'a number of partitions that is none',
    { TOPIC_PARTITIONS: 'many' },
    [],
    /^TOPIC_PARTITIONS must be a whole number from 1 to 1000\.$/,
  ],
  [
    'data without agencies',
    { REGISTRY_DIR: folder.dir },
    [],
    /^There is no folder of agencies: .*agencies \(REGISTRY_DIR\)\.$/,
  ],
  [
    'brokers that do not answer',
    { KAFKA_BROKERS: '127.0.0.1:1', TOPIC_TIMEOUT_MS: '1000' },
    [],
    /^The topics could not be created: /,
  ],
  [
    'brokers that do not answer a check',
    { KAFKA_BROKERS: '127.0.0.1:1' },
    ['--check'],
    /^Kafka does not respond at 127\.0\.0\.1:1\.$/,
  ],
  ['an unknown option', {}, ['--dry-run'], /^Unknown option '--dry-run'\. See --help\.$/, 2],
])('`npm run cups -- topics` refuses %s in one sentence', async (_, env, args, sentence, exitCode = 1) => {
  const { code, out, err } = await topics(env, ...args);
  expect({ code, out, lines: err.trim().split('\n').length }).toEqual({ code: exitCode, out: '', lines: 1 });
  expect(err.trim()).toMatch(sentence);
});
