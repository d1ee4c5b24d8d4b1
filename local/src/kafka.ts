import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startJava, waitForAnswer, type JavaProcess } from './java-process.ts';
import { preparePart, type JavaPart } from './java-parts.ts';
import { LOOPBACK, reachableAddress, type Addresses } from './ports.ts';
import { ensurePrivateFolder } from './private-folder.ts';
import type { PlatformSecurity } from './security.ts';

const KAFKA_PART: JavaPart = { name: 'kafka', source: 'Kafka.java', pom: 'kafka.pom.xml' };

/** Bounds the memory. The serial collector and the first compiler alone start fastest and need least memory. */
const JAVA_FLAGS = [
  '-Xms64m',
  '-Xmx384m',
  '-Xss512k',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:MaxDirectMemorySize=64m',
  '-XX:-UsePerfData',
  '-Djava.awt.headless=true',
  '-Dlog4j2.disable.jmx=true',
];

/** Returns the class path of Kafka's Java clients; downloads the jars if needed. */
export const prepareKafkaClassPath = (onProgress: (line: string) => void = () => {}): Promise<string> =>
  preparePart(KAFKA_PART, onProgress);

/**
 * By preference. The first compiler does not use AES instructions: a message of 3 KB takes 0.67 ms of this JVM with
 * AES, 0.36 with ChaCha20 and 0.24 without TLS. The others are for clients without ChaCha20.
 */
const CIPHERS = [
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
];

/** User with which the broker signs in to the controller. */
export const CONTROLLER_USER = 'controller';

export interface KafkaOptions extends Addresses {
  readonly dataDir: string;
  readonly port: number;
  /** Loopback port of the controller. */
  readonly controllerPort: number;
  /** Partitions of a topic created without a number. */
  readonly partitions: number;
  /** Whether acknowledged messages are on disk; otherwise a power cut loses what the system has not written. */
  readonly flush: boolean;
  /** Whether it ends with this process. */
  readonly endsWithParent: boolean;
  /** Called with the process ID. */
  readonly onSpawn: (pid: number) => void;
  /** Time after which a client of a secure Kafka must sign in again, ms. */
  readonly maxSessionMs: number;
  /** Enables TLS, sign-in and ACLs; without it anyone has all rights. */
  readonly secure?: PlatformSecurity | undefined;
  /** Passwords of further users, by name; created with the data. */
  readonly users?: Readonly<Record<string, string>> | undefined;
}

/** Starts Kafka and waits until it responds. */
export async function startKafka(
  options: KafkaOptions,
  onProgress: (line: string) => void,
  onUnexpectedEnd: (code: number | null, signal: string | null) => void,
): Promise<JavaProcess> {
  const classPath = await preparePart(KAFKA_PART, onProgress);
  const folder = join(options.dataDir, 'kafka');
  await ensurePrivateFolder(folder);
  const settings = join(options.dataDir, 'kafka.properties');
  const lines = Object.entries(Object.assign(buildBrokerProperties(folder, options), buildListenerProperties(options)));
  await writeFile(settings, lines.map(([key, value]) => `${key}=${value}\n`).join(''), { mode: 0o600 });
  const logFile = join(options.dataDir, 'kafka.log');
  const { host, port, endsWithParent, onSpawn, secure, users = {} } = options;
  const args = [...JAVA_FLAGS, '-cp', classPath, 'Kafka', settings];
  const env = secure && {
    CUPS_KAFKA_ADMIN: secure.admin.username,
    CUPS_KAFKA_PASSWORD: secure.admin.password,
    CUPS_KAFKA_USERS: Object.entries(users)
      .map(([name, password]) => `${name}=${password}`)
      .join('\n'),
  };
  const child = startJava(args, { logFile, endsWithParent, env, onSpawn }, onUnexpectedEnd);
  const ca = secure && (await readFile(secure.caFile, 'utf8'));
  const address = { host: reachableAddress(host), port, ca };
  try {
    await waitForAnswer(child, address, apiVersionsRequest(), { name: 'Kafka', seconds: 90, logFile });
  } catch (error) {
    await child.kill();
    throw error;
  }
  return child;
}

