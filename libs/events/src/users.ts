import {
  deletePasswords,
  fetchUserQuotas,
  fetchUsersWithPasswords,
  setPasswords,
  setQuotas,
  withAdminConnection,
  type SendRequest,
} from '@cups/kafka-driver';
import kafkajs, { type AclEntry, type AclFilter, type Admin } from 'kafkajs';
import { explainDenial, type KafkaAccess } from './access.ts';
import { canSignIn } from './administrator.ts';
import { connectKafka, getErrorCode } from './kafka.ts';
import { diffQuota } from './quotas.ts';
import type { Principal, AclRule } from './acls.ts';

// Node cannot detect the named exports of this CommonJS package, so it needs the default import.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;

export interface UsersOptions {
  brokers: string[];
  /** Credentials of an administrator of the cluster. */
  access: KafkaAccess;
  principals: Principal[];
  /** Returns the password of a user, or undefined to keep the current one. */
  passwordOf: (user: string) => string | undefined;
}

/** Changes to one user. */
export interface UserResult {
  user: string;
  /** `kept`: already this password; `unknown`: no password was given. */
  password: 'set' | 'kept' | 'unknown';
  given: AclRule[];
  taken: AclRule[];
  /** Whether the quota changed. */
  quotaChanged: boolean;
}

const RESOURCES = { topic: AclResourceTypes.TOPIC, group: AclResourceTypes.GROUP } as const;
const PATTERNS = { literal: ResourcePatternTypes.LITERAL, prefixed: ResourcePatternTypes.PREFIXED } as const;
const OPERATIONS = {
  describe: AclOperationTypes.DESCRIBE,
  read: AclOperationTypes.READ,
  write: AclOperationTypes.WRITE,
} as const;

const toAclEntry = (user: string, { resource, name, pattern, operation }: AclRule): AclEntry => ({
  resourceType: RESOURCES[resource],
  resourceName: name,
  resourcePatternType: PATTERNS[pattern],
  principal: `User:${user}`,
  host: '*',
  operation: OPERATIONS[operation],
  permissionType: AclPermissionTypes.ALLOW,
});

const findKey = <Word extends string>(codes: Record<Word, number>, value: number): Word | undefined =>
  (Object.keys(codes) as Word[]).find((name) => codes[name] === value);

/** Key for comparison. As a filter, an entry matches only itself. */
const aclText = (entry: AclEntry): string => JSON.stringify(Object.entries(entry).sort());

