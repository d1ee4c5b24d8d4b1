import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import { ensureTopics, ensureUsers, buildPrincipals } from '@cups/events';
import type { KafkaAccess } from '@cups/events';
import { createAgencyParser, hasTopics, watchRegistry } from '@cups/registry';
import { agenciesIn, readQuotas } from '../cli/topics/agencies.ts';

/** Creates topics, users, ACLs and quotas of a local platform from its data. Services never create them. */

/** Default number of partitions; production has more. */
const DEFAULT_PARTITIONS = 3;

export interface ProvisionOptions {
  brokers: string[];
  /** Access of the administrator, or of a user that may create topics. */
  access: KafkaAccess | undefined;
  prefix: string;
  /** Folder of data files. */
  data: string;
  /** Folder of passwords, generated if missing. Without it there are no users. */
  usersDir: string | undefined;
  /** Partitions of each new topic. @default 3, and the brokers' replication factor */
  partitions?: number;
  replicationFactor?: number;
  /** Selects the agencies that the simulator replaces. @default all */
  simulated?: (agencies: string[]) => string[];
  /** Users whose missing passwords are generated. @default all */
  newcomers?: readonly string[];
}

/** Creates what is missing for the current agencies. @throws Error, one sentence */
export async function provisionKafka(options: ProvisionOptions): Promise<void> {
  const { brokers, access, prefix, data, usersDir, partitions = DEFAULT_PARTITIONS, replicationFactor = -1 } = options;
  const agencies = agenciesIn(data);
  const topics = ensureTopics({ brokers, access, prefix, partitions, agencies, replicationFactor });
  await Promise.all([topics, access && usersDir && provisionUsers(Object.assign({}, options, { access, usersDir }))]);
}

type UserProvisionOptions = ProvisionOptions & { access: KafkaAccess; usersDir: string };

/** Creates the topics of an agency before it has a file, so that every service finds them. @throws Error, one sentence */
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

/** Generates a user's password, readable by the owner only, if there is none. */
function createPassword(usersDir: string, user: string): void {
  if (existsSync(join(usersDir, user))) return;
  const beside = writeNewPassword(usersDir, user);
  try {
    // A concurrent second caller finds the first one's password.
    linkSync(beside, join(usersDir, user));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(beside);
  }
}

/** Replaces a user's password in the folder. Kafka does not have it yet. */
export const renewPassword = (usersDir: string, user: string): void =>
  renameSync(writeNewPassword(usersDir, user), join(usersDir, user));

/** Hidden files are not users. */
function writeNewPassword(usersDir: string, user: string): string {
  mkdirSync(usersDir, { recursive: true, mode: 0o700 });
  const file = join(usersDir, `.${user}.${process.pid}`);
  writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
  return file;
}

/**
 * Provisions the current agencies and watches their files. Provisions each new or changed one while the platform runs, with
 * retries.
 * @param onProgress receives progress lines
 * @returns a function that stops watching
 * @throws Error, one sentence, when the first provisioning fails
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
      onProgress(`${failure} Retrying.`);
      await pause(waits.next(), undefined, { ref: false });
    }
  };
  const registry = await watchRegistry({
    dir: join(options.data, 'agencies'),
    parse: createAgencyParser(),
    onChange: (agencies) => {
      const before = knownCodes;
      knownCodes = [...agencies.values()].filter(hasTopics).map(({ code }) => code);
      if (!before) return;
      const added = knownCodes.filter((code) => !before.includes(code));
      turn = turn.then(provisionWithRetries).then(() => {
        for (const code of added) onProgress(`agency ${code}: topics, user, ACLs and quota exist`);
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
