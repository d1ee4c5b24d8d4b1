import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaAccess } from '@cups/events';
import type { LocalPlatform } from '@cups/local';

/** The ways into the store and the Kafka of a local platform. */
export interface LocalAccess {
  mongoUri: string;
  brokers: string[];
  prefix: string;
  /** What there is beside them when they are closed. */
  closed?: {
    /** File of the authority of both (PEM). */
    caFile: string;
    /** The user of Kafka that may do everything. */
    administrator: { username: string; passwordFile: string };
    /** Folder with the password of each other user, a file named after the user. */
    usersDir: string;
  };
}

/** In the data folder, for whoever works with a platform that runs. */
const FILE = 'access.json';

/** The ways into parts that run on a data folder. */
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

/** As the last platform on this folder left it; undefined when none wrote it. */
export function readAccess(dataDir: string): LocalAccess | undefined {
  const file = join(dataDir, FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LocalAccess) : undefined;
}

const fileReader = (file: string) => () => readFileSync(file, 'utf8').trim();

/** How the administrator of closed parts signs in; undefined for open ones. */
export function administratorAccess({ closed }: LocalAccess): KafkaAccess | undefined {
  if (!closed) return undefined;
  const { username, passwordFile } = closed.administrator;
  return { ca: fileReader(closed.caFile), username, password: fileReader(passwordFile) };
}

/** File of the authority of a store that speaks TLS; undefined for one that does not. */
export const storeAuthorityFile = ({ mongoUri, closed }: LocalAccess): string | undefined =>
  /[?&]tls=true\b/.test(mongoUri) ? closed?.caFile : undefined;

/** Where the certificate of a store is from that speaks TLS; undefined for one that does not. */
export function storeAuthority(access: LocalAccess): (() => string) | undefined {
  const file = storeAuthorityFile(access);
  return file === undefined ? undefined : fileReader(file);
}

/** The settings with which a process signs in to Kafka as a user; none for open parts. */
export function kafkaSignInSettings({ closed }: LocalAccess, user: string): Record<string, string> {
  if (!closed) return {};
  return {
    KAFKA_TLS_CA_FILE: closed.caFile,
    KAFKA_SASL_USERNAME: user,
    KAFKA_SASL_PASSWORD_FILE: join(closed.usersDir, user),
  };
}