/** Returns all current ACL entries by principal. */
async function fetchAclEntries(admin: Admin): Promise<Map<string, AclEntry[]>> {
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

/** Converts a Kafka entry to a rule. Entries of other tools are approximated. */
const toAclRule = (entry: AclEntry): AclRule => ({
  resource: findKey(RESOURCES, entry.resourceType) ?? 'topic',
  name: entry.resourceName,
  pattern: findKey(PATTERNS, entry.resourcePatternType) ?? 'literal',
  operation: findKey(OPERATIONS, entry.operation) ?? 'describe',
});

interface AclDifference {
  missing: AclEntry[];
  extra: AclEntry[];
}

/** Returns the missing and the extra entries of a user. */
function diffAcls({ user, rights }: Principal, entries: AclEntry[]): AclDifference {
  const expected = new Map(rights.map((right) => toAclEntry(user, right)).map((entry) => [aclText(entry), entry]));
  const had = new Map(entries.map((entry) => [aclText(entry), entry]));
  return {
    missing: [...expected].filter(([text]) => !had.has(text)).map(([, entry]) => entry),
    extra: [...had].filter(([text]) => !expected.has(text)).map(([, entry]) => entry),
  };
}

/** Creates missing and deletes extra entries, with one request each for all users. */
async function applyAcls(admin: Admin, principals: Principal[]): Promise<AclDifference[]> {
  const entries = await fetchAclEntries(admin);
  const settled = principals.map((one) => diffAcls(one, entries.get(`User:${one.user}`) ?? []));
  const missing = settled.flatMap((one) => one.missing);
  const extra = settled.flatMap((one) => one.extra);
  if (missing.length > 0) await admin.createAcls({ acl: missing });
  if (extra.length > 0) await admin.deleteAcls({ filters: extra });
  return settled;
}

/** @returns the password state of each user, in order */
async function applyPasswords(sendRequest: SendRequest, options: UsersOptions): Promise<UserResult['password'][]> {
  const { brokers, access, principals, passwordOf } = options;
  const usersWithPassword = await fetchUsersWithPasswords(sendRequest);
  const missing = new Map<string, string>();
  const done = await Promise.all(
    principals.map(async ({ user }): Promise<UserResult['password']> => {
      const password = passwordOf(user);
      if (password === undefined) return 'unknown';
      const as = { ca: access.ca, username: user, password: () => password };
      if (usersWithPassword.has(user) && (await canSignIn(brokers, as))) return 'kept';
      missing.set(user, password);
      return 'set';
    }),
  );
  await setPasswords(sendRequest, missing);
  return done;
}

/** @returns whether the quota of each user changed, in order */
async function applyQuotas(sendRequest: SendRequest, principals: Principal[]): Promise<boolean[]> {
  const had = await fetchUserQuotas(sendRequest);
  const changes = principals.map(({ user, quota }) => [user, diffQuota(quota, had.get(user))] as const);
  const changed = changes.flatMap(([user, change]) => (change ? [[user, change] as const] : []));
  await setQuotas(sendRequest, new Map(changed));
  return changes.map(([, change]) => change !== undefined);
}

/**
 * Creates Kafka users with exactly these rights and quotas; other users stay unchanged. Sets rights before passwords,
 * so that no user signs in without its rights.
 * @throws Error, one sentence, if the broker is unavailable or the administrator lacks rights
 */
export async function ensureUsers(options: UsersOptions): Promise<UserResult[]> {
  const { principals } = options;
  return withAdmin(options, 'The users could not be created', async (admin, sendRequest) => {
    const rights = await applyAcls(admin, principals);
    const quotas = await applyQuotas(sendRequest, principals);
    const passwords = await applyPasswords(sendRequest, options);
    return principals.map(({ user }, at) => ({
      user,
      password: passwords[at]!,
      given: rights[at]!.missing.map(toAclRule),
      taken: rights[at]!.extra.map(toAclRule),
      quotaChanged: quotas[at]!,
    }));
  });
}

/**
 * Removes users: first their rights, which stops their current work, then quota and password. Ignores unknown users.
 * @throws Error, one sentence, if the broker is unavailable or the administrator lacks rights
 */
export async function removeUsers(options: {
  brokers: string[];
  access: KafkaAccess;
  users: readonly string[];
}): Promise<void> {
  const withoutRights = options.users.map((user): Principal => ({ user, rights: [] }));
  await withAdmin(options, 'The users could not be removed', async (admin, sendRequest) => {
    await applyAcls(admin, withoutRights);
    await applyQuotas(sendRequest, withoutRights);
    const known = await fetchUsersWithPasswords(sendRequest);
    await deletePasswords(
      sendRequest,
      options.users.filter((user) => known.has(user)),
    );
  });
}

/** @throws Error, one sentence, starting with `failed` unless the cause has a better explanation */
async function withAdmin<Result>(
  { brokers, access }: { brokers: string[]; access: KafkaAccess },
  failed: string,
  work: (admin: Admin, sendRequest: SendRequest) => Promise<Result>,
): Promise<Result> {
  const kafka = connectKafka(brokers, 'cups-topics', access);
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await withAdminConnection(kafka, (sendRequest) => work(admin, sendRequest));
  } catch (error) {
    const cause = getErrorCode(error);
    throw new Error(explainDenial(cause, { brokers, access, operation: 'administer' }) ?? `${failed}: ${cause}`, {
      cause: error,
    });
  } finally {
    await admin.disconnect().catch(() => {});
  }
}
