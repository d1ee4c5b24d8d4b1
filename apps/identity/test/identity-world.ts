import { expect } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  createTestKeys,
  testInfrastructure,
  temporaryDir,
} from '@cups/testing';
import { readConfig } from '../src/config.ts';
import type { Config } from '../src/config.ts';
import { createIdentity } from '../src/service.ts';

/** The data folder of the repository. */
export const sampleDataDir = join(import.meta.dirname, '../../../data');
/** How many centres have a file there. */
export const centreCount = readdirSync(join(sampleDataDir, 'centres')).length;
/** How many of them have opened: the others are not announced, and of a planned one nobody signs in. */
export const openCentreCount = readdirSync(join(sampleDataDir, 'centres')).filter((name) =>
  /^status: (active|paused|closed)$/m.test(readFileSync(join(sampleDataDir, 'centres', name), 'utf8')),
).length;

type IdentityClient = ReturnType<typeof clientFor<IdentityServiceDefinition>>;
export type Identity = Awaited<ReturnType<typeof createIdentity>>;
export type World = Awaited<ReturnType<typeof startWorld>>;
export type Client = ReturnType<World['client']>;

/** What a refused call rejects with. */
export const problemWith = (reason: string): unknown => expect.objectContaining({ reason });

/** A running identity on data of its own, with a store, topics and keys that nobody else has. */
export async function startWorld() {
  const where = testInfrastructure();
  const { mongoUri, brokers, prefix } = where;
  const keys = createTestKeys();
  const folder = temporaryDir();
  const dataDir = join(folder.dir, 'data');
  const log = captureLog('identity');
  const logTo = { write: (line: string) => void log.lines.push(JSON.parse(line) as Record<string, unknown>) };
  for (const kind of ['centres', 'agencies'])
    cpSync(join(sampleDataDir, kind), join(dataDir, kind), { recursive: true });

  const config = (more: Partial<Config> = {}): Config => ({
    ...readConfig({ CUPS_ENV: 'development', CUPS_IDENTITY_PROVIDERS: 'local' }),
    mongoUri,
    kafkaBrokers: brokers,
    prefix,
    grpcPort: 0,
    httpPort: 0,
    keysDir: keys.dir,
    dataDir,
    syncMs: 500,
    sessionSweepMs: 200,
    ...more,
  });
  let clock: Date | undefined;
  /** Starts one more, and waits until it is ready. */
  const start = async (more: Partial<Config> = {}): Promise<Identity> => {
    const started = await createIdentity(config(more), { now: () => clock ?? new Date(), logTo });
    await eventually(async () => (await fetch(`http://127.0.0.1:${started.httpPort}/readyz`)).ok);
    return started;
  };
  await ensureTopics({ brokers, prefix, partitions: 1, agencies: [] });
  const identity = await start();

  const open: { close(): void }[] = [];
  /** A caller with the session of this token, or without one; of this identity, unless another is named. */
  const client = (
    sessionToken?: string,
    {
      from = 'gateway',
      of = identity,
      versions,
    }: {
      from?: 'gateway' | 'intake' | 'agency-bridge' | 'operator';
      of?: Identity;
      /** What the caller knows of data files. */
      versions?: DataVersions;
    } = {},
  ) => {
    const address = `127.0.0.1:${of.grpcPort}`;
    const made = clientFor<IdentityServiceDefinition>('cups.identity.v1.IdentityService', {
      address,
      keys,
      from,
      to: 'identity',
      versions,
      ...(sessionToken !== undefined && { sessionToken }),
    });
    open.push(made);
    return made;
  };
  const path = (code: string) => join(dataDir, 'centres', `${code}.yaml`);
  const textOf = (code: string) => readFileSync(path(code), 'utf8');
  const write = (code: string, text: string) => writeFileSync(path(code), text);
  return {
    where,
    keys,
    dataDir,
    /** Holds the data folder, and is free for more. */
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
    /** An agency like another one, from now on. */
    newAgency: (code: string, like: string) => {
      const text = readFileSync(join(dataDir, 'agencies', `${like}.yaml`), 'utf8');
      writeFileSync(join(dataDir, 'agencies', `${code}.yaml`), text.replace(`code: ${like}`, `code: ${code}`));
    },
    /** Writes another status into the file of a centre. */
    become: (code: string, status: string) => write(code, textOf(code).replace(/^status: .*$/m, `status: ${status}`)),
    /** The assertion of a session that begins now. */
    signIn: async (operator: string) => (await client().createSession({ provider: 'local', operator })).assertion,
    /** Invites one more manager to each of these centres, so that those who are there may leave. */
    async secondManagers(supervisor: IdentityClient, codes: string[]): Promise<void> {
      for (const [at, code] of codes.entries()) {
        const person = { idnp: idnp(90_000 + at), givenName: 'Vera', familyName: familyName(at) };
        const asked = { requestId: randomUUID(), centre: `centres/${code}`, roles: ['ROLE_CENTRE_MANAGER' as const] };
        await supervisor.inviteOperator(Object.assign(asked, person));
      }
    },
    /** What time it is while `work` runs: a function sets it. */
    async withClock(work: (setClock: (time: Date) => void) => Promise<void>): Promise<void> {
      try {
        await work((time) => (clock = time));
      } finally {
        clock = undefined;
      }
    },
    async close() {
      for (const one of open) one.close();
      await identity.stop();
      keys.remove();
      folder.remove();
    },
  };
}
