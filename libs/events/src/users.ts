import kafkajs, { type AclEntry, type AclFilter, type Admin, type Kafka } from 'kafkajs';
import { denialOf, type KafkaAccess } from './access.ts';
import { setPassword } from './driver/scram.ts';
import { connectKafka, failureOf } from './kafka.ts';
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

/** The rights that a user has now, whoever gave them. */
async function entriesOf(admin: Admin, user: string): Promise<AclEntry[]> {
  const filter: AclFilter = {
    resourceType: AclResourceTypes.ANY,
    resourcePatternType: ResourcePatternTypes.ANY,
    principal: `User:${user}`,
    operation: AclOperationTypes.ANY,
    permissionType: AclPermissionTypes.ANY,
  };
  const { resources } = await admin.describeAcls(filter);
  return resources.flatMap(({ acls, resourceType, resourceName, resourcePatternType }) =>
    acls.map((acl) => ({ ...acl, resourceType, resourceName, resourcePatternType })),
  );
}

/** An entry in our words; of what we never give, as much as there are words for. */
const rightOf = (entry: AclEntry): Right => ({
  resource: keyOf(RESOURCES, entry.resourceType) ?? 'topic',
  name: entry.resourceName,
  pattern: keyOf(PATTERNS, entry.resourcePatternType) ?? 'literal',
  operation: keyOf(OPERATIONS, entry.operation) ?? 'describe',
});

/** Gives a user what it lacks, and takes what it has beyond. */
async function settleRights(admin: Admin, { user, rights }: Principal): Promise<Pick<MadeUser, 'given' | 'taken'>> {
  const wanted = new Map(rights.map((right) => entryOf(user, right)).map((entry) => [asText(entry), entry]));
  const had = new Map((await entriesOf(admin, user)).map((entry) => [asText(entry), entry]));
  const lacking = [...wanted].filter(([text]) => !had.has(text)).map(([, entry]) => entry);
  const beyond = [...had].filter(([text]) => !wanted.has(text)).map(([, entry]) => entry);
  if (lacking.length > 0) await admin.createAcls({ acl: lacking });
  if (beyond.length > 0) await admin.deleteAcls({ filters: beyond });
  return { given: lacking.map(rightOf), taken: beyond.map(rightOf) };
}

/** Whether Kafka takes the user with this password. @throws Error when it cannot be asked */
async function signsIn(brokers: string[], access: KafkaAccess): Promise<boolean> {
  const admin = connectKafka(brokers, 'cups-topics', access).admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    return true;
  } catch (error) {
    if (failureOf(error) === 'KafkaJSSASLAuthenticationError') return false;
    throw error;
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

async function settlePassword(kafka: Kafka, options: UsersOptions, user: string): Promise<MadeUser['password']> {
  const { brokers, access, passwordOf } = options;
  const password = passwordOf(user);
  if (password === undefined) return 'unknown';
  if (await signsIn(brokers, { ca: access.ca, username: user, password: () => password })) return 'kept';
  await setPassword(kafka, user, password);
  return 'set';
}

/**
 * Makes users of Kafka with exactly these rights: what they lack is given, what they have beyond is taken. Others are left alone.
 * Rights come before the password, so that nobody signs in to less than it needs.
 * @throws Error, one sentence, when the broker is away or the administrator is none
 */
export async function ensureUsers(options: UsersOptions): Promise<MadeUser[]> {
  const { brokers, access, principals } = options;
  const kafka = connectKafka(brokers, 'cups-topics', access);
  const admin = kafka.admin();
  const made: MadeUser[] = [];
  try {
    await admin.connect();
    for (const principal of principals) {
      const { user } = principal;
      const rights = await settleRights(admin, principal);
      made.push({ user, password: await settlePassword(kafka, options, user), ...rights });
    }
  } catch (error) {
    const cause = failureOf(error);
    const denial = denialOf(cause, { brokers, access, does: 'administer' });
    throw new Error(denial ?? `The users could not be made: ${cause}`, { cause: error });
  } finally {
    await admin.disconnect().catch(() => {});
  }
  return made;
}
