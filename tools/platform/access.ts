import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaAccess } from '@cups/events';
import type { LocalPlatform } from '@cups/local';

/** Access to the store and Kafka of a local platform. */
export interface LocalAccess {
  mongoUri: string;
  brokers: string[];
  prefix: string;
  /** Present when TLS and users are on. */
  closed?: {
    /** CA file of both (PEM). */
    caFile: string;
    /** Kafka's super user. */
    administrator: { username: string; passwordFile: string };
    /** Folder of the other users' passwords, one file per user. */
    usersDir: string;
  };
}

/** In the data folder, for tools that connect to the running platform. */
const FILE = 'access.json';

/** Writes the access to parts that run on a data folder. */
export function buildAccess(dataDir: string, local: LocalPlatform, prefix: string): LocalAccess {
  const ways = { mongoUri: local.mongoUri, brokers: local.kafkaBrokers.split(','), prefix };
  if (!local.secure) return ways;
  const { username, passwordFile } = local.secure.admin;
  const usersDir = join(dataDir, 'users');
  return Object.assign(ways, {
    closed: { caFile: local.secure.caFile, administrator: { username, passwordFile }, usersDir },
  });
}

export const writeAccess = (dataDir: string, access: LocalAccess): void =>
  writeFileSync(join(dataDir, FILE), `${JSON.stringify(access, null, 2)}\n`, { mode: 0o600 });

/** Returns what the last platform on this folder wrote; undefined when none did. */
export function readAccess(dataDir: string): LocalAccess | undefined {
  const file = join(dataDir, FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LocalAccess) : undefined;
}

const fileReader = (file: string) => () => readFileSync(file, 'utf8').trim();

/** Returns the administrator's sign-in; undefined without users. */
export function administratorAccess({ closed }: LocalAccess): KafkaAccess | undefined {
  if (!closed) return undefined;
  const { username, passwordFile } = closed.administrator;
  return { ca: fileReader(closed.caFile), username, password: fileReader(passwordFile) };
}

/** CA file of a store with TLS; undefined without TLS. */
export const storeAuthorityFile = ({ mongoUri, closed }: LocalAccess): string | undefined =>
  /[?&]tls=true\b/.test(mongoUri) ? closed?.caFile : undefined;

/** Returns the CA certificates of a store with TLS; undefined without TLS. */
export function storeAuthority(access: LocalAccess): (() => string) | undefined {
  const file = storeAuthorityFile(access);
  return file === undefined ? undefined : fileReader(file);
}

/** Returns a user's sign-in settings for Kafka; empty without users. */
export function kafkaSignInSettings({ closed }: LocalAccess, user: string): Record<string, string> {
  if (!closed) return {};
  return {
    KAFKA_TLS_CA_FILE: closed.caFile,
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD_FILE: join(closed.usersDir, user),
  };
}
