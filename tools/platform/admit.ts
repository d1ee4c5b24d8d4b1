import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { backoff } from '@cups/contracts';
import { ensureTopics, ensureUsers, principalsFor } from '@cups/events';
import type { KafkaAccess } from '@cups/events';
import { agencyParser, watchRegistry } from '@cups/registry';
import { agenciesIn, quotasIn } from '../topics/agencies.ts';

/** Topics, users, rights and quotas of a platform of this machine, from its data: made by the starter, never by a service. */

/** Of each topic; production has more. */
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
}

/** Makes what is missing for the agencies that have a file now. @throws Error, one sentence */
async function admit(options: AdmitOptions): Promise<void> {
  const { brokers, access, prefix, data, usersDir } = options;
  const agencies = agenciesIn(data);
  const topics = ensureTopics({ brokers, access, prefix, partitions: PARTITIONS, agencies });
  await Promise.all([topics, access && usersDir && admitUsers({ brokers, access, prefix, data, usersDir })]);
}

type UsersOptions = AdmitOptions & { access: KafkaAccess; usersDir: string };

async function admitUsers({ brokers, access, prefix, data, usersDir }: UsersOptions): Promise<void> {
  const agencies = agenciesIn(data);
  // Here the simulator stands in for all of them.
  const principals = principalsFor(prefix, { agencies, simulated: agencies, quotas: quotasIn(data) });
  for (const { user } of principals) makePassword(usersDir, user);
  const passwordOf = (user: string) => readFileSync(join(usersDir, user), 'utf8').trim();
  await ensureUsers({ brokers, access, principals, passwordOf });
}

/** Makes the password of a user, for its owner's eyes only, when there is none. @returns its file */
export function makePassword(usersDir: string, user: string): string {
  mkdirSync(usersDir, { recursive: true, mode: 0o700 });
  const file = join(usersDir, user);
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600 });
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
