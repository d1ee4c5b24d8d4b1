import kafkajs, { type AclEntry, type AclFilter, type Admin } from 'kafkajs';
import { denialOf, type KafkaAccess } from './access.ts';
import { signsIn } from './administrator.ts';
import { asking, type Ask } from './driver/ask.ts';
import { quotasOfUsers, setQuotas } from './driver/quotas.ts';
import { setPasswords, takePasswords, usersWithPasswords } from './driver/scram.ts';
import { connectKafka, failureOf } from './kafka.ts';
import { changeOf } from './quotas.ts';
import type { Principal, Right } from './rights.ts';

// Node sees no names of a package that is made so; its default is all of it.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

export interface UsersOptions {
  brokers: string[];
  /** Of an administrator: who may alter the cluster. */
  access: KafkaAccess;
  principals: Principal[];
  /** The password of a user; undefined leaves the one that it has. */
  passwordOf: (user: string) => string | undefined;
}

/** What was done about one user. */
export interface MadeUser {
  user: string;
  /** `kept`: it is the one that Kafka knows; `unknown`: none was given. */
  password: 'set' | 'kept' | 'unknown';
  given: Right[];
  taken: Right[];
  /** Whether what it may take of Kafka was changed. */
  quotaChanged: boolean;
}

const RESOURCES = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP } as const;
const PATTERNS = { literal: ResourcePatternTypes.LITERAL, prefixed: ResourcePatternTypes.PREFIXED } as const;
const OPERATIONS = {
  describe: AclOperationTypes.DESCRIBE,
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
} as const;

const entryOf = (user: string, { resource, name, pattern, operation }: Right): AclEntry => ({
  resourceType: RESOURCES[resource],
  resourceName: name,
  resourcePatternType: PATTERNS[pattern],
  principal: `User:${user}`,
  host: '*',
  operation: OPERATIONS[operation],
  permissionType: AclPermissionTypes.ALLOW,
});

const keyOf = <Word extends string>(words: Record<Word, number>, value: number): Word | undefined =>
  (Object.keys(words) as Word[]).find((word) => words[word] === value);

/** As a filter, an entry means itself and nothing else. */
const asText = (entry: AclEntry): string => JSON.stringify(Object.entries(entry).sort());

/** The rights that users have now, whoever gave them, by principal. */
async function allEntries(admin: Admin): Promise<Map<string, AclEntry[]>> {
  const filter: AclFilter = {
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  };
  const { resources } = await admin.describeAcls(filter);
  const entries = resources.flatMap(({ acls, resourceType, resourceName, resourcePatternType }) =>
    acls.map((acl) => ({ ...acl, resourceType, resourceName, resourcePatternType })),
  );
  return Map.groupBy(entries, ({ principal }) => principal);
}

/** An entry in our words; of what we never give, as much as there are words for. */
const rightOf = (entry: AclEntry): Right => ({
  resource: keyOf(RESOURCES, entry.resourceType) ?? 'topic',
  name: entry.resourceName,
  pattern: keyOf(PATTERNS, entry.resourcePatternType) ?? 'literal',
  operation: keyOf(OPERATIONS, entry.operation) ?? 'describe',
});

interface Settled {
  lacking: AclEntry[];
  beyond: AclEntry[];
}

/** What a user lacks, and what it has beyond. */
function differenceOf({ user, rights }: Principal, entries: AclEntry[]): Settled {
  const wanted = new Map(rights.map((right) => entryOf(user, right)).map((entry) => [asText(entry), entry]));
  const had = new Map(entries.map((entry) => [asText(entry), entry]));
  return {
    lacking: [...wanted].filter(([text]) => !had.has(text)).map(([, entry]) => entry),
    beyond: [...had].filter(([text]) => !wanted.has(text)).map(([, entry]) => entry),
  };
}

