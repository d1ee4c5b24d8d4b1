import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assertPrivateFile } from '@cups/contracts/node';
import type { UserResult, AclRule } from '@cups/events';

/**
 * Returns passwords by user, from one file each, as in a mounted Secret. Skips hidden files, which Kubernetes uses to swap a
 * mounted folder.
 * @throws Error, one sentence, when the folder is missing, or a file is empty or world-readable
 */
export function readPasswords(folder: string): ReadonlyMap<string, string> {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith('.') && statSync(join(folder, name)).isFile());
  } catch {
    throw new Error(`There is no folder of passwords: ${folder} (KAFKA_USERS_DIR).`);
  }
  return new Map(names.map((name) => [name, readPassword(join(folder, name))]));
}

function readPassword(file: string): string {
  assertPrivateFile(file, `The password in ${file}`);
  const password = readFileSync(file, 'utf8').trim();
  if (password === '') throw new Error(`The password in ${file} is empty.`);
  return password;
}

const PASSWORD_TEXTS = {
  set: 'password set',
  kept: 'password as it was',
  unknown: 'no password given, so it is left alone',
} as const;

const formatRight = ({ resource, name, pattern, operation }: AclRule): string =>
  `${operation} ${resource} ${name}${pattern === 'prefixed' ? '*' : ''}`;

/** Formats the changes of a user, without the password. */
export function formatUserChanges({ user, password, given, taken, quotaChanged }: UserResult): string {
  const changes = [
    ...given.map((right) => `  + ${formatRight(right)}`),
    ...taken.map((right) => `  - ${formatRight(right)}`),
  ];
  const rights = changes.length === 0 ? 'rights as they were' : `${given.length} rights given, ${taken.length} taken`;
  const quota = quotaChanged ? '; quota set' : '';
  return [`user ${user}: ${PASSWORD_TEXTS[password]}; ${rights}${quota}`, ...changes].join('\n');
}
