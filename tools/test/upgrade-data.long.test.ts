import { spawn } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { brotliDecompressSync } from 'node:zlib';
import { startLocal } from '@cups/local';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { checkConsistency } from '../cli/backup/check.ts';
import { connectionsOfRunning } from '../cli/backup/connections.ts';
import { openStores } from '../cli/backup/documents.ts';
import { migrate } from '../cli/migrate/migrate.ts';
import { playDay } from '../day/play-day.ts';
import { startPlatform } from '../platform/platform.ts';
import type { Platform } from '../platform/platform.ts';

/** Opens the data folder of a sample day that commit 106db4d wrote, before stored names became the standard terms. */

const root = join(import.meta.dirname, '../..');
const FIXTURE = join(import.meta.dirname, 'fixtures/data-106db4d.tar.br');
/** What the folder holds. */
const APPLICATIONS = 69;

const inherited = { MONGODB_URI: process.env['MONGODB_URI'], KAFKA_BROKERS: process.env['KAFKA_BROKERS'] };
let parent: string;
let dataDir: string;
let platform: Platform | undefined;

beforeAll(() => {
  // The platform of this test is embedded, whatever other tests of the project share.
  delete process.env['MONGODB_URI'];
  delete process.env['KAFKA_BROKERS'];
});
afterAll(() => {
  for (const [name, value] of Object.entries(inherited)) if (value !== undefined) process.env[name] = value;
});
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'cups-upgrade-'));
  dataDir = join(parent, 'data');
  mkdirSync(dataDir);
  execFileSync('tar', ['-xf', '-', '-C', dataDir], { input: brotliDecompressSync(readFileSync(FIXTURE)) });
});
afterEach(async () => {
  await platform?.stop();
  platform = undefined;
  rmSync(parent, { recursive: true, force: true });
});

async function open(lines: string[] = []): Promise<Platform> {
  return (platform = await startPlatform({ port: 0, dataDir, onProgress: (line) => void lines.push(line) }));
}

/** Whether the stores hold what Kafka says, with nothing lost, parked or unread. */
async function readFindings() {
  const parts = Object.assign({ prefix: '' }, connectionsOfRunning(dataDir));
  const stores = await openStores(parts);
  try {
    return await checkConsistency(parts, stores);
  } finally {
    await stores.close();
  }
}

async function readApplications(mongoUri: string): Promise<mongoose.mongo.Document[]> {
  const connection = await mongoose.createConnection(mongoUri).asPromise();
  try {
    return await connection.getClient().db('cups-intake').collection('applications').find().toArray();
  } finally {
    await connection.close();
  }
}

/** The platform balances, and decides new applications. */
async function expectWorking({ url, mongoUri }: Platform): Promise<void> {
  const applications = await readApplications(mongoUri);
  expect(applications).toHaveLength(APPLICATIONS);
  const names = new Set(applications.flatMap((one) => Object.keys(one)));
  expect([...names].filter((name) => ['told', 'deskNotes'].includes(name))).toEqual([]);
  const history = applications.flatMap((one) => one['history'] as Record<string, unknown>[]);
  expect(history.filter((entry) => 'by' in entry || 'words' in entry || entry['kind'] === 'tell')).toEqual([]);
  expect(history.filter((entry) => entry['kind'] === 'notify-person').length).toBeGreaterThan(0);
  expect(await readFindings()).toMatchObject({ ahead: [], uncounted: [] });
  const day = await playDay({ url, applications: 12 });
  expect(day).toMatchObject({ lost: 0, doubled: 0, errors: [] });
  const { lag, parked, ...balance } = await readFindings();
  expect(balance).toEqual({ ahead: [], disagreeing: [], uncounted: [] });
  expect(Object.values({ ...lag, ...parked }).every((count) => count >= 0)).toBe(true);
}

describe('data of commit 106db4d', () => {
  test('opens, balances and decides new applications', async () => {
    const lines: string[] = [];
    const running = await open(lines);
    expect(lines.join('\n')).toContain('intake: 0001-standard-names done');
    expect(readFileSync(join(dataDir, 'shape'), 'utf8')).toBe('3\n');
    expect(existsSync(join(dataDir, 'store-version-2', 'store.mv'))).toBe(true);
    expect(lines.join('\n')).toContain('stays in store-h2');
    expect(existsSync(join(dataDir, 'store-h2', 'store.mv'))).toBe(true);
    await expectWorking(running);
  }, 600_000);

  test('is what it was after the way back', async () => {
    const before = await readAll();
    const options = { data: dataDir, dryRun: false };
    const silent = () => {};
    expect((await migrate({ ...options, dryRun: true, down: 0 }, silent)).length).toBe(5);
    for (let round = 0; round < 2; round += 1) {
      expect((await migrate({ ...options, down: 0 }, silent)).length).toBe(5);
      expect(readFileSync(join(dataDir, 'shape'), 'utf8')).toBe('3\n');
      expect((await migrate({ ...options, down: 2 }, silent)).length).toBe(5);
      expect(readFileSync(join(dataDir, 'shape'), 'utf8')).toBe('2\n');
    }
    expect(await readAll()).toEqual(before);
  }, 600_000);

  test('opens after its migration was killed', async () => {
    const local = await startLocal({ dataDir, parts: ['store'] });
    try {
      for (const event of ['migration-started', 'migration-progressed']) {
        for (const service of ['intake', 'identity', 'agency-bridge', 'notifications']) {
          await killMigration(service, local.mongoUri, event);
        }
      }
    } finally {
      await local.stop();
    }
    await expectWorking(await open());
  }, 600_000);
});

/** Returns all documents by database and collection, without what migrations record. */
async function readAll(): Promise<Record<string, unknown[]>> {
  const local = await startLocal({ dataDir, parts: ['store'] });
  const connection = await mongoose.createConnection(local.mongoUri).asPromise();
  try {
    const found: Record<string, unknown[]> = {};
    for (const service of ['intake', 'identity', 'agency-bridge', 'notifications']) {
      const database = connection.getClient().db(`cups-${service}`);
      for (const { name } of await database.listCollections().toArray()) {
        if (/^(migrations|migrationLock|storeWriters)$/.test(name)) continue;
        const documents = await database.collection(name).find().sort({ _id: 1 }).toArray();
        if (documents.length > 0) found[`${service}.${name}`] = documents;
      }
    }
    return found;
  } finally {
    await connection.close();
    await local.stop();
  }
}

/** Runs the migrations of a service and kills them at the first event of a kind. */
async function killMigration(service: string, mongoUri: string, event: string): Promise<void> {
  const script = join(root, 'apps', service, 'src/main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, 'migrate'], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, MONGODB_URI: mongoUri, CUPS_ENV: 'development' },
  });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes(`"${event}"`)) child.kill('SIGKILL');
  }
  await ended;
}
