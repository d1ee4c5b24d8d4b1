import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import { ensureTopics, ensureUsers, buildPrincipals } from '@cups/events';
import type { KafkaAccess } from '@cups/events';
import { createAgencyParser, watchRegistry } from '@cups/registry';
import { agenciesIn, readQuotas } from '../topics/agencies.ts';

/** Topics, users, rights and quotas of a platform of this machine, from its data: made by the starter, never by a service. */

/** Of each topic, where nobody says more; production has more. */
const DEFAULT_PARTITIONS = 3;

export interface ProvisionOptions {
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
export async function provisionKafka(options: ProvisionOptions): Promise<void> {
  const { brokers, access, prefix, data, usersDir, partitions = DEFAULT_PARTITIONS, replicationFactor = -1 } = options;
  const agencies = agenciesIn(data);
  const topics = ensureTopics({ brokers, access, prefix, partitions, agencies, replicationFactor });
  await Promise.all([topics, access && usersDir && provisionUsers(Object.assign({}, options, { access, usersDir }))]);
}

type UserProvisionOptions = ProvisionOptions & { access: KafkaAccess; usersDir: string };

/** Makes the topics of an agency that has no file yet, so that no service looks for them in vain. @throws Error, one sentence */
export const provisionTopics = ({ brokers, access, prefix, ...more }: ProvisionOptions, code: string): Promise<void> =>
  ensureTopics({
    brokers,
    access,
    prefix,
    partitions: more.partitions ?? DEFAULT_PARTITIONS,
    replicationFactor: more.replicationFactor ?? -1,
    agencies: [code],
  });

async function provisionUsers(options: UserProvisionOptions): Promise<void> {
  const { brokers, access, prefix, data, usersDir, simulated = (all) => all, newcomers } = options;
  const agencies = agenciesIn(data);
  const principals = buildPrincipals(prefix, { agencies, simulated: simulated(agencies), quotas: readQuotas(data) });
  for (const user of newcomers ?? principals.map((one) => one.user)) createPassword(usersDir, user);
  const passwordOf = (user: string) => {
    const file = join(usersDir, user);
    return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined;
  };
  await ensureUsers({ brokers, access, principals, passwordOf });
}

/** Makes the password of a user, for its owner's eyes only, when there is none. */
function createPassword(usersDir: string, user: string): void {
  if (existsSync(join(usersDir, user))) return;
  const beside = writeNewPassword(usersDir, user);
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
  renameSync(writeNewPassword(usersDir, user), join(usersDir, user));

/** Hidden ones are no users. */
function writeNewPassword(usersDir: string, user: string): string {
  mkdirSync(usersDir, { recursive: true, mode: 0o700 });
  const file = join(usersDir, `.${user}.${process.pid}`);
  writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return file;
}

/**
 * Makes what the agencies need that have a file, and follows the files: what one that comes or changes needs is made while everything
 * runs, and tried again until it is.
 * @param onProgress one line for a person
 * @returns ends it
 * @throws Error, one sentence, when the first could not be made
 */
export async function provisionAndWatch(
  options: ProvisionOptions,
  onProgress: (line: string) => void,
): Promise<() => void> {
  await provisionKafka(options);
  let knownCodes: readonly string[] | undefined;
  let closed = false;
  let turn = Promise.resolve();
  const provisionWithRetries = async (): Promise<void> => {
    const waits = backoff({ initialMs: 500, maxMs: 10_000 });
    for (let failure = await tryProvision(options); failure && !closed; failure = await tryProvision(options)) {
      onProgress(`${failure} It is tried again.`);
      await pause(waits.next(), undefined, { ref: false });
    }
  };
  const registry = await watchRegistry({
    dir: join(options.data, 'agencies'),
    parse: createAgencyParser(),
    onChange: (agencies) => {
      const before = knownCodes;
      knownCodes = [...agencies.keys()];
      if (!before) return;
      const added = knownCodes.filter((code) => !before.includes(code));
      turn = turn.then(provisionWithRetries).then(() => {
        for (const code of added) onProgress(`agency ${code}: topics, user, rights and quota are there`);
      });
    },
  });
  return () => {
    closed = true;
    registry.close();
  };
}

const tryProvision = (options: ProvisionOptions): Promise<string | undefined> =>
  provisionKafka(options).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
