import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DataVersions } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { ensureTopics } from '@cups/events';
import {
  clientFor,
  eventually,
  familyName,
  idnp,
  captureLog,
  copySampleData,
  createTestKeys,
  shareInGroup,
  testInfrastructure,
  temporaryDir,
} from '@cups/testing';
import { readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { createIdentity } from '../src/service.ts';

/** Data folder of the repository. */
export const sampleDataDir = join(import.meta.dirname, '../../../data');
/** Number of centre files. */
export const centreCount = readdirSync(join(sampleDataDir, 'centres')).length;
/** Number of opened centres. The others are not published. */
export const openCentreCount = readdirSync(join(sampleDataDir, 'centres')).filter((name) =>
  /^status: (active|paused|closed)$/m.test(readFileSync(join(sampleDataDir, 'centres', name), 'utf8')),
).length;

type IdentityClient = ReturnType<typeof clientFor<IdentityServiceDefinition>>;
export type Identity = Awaited<ReturnType<typeof createIdentity>>;
export type World = Awaited<ReturnType<typeof startWorld>>;
export type Client = ReturnType<World['client']>;

/** Matches a problem by its reason. */
export const problemWith = (reason: string): unknown => expect.objectContaining({ reason });

/**
 * Starts identity with its own data folder, store, topics and keys.
 * @param settings of all its processes
 */
export async function startWorld(settings: Partial<Config> = {}) {
  const where = testInfrastructure();
  const { mongoUri, brokers, prefix } = where;
  const keys = createTestKeys();
  const folder = temporaryDir();
  const dataDir = join(folder.dir, 'data');
  const log = captureLog('identity');
  const logTo = { write: (line: string) => void log.lines.push(JSON.parse(line) as Record<string, unknown>) };
  copySampleData(dataDir, 'centres', 'agencies');
  const agencyKeysDir = join(folder.dir, 'agency-keys');
  mkdirSync(agencyKeysDir);

  const config = (more: Partial<Config> = {}): Config => ({
    ...readConfig({ CUPS_ENV: 'development', IDENTITY_PROVIDERS: 'local' }),
    mongoUri,
    kafkaBrokers: brokers,
    prefix,
    grpcPort: 0,
    httpPort: 0,
    keysDir: keys.dir,
    dataDir,
    agencyKeysDir,
    syncMs: 500,
    sessionSweepMs: 200,
    ...settings,
    ...more,
  });
  let clock: Date | undefined;
  /** Starts another process and waits until it is ready. */
  const start = async (more: Partial<Config> = {}): Promise<Identity> => {
    const started = await createIdentity(config(more), { now: () => clock ?? new Date(), logTo });
    await eventually(async () => (await fetch(`http://127.0.0.1:${started.httpPort}/readyz`)).ok);
    return started;
  };
  await ensureTopics({ brokers, prefix, partitions: 1, agencies: [] });
  const identity = await start();

  const open: { close(): void }[] = [];
  /** Creates a client with or without a session, of the first process by default. */
  const client = (
    sessionToken?: string,
    {
      from = 'gateway',
      of = identity,
      versions,
    }: {
      from?: 'gateway' | 'intake' | 'notifications' | 'agency-bridge' | 'ops';
      of?: Identity;
      /** Data versions of the caller. */
      versions?: DataVersions;
    } = {},
  ) => {
    const address = `127.0.0.1:${of.grpcPort}`;
    const created = clientFor<IdentityServiceDefinition>('cups.identity.v1.IdentityService', {
      address,
      keys,
      from,
      to: 'identity',
      versions,
      ...(sessionToken !== undefined && { sessionToken }),
    });
    open.push(created);
    return created;
  };
  const path = (code: string) => join(dataDir, 'centres', `${code}.yaml`);
  const textOf = (code: string) => readFileSync(path(code), 'utf8');
  const write = (code: string, text: string) => writeFileSync(path(code), text);
  return {
    where,
    keys,
    dataDir,
    /** Folder of further keys of agencies. */
    agencyKeysDir,
    /** Contains the data folder; tests can add more. */
    folder: folder.dir,
    log,
    identity,
    config,
    start,
    client,
    path,
    textOf,
    write,
    newCentre: (code: string, status = 'active') => {
      const text = textOf('CU-001').replaceAll('CU-001', code).replace('Lozova', `Test ${code}`);
      write(code, text.replace('status: active', `status: ${status}`));
    },
    /** Creates an agency as a copy of another. */
    newAgency: (code: string, like: string) => {
      const text = readFileSync(join(dataDir, 'agencies', `${like}.yaml`), 'utf8');
      writeFileSync(join(dataDir, 'agencies', `${code}.yaml`), text.replace(`code: ${like}`, `code: ${code}`));
    },
    /** Writes a status to the file of a centre. */
    become: (code: string, status: string) => write(code, textOf(code).replace(/^status: .*$/m, `status: ${status}`)),
    /** Signs an operator in and returns the assertion. */
    signIn: async (operator: string) => (await client().createSession({ provider: 'local', operator })).assertion,
    /** Invites a second manager to each centre, so that the first can leave. */
    async secondManagers(supervisor: IdentityClient, codes: string[]): Promise<void> {
      for (const [at, code] of codes.entries()) {
        const person = { idnp: idnp(90_000 + at), givenName: 'Vera', familyName: familyName(at) };
        const position = { centre: `centres/${code}`, roles: ['ROLE_CENTRE_MANAGER' as const] };
        await supervisor.inviteOperator(Object.assign({ requestId: randomUUID() }, position, person));
      }
    },
    /** Runs `work` with a function that sets the clock. */
    async withClock(work: (setClock: (time: Date) => void) => Promise<void>): Promise<void> {
      try {
        await work((time) => (clock = time));
      } finally {
        clock = undefined;
      }
    },
    async close() {
      for (const created of open) created.close();
      await identity.stop();
      keys.remove();
      folder.remove();
    },
  };
}

/** Starts one world for all files of a group. */
export const shareWorld = shareInGroup(async () => {
  const world = await startWorld({ timerPollMs: 100 });
  return Object.assign(world, { stop: world.close });
});

export type SharedWorld = Awaited<ReturnType<typeof shareWorld>>;