/** Gives users what they lack, and takes what they have beyond: a request for each, however many users. */
async function settleRights(admin: Admin, principals: Principal[]): Promise<Settled[]> {
  const entries = await allEntries(admin);
  const settled = principals.map((one) => differenceOf(one, entries.get(`User:${one.user}`) ?? []));
  const lacking = settled.flatMap((one) => one.lacking);
  const beyond = settled.flatMap((one) => one.beyond);
  if (lacking.length > 0) await admin.createAcls({ acl: lacking });
  if (beyond.length > 0) await admin.deleteAcls({ filters: beyond });
  return settled;
}

/** @returns for each user in its place what became of its password */
async function settlePasswords(ask: Ask, options: UsersOptions): Promise<MadeUser['password'][]> {
  const { brokers, access, principals, passwordOf } = options;
  const known = await usersWithPasswords(ask);
  const lacking = new Map<string, string>();
  const done = await Promise.all(
    principals.map(async ({ user }): Promise<MadeUser['password']> => {
      const password = passwordOf(user);
      if (password === undefined) return 'unknown';
      const as = { ca: access.ca, username: user, password: () => password };
      if (known.has(user) && (await signsIn(brokers, as))) return 'kept';
      lacking.set(user, password);
      return 'set';
    }),
  );
  await setPasswords(ask, lacking);
  return done;
}

/** @returns for each user in its place whether its quota was changed */
async function settleQuotas(ask: Ask, principals: Principal[]): Promise<boolean[]> {
  const had = await quotasOfUsers(ask);
  const changes = principals.map(({ user, quota }) => [user, changeOf(quota, had.get(user))] as const);
  const changed = changes.flatMap(([user, change]) => (change ? [[user, change] as const] : []));
  await setQuotas(ask, new Map(changed));
  return changes.map(([, change]) => change !== undefined);
}

/**
 * Makes users of Kafka with exactly these rights and quotas: what they lack is given, what they have beyond is taken. Others are left
 * alone. Rights come before the password, so that nobody signs in to less than it needs.
 * @throws Error, one sentence, when the broker is away or the administrator is none
 */
export async function ensureUsers(options: UsersOptions): Promise<MadeUser[]> {
  const { principals } = options;
  return asAdministrator(options, 'The users could not be made', async (admin, ask) => {
    const rights = await settleRights(admin, principals);
    const quotas = await settleQuotas(ask, principals);
    const passwords = await settlePasswords(ask, options);
    return principals.map(({ user }, at) => ({
      user,
      password: passwords[at]!,
      given: rights[at]!.lacking.map(rightOf),
      taken: rights[at]!.beyond.map(rightOf),
      quotaChanged: quotas[at]!,
    }));
  });
}

/**
 * Takes users away: first their rights, which ends at once what they do, then quota and password, so that they come in no more.
 * Those that there are not are passed over.
 * @throws Error, one sentence, when the broker is away or the administrator is none
 */
export async function removeUsers(options: {
  brokers: string[];
  access: KafkaAccess;
  users: readonly string[];
}): Promise<void> {
  const nothing = options.users.map((user): Principal => ({ user, rights: [] }));
  await asAdministrator(options, 'The users could not be removed', async (admin, ask) => {
    await settleRights(admin, nothing);
    await settleQuotas(ask, nothing);
    const known = await usersWithPasswords(ask);
    await takePasswords(
      ask,
      options.users.filter((user) => known.has(user)),
    );
  });
}

/** @throws Error, one sentence that begins with `failed` where nothing better is known */
async function asAdministrator<Result>(
  { brokers, access }: { brokers: string[]; access: KafkaAccess },
  failed: string,
  work: (admin: Admin, ask: Ask) => Promise<Result>,
): Promise<Result> {
  const kafka = connectKafka(brokers, 'cups-topics', access);
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await asking(kafka, (ask) => work(admin, ask));
  } catch (error) {
    const cause = failureOf(error);
    throw new Error(denialOf(cause, { brokers, access, does: 'administer' }) ?? `${failed}: ${cause}`, {
      cause: error,
    });
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