/** Returns the listener settings, with or without TLS and sign-in. */
function buildListenerProperties(options: KafkaOptions): Record<string, string> {
  const { host, advertisedHost, port, controllerPort, maxSessionMs, secure } = options;
  const name = secure ? 'CLIENTS' : 'PLAINTEXT';
  const where = {
    listeners: `${name}://${host}:${port},CONTROLLER://${LOOPBACK}:${controllerPort}`,
    'advertised.listeners': `${name}://${advertisedHost}:${port}`,
  };
  if (!secure) {
    return Object.assign(where, { 'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT' });
  }
  const { admin, controllerPassword } = secure;
  const module = (kind: string) => `org.apache.kafka.common.security.${kind}LoginModule required`;
  const user = (name: string, password: string) => `username="${name}" password="${password}"`;
  return Object.assign(where, {
    'listener.security.protocol.map': 'CLIENTS:SASL_SSL,CONTROLLER:SASL_PLAINTEXT',
    'inter.broker.listener.name': 'CLIENTS',
    'ssl.cipher.suites': CIPHERS.join(),
    'ssl.keystore.type': 'PKCS12',
    'ssl.keystore.location': secure.keyFile,
    'ssl.keystore.password': secure.keyPassword,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': secure.caFile,
    'sasl.enabled.mechanisms': 'SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'SCRAM-SHA-512',
    'listener.name.clients.scram-sha-512.sasl.jaas.config': `${module('scram.Scram')} ${user(admin.username, admin.password)};`,
    // Ends the sessions of users with a changed or deleted password but unchanged rights.
    'listener.name.clients.scram-sha-512.connections.max.reauth.ms': String(maxSessionMs),
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': `${module('plain.Plain')} ${user(CONTROLLER_USER, controllerPassword)} user_${CONTROLLER_USER}="${controllerPassword}";`,
    // Denies everything by default.
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'false',
    'super.users': `User:${admin.username};User:${CONTROLLER_USER}`,
  });
}

function buildBrokerProperties(folder: string, options: KafkaOptions): Record<string, string | number> {
  return {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${LOOPBACK}:${options.controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': folder,
    // A start-up step creates topics with their partitions; nothing creates them by accident.
    'auto.create.topics.enable': 'false',
    'num.partitions': options.partitions,
    // One broker, so one replica.
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    // The default waits three seconds for more members before a new group can start.
    'group.initial.rebalance.delay.ms': 0,
    // Offsets outlive messages, so that a group continues where it stopped, even after a month.
    'offsets.retention.minutes': 525_600,
    // There is no replica: acknowledged messages must be on disk, because outboxes delete them. Cost:
    // docs/reports/benchmarks.md.
    ...(options.flush ? { 'log.flush.interval.messages': 1 } : {}),
    // Each partition reserves two index files of this size; 128 KiB suffices for a segment of 64 MiB.
    'log.index.size.max.bytes': 131_072,
    'log.segment.bytes': 67_108_864,
    // The default buffer of the cleaner is a third of this heap.
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'log.cleaner.io.buffer.size': 262_144,
    // Quotas cover the last two seconds. With the default of ten, a client may write ten seconds' worth at
    // once, repeatedly.
    'quota.window.num': 3,
    // Idle threads cost: each wakes up several times a second.
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 1,
    'group.coordinator.threads': 1,
    'share.coordinator.threads': 1,
    // Avoids empty metadata records twice a second while idle.
    'metadata.max.idle.interval.ms': 0,
    // After a kill the new process is rejected until the old session expires.
    'broker.heartbeat.interval.ms': 1000,
    'broker.session.timeout.ms': 6000,
  };
}

/** ApiVersions, version 0: the broker responds once it accepts requests. */
function apiVersionsRequest(): Buffer {
  const client = Buffer.from('cups-local');
  const body = Buffer.alloc(10);
  body.writeInt16BE(18, 0);
  body.writeInt16BE(0, 2);
  body.writeInt32BE(1, 4);
  body.writeInt16BE(client.length, 8);
  const size = Buffer.alloc(4);
  size.writeInt32BE(body.length + client.length, 0);
  return Buffer.concat([size, body, client]);
}
