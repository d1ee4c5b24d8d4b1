import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CENTRES_TOPIC, CHECKPOINTS_TOPIC, topicsOf } from '@cups/agency-contract';
import { createTopicsAndWait, startLocal } from '@cups/local';
import type { LocalPlatform } from '@cups/local';
import { Kafka, logLevel } from 'kafkajs';
import { filesOf, readSandbox, sandboxFilePath } from './sandbox-file.ts';
import { awaitRights } from './await-rights.ts';
import type { SandboxFile } from './sandbox-file.ts';
import { PLATFORM_USER, sandboxAcls, userOf } from './rights.ts';

export type SandboxOptions = {
  /** Created if missing; holds the broker's data, a password per user and the description. */
  folder: string;
  /** Agency codes; the same at each start. */
  agencies: readonly string[];
  /** Default: the previous port, else a free one. */
  port?: number | undefined;
  onProgress?: (line: string) => void;
  onEnd?: () => void;
};

/** A local Kafka broker for developing agency systems, with TLS, sign-in and rights as on a platform. */
export type Sandbox = {
  file: SandboxFile;
  /** Returns the password and properties files of an agency's user. */
  filesOf: (agency: string) => ReturnType<typeof filesOf>;
  /** Restarts the broker; keeps its data. */
  restart: () => Promise<void>;
  stop: () => Promise<void>;
};

/** Partitions per agency topic, the platform's default. */
const PARTITIONS = 3;

/** @throws Error if the JDK or Maven is missing, the folder is another sandbox's or the port is in use */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const folder = resolve(options.folder);
  const { agencies, port, onProgress = () => {}, onEnd = () => {} } = options;
  assertKnownAgencies(folder, agencies);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const passwordFile = (user: string) => join(folder, `${user}.password`);
  const users = await readOrCreatePasswords([...agencies.map(userOf), PLATFORM_USER], passwordFile);
  const local = await startLocal({
    dataDir: join(folder, 'broker'),
    parts: ['kafka'],
    secure: true,
    users,
    onProgress,
    onExit: onEnd,
    ...(port === undefined ? {} : { kafkaPort: port }),
  });
  try {
    await createTopicsAndAcls(local, agencies);
  } catch (error) {
    await local.stop();
    throw error;
  }
  const ca = join(folder, 'ca.crt');
  await copyFile(local.secure!.caFile, ca);
  const file: SandboxFile = {
    brokers: local.kafkaBrokers,
    ca,
    user: PLATFORM_USER,
    passwordFile: passwordFile(PLATFORM_USER),
    prefix: '',
    agencies: [...agencies],
  };
  for (const code of agencies) {
    const user = userOf(code);
    const text = formatProperties(file, user, users[user]!);
    await writeFile(join(folder, `${user}.properties`), text, { mode: 0o600 });
  }
  try {
    await awaitRights(file, (agency) => filesOf(folder, agency));
  } catch (error) {
    await local.stop();
    throw error;
  }
  await writeFile(sandboxFilePath(folder), `${JSON.stringify(file, null, 2)}\n`);
  return {
    file,
    filesOf: (agency) => filesOf(folder, agency),
    restart: () => local.restartKafka(),
    stop: () => local.stop(),
  };
}

/** Returns the properties with which a Java client or a Kafka tool connects. */
const formatProperties = ({ brokers, ca }: SandboxFile, user: string, password: string): string =>
  [
    `bootstrap.servers=${brokers}`,
    'security.protocol=SASL_SSL',
    'ssl.truststore.type=PEM',
    `ssl.truststore.location=${ca}`,
    'sasl.mechanism=SCRAM-SHA-512',
    `sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="${user}" password="${password}";`,
    '',
  ].join('\n');

/** Checks the agencies: users are created only with the broker's data. */
function assertKnownAgencies(folder: string, agencies: readonly string[]): void {
  const { agencies: known } = readSandbox(folder) ?? {};
  if (!known || agencies.every((code) => known.includes(code))) return;
  throw new Error(`${folder} is a sandbox for ${known.join(', ')}. Choose another folder or remove it.`);
}

async function readOrCreatePasswords(
  users: string[],
  fileOf: (user: string) => string,
): Promise<Record<string, string>> {
  const passwords: Record<string, string> = {};
  for (const user of users) {
    const password = randomBytes(24).toString('hex');
    // `wx` keeps an existing password.
    await writeFile(fileOf(user), password, { flag: 'wx', mode: 0o600 }).catch(() => {});
    passwords[user] = (await readFile(fileOf(user), 'utf8')).trim();
  }
  return passwords;
}

async function createTopicsAndAcls(local: LocalPlatform, agencies: readonly string[]): Promise<void> {
  const { caFile, admin: account } = local.secure!;
  const kafka = new Kafka({
    clientId: 'cups-agency-sandbox',
    brokers: [local.kafkaBrokers],
    ssl: { ca: await readFile(caFile, 'utf8') },
    sasl: Object.assign({ mechanism: 'scram-sha-512' as const }, account),
    logLevel: logLevel.NOTHING,
  });
  const admin = kafka.admin();
  const pairs = agencies.flatMap((code) => Object.values(topicsOf(code)));
  const agencyTopics = pairs.map((topic) => ({ topic, numPartitions: PARTITIONS, replicationFactor: 1 }));
  const configEntries = [{ name: 'cleanup.policy', value: 'compact' }];
  const registries = [CENTRES_TOPIC, CHECKPOINTS_TOPIC].map((topic) => {
    return { topic, numPartitions: 1, replicationFactor: 1, configEntries };
  });
  try {
    await admin.connect();
    await createTopicsAndWait(admin, [...agencyTopics, ...registries]);
    await admin.createAcls({ acl: sandboxAcls(agencies) });
  } finally {
    await admin.disconnect();
  }
}
