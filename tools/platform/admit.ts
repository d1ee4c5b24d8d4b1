import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import { ensureTopics, ensureUsers, principalsFor } from '@cups/events';
import type { KafkaAccess } from '@cups/events';
import { agencyParser, watchRegistry } from '@cups/registry';
import { agenciesIn, quotasIn } from '../topics/agencies.ts';

/** Topics, users, rights and quotas of a platform of this machine, from its data: made by the starter, never by a service. */

/** Of each topic, where nobody says more; production has more. */
const PARTITIONS = 3;

export interface AdmitOptions {
  brokers: string[];
  /** Of the administrator, or of whoever may make topics. */
  access: KafkaAccess | undefined;
  prefix: string;
  /** Folder of data files. */
  data: string;
  /** Folder of the passwords of users, made where they are missing; without it there are no users. */
  usersDir: string | undefined;
  /** Of each topic that is made. @default 3 and the brokers' own */
  partitions?: number;
  replicationFactor?: number;
  /** In the place of which of these agencies the simulator stands. @default of all */
  simulated?: (agencies: string[]) => string[];
  /** Whose passwords are made when they are missing, by users. @default everybody's */
  newcomers?: readonly string[];
}

/** Makes what is missing for the agencies that have a file now. @throws Error, one sentence */
export async function admit(options: AdmitOptions): Promise<void> {
  const { brokers, access, prefix, data, usersDir, partitions = PARTITIONS, replicationFactor = -1 } = options;
  const agencies = agenciesIn(data);
  const topics = ensureTopics({ brokers, access, prefix, partitions, agencies, replicationFactor });
  await Promise.all([topics, access && usersDir && admitUsers(Object.assign({}, options, { access, usersDir }))]);
}

type UsersOptions = AdmitOptions & { access: KafkaAccess; usersDir: string };

/** Makes the topics of an agency that has no file yet, so that no service looks for them in vain. @throws Error, one sentence */
export const admitTopics = ({ brokers, access, prefix, ...more }: AdmitOptions, code: string): Promise<void> =>
  ensureTopics({
    brokers,
    access,
    prefix,
    partitions: more.partitions ?? PARTITIONS,
    replicationFactor: more.replicationFactor ?? -1,
    agencies: [code],
  });

async function admitUsers(options: UsersOptions): Promise<void> {
  const { brokers, access, prefix, data, usersDir, simulated = (all) => all, newcomers } = options;
  const agencies = agenciesIn(data);
  const principals = principalsFor(prefix, { agencies, simulated: simulated(agencies), quotas: quotasIn(data) });
  for (const user of newcomers ?? principals.map((one) => one.user)) makePassword(usersDir, user);
  const passwordOf = (user: string) => {
    const file = join(usersDir, user);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  };
  await ensureUsers({ brokers, access, principals, passwordOf });
}

/** Makes the password of a user, for its owner's eyes only, when there is none. */
function makePassword(usersDir: string, user: string): void {
  if (existsSync(join(usersDir, user))) return;
  const beside = writeNew(usersDir, user);
  try {
    // Whoever comes second, at the same moment, finds the one that is there.
    linkSync(beside, join(usersDir, user));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside);
  }
}

/** Writes another password in the place of the one that a user has: Kafka does not know it yet. */
export const renewPassword = (usersDir: string, user: string): void =>
  renameSync(writeNew(usersDir, user), join(usersDir, user));

/** Hidden ones are no users. */
function writeNew(usersDir: string, user: string): string {
  mkdirSync(usersDir, { recursive: true, mode: 0o700 });
  const file = join(usersDir, `.${user}.${process.pid}`);
  writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return file;
}

/**
 * Makes what the agencies need that have a file, and follows the files: what one that comes or changes needs is made while everything
 * runs, and tried again until it is.
 * @param tell one line for a person
 * @returns ends it
 * @throws Error, one sentence, when the first could not be made
 */
export async function admitAll(options: AdmitOptions, tell: (line: string) => void): Promise<() => void> {
  await admit(options);
  let known: readonly string[] | undefined;
  let closed = false;
  let turn = Promise.resolve();
  const take = async (): Promise<void> => {
    const waits = backoff({ first: 500, most: 10_000 });
    for (let failure = await failureOf(options); failure && !closed; failure = await failureOf(options)) {
      tell(`${failure} It is tried again.`);
      await pause(waits.next(), undefined, { ref: false });
    }
  };
  const registry = await watchRegistry({
    dir: join(options.data, 'agencies'),
    parse: agencyParser(),
    onChange: (agencies) => {
      const before = known;
      known = [...agencies.keys()];
      if (!before) return;
      const fresh = known.filter((code) => !before.includes(code));
      turn = turn.then(take).then(() => {
        for (const code of fresh) tell(`agency ${code}: topics, user, rights and quota are there`);
      });
    },
  });
  return () => {
    closed = true;
    registry.close();
  };
}

const failureOf = (options: AdmitOptions): Promise<string | undefined> =>
  admit(options).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
