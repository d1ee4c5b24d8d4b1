import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { playDay } from '@cups/tools/day';
import { openElapsing } from '@cups/tools/elapse-term';
import { startPlatform } from '@cups/tools/platform';
import type { Platform } from '@cups/tools/platform';
import { temporaryDir } from '@cups/testing';
import { createNeedles, listFiles, scanFile } from './canary-scan.ts';

/**
 * People with names and numbers that exist nowhere else go through the sample day. Afterwards every file of the platform and
 * of a backup is searched for them. The files of the store are compressed, so a backup shows what each collection holds.
 */

const root = join(import.meta.dirname, '../..');
const FAMILY_NAME = 'Canărescu';
/** Begin of the personal numbers of the first 100 people of the sample day. */
const NUMBERS = '290010000';
const PEOPLE = 40;

interface FilePlace {
  files: RegExp;
  why: string;
}

/** Places where design and law allow personal data. */
const ALLOWED: readonly FilePlace[] = [
  { files: /^kafka\/.*(agency\.[a-z-]+|training)\.requests-\d+\//, why: 'agencies receive the applications' },
  { files: /^mail\//, why: 'the mail itself; a mail server takes its place in production' },
  { files: /^backup\/agency-bridge\/deliveries\.bson$/, why: 'requests that Kafka has not acknowledged yet' },
  { files: /^store\//, why: 'the log of the store holds outboxes of deliveries until Kafka acknowledges them' },
];

const state = temporaryDir();
const backups = temporaryDir();
const temporary = join(state.dir, 'tmp');
/** The environment names store and Kafka shared by other tests; this platform has its own. */
const { MONGODB_URI, KAFKA_BROKERS, ...environment } = process.env;
let platform: Platform | undefined;

beforeAll(async () => {
  delete process.env['MONGODB_URI'];
  delete process.env['KAFKA_BROKERS'];
  mkdirSync(temporary);
  platform = await startPlatform({ port: 0, dataDir: state.dir, env: { TMPDIR: temporary } });
}, 120_000);
afterAll(async () => {
  await platform?.stop();
  if (MONGODB_URI) process.env['MONGODB_URI'] = MONGODB_URI;
  if (KAFKA_BROKERS) process.env['KAFKA_BROKERS'] = KAFKA_BROKERS;
  state.remove();
  backups.remove();
});

/** A different name for each person, in letters. */
const familyNameOf = (n: number): string =>
  `${FAMILY_NAME}-${[...String(n)].map((digit) => 'ABCDEFGHIJ'[Number(digit)]).join('')}`;

test('the people of a sample day are found only where design and law allow', async () => {
  const { url } = platform!;
  const elapseTerm = openElapsing(platform!);
  const people = { applications: PEOPLE, familyNameOf };
  const day = await playDay({ url, ...people, everyChannel: true, elapseTerm, patienceSeconds: 300 });
  expect(day.errors).toEqual([]);
  expect(Object.keys(day.atAgencies.byChannel).sort()).toEqual(['kafka', 'page', 'pull']);
  expect(day).toMatchObject({ escalated: 1, passedOn: 1 });
  const backup = join(backups.dir, 'backup');
  const cups = ['--disable-warning=ExperimentalWarning', join(root, 'tools/cli/cups.ts')];
  const options = { cwd: root, env: environment };
  await promisify(execFile)(process.execPath, [...cups, 'backup', backup, '--data', state.dir], options);
  await platform!.stop();
  platform = undefined;

  const needles = createNeedles({ name: FAMILY_NAME, number: NUMBERS });
  const files = [
    ...listFiles(state.dir).map((file): [string, string] => [file, join(state.dir, file)]),
    ...listFiles(backup).map((file): [string, string] => [`backup/${file}`, join(backup, file)]),
  ];
  const found = files.flatMap(([place, file]) => {
    const kinds = scanFile(file, needles);
    return kinds.length > 0 ? [{ place, kinds }] : [];
  });
  const isIn = (places: readonly FilePlace[], place: string) => places.find((one) => one.files.test(place));
  const describe = ({ place, kinds }: { place: string; kinds: string[] }) => `${place}: ${kinds.join(', ')}`;
  const report = [
    `${files.length} files were searched.`,
    ...found.filter(({ place }) => isIn(ALLOWED, place)).map((one) => `allowed: ${describe(one)}`),
  ];
  process.stdout.write(`${report.join('\n')}\n`);
  // The search works: what agencies receive is in clear.
  expect(found.some(({ place }) => /requests-\d+\//.test(place))).toBe(true);
  expect(found.filter(({ place }) => !isIn(ALLOWED, place)).map(describe)).toEqual([]);
}, 900_000);
