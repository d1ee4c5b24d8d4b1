import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startJava, waitForAnswer, type JavaProcess } from './java-process.ts';
import { preparePart, type JavaPart } from './java-parts.ts';
import { LOOPBACK, reachableAddress, type Addresses } from './ports.ts';
import { ensurePrivateFolder } from './private-folder.ts';
import type { PlatformSecurity } from './security.ts';

const KAFKA_PART: JavaPart = { name: 'kafka', source: 'Kafka.java', pom: 'kafka.pom.xml' };

/** Memory is bounded; the serial collector and the first compiler alone are the quickest to start and the smallest. */
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

/** The class path of Kafka's own clients, for those who want another client than ours; fetches the jars when needed. */
export const prepareKafkaClassPath = (onProgress: (line: string) => void = () => {}): Promise<string> =>
  preparePart(KAFKA_PART, onProgress);

/**
 * In the order in which they are taken. The first compiler alone knows no instruction of a processor for AES: a message of 3 KB cost 0.67
 * ms of this JVM with it, and 0.36 with ChaCha20, beside 0.24 in the open. The others are for clients without.
 */
const CIPHERS = [
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
];

/** As whom Kafka's broker signs in to Kafka's controller. */
export const CONTROLLER_USER = 'controller';

/** What Kafka is started with. */
export interface KafkaOptions extends Addresses {
  readonly dataDir: string;
  readonly port: number;
  /** Port of the controller: of Kafka's own, on this machine alone. */
  readonly controllerPort: number;
  /** Partitions of a topic that is created without a number. */
  readonly partitions: number;
  /** Whether what is acknowledged is on the disk already; else a power cut loses what the system had not written yet. */
  readonly flush: boolean;
  /** Whether it ends when this process ends. */
  readonly endsWithParent: boolean;
  /** How long a client goes on before it must sign in again, when it is secure. */
  readonly maxSessionMs: number;
  /** With it clients speak TLS, sign in, and may do what they were given; without it everybody may do everything. */
  readonly secure?: PlatformSecurity | undefined;
  /** Passwords of further users, by name; they are made with the data. */
  readonly users?: Readonly<Record<string, string>> | undefined;
}

/** Starts Kafka and waits until it answers. */
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
  const { host, port, endsWithParent, secure, users = {} } = options;
  const args = [...JAVA_FLAGS, '-cp', classPath, 'Kafka', settings];
  const env = secure && {
    CUPS_KAFKA_ADMIN: secure.admin.username,
    CUPS_KAFKA_PASSWORD: secure.admin.password,
    CUPS_KAFKA_USERS: Object.entries(users)
      .map(([name, password]) => `${name}=${password}`)
      .join('\n'),
  };
  const child = startJava(args, { logFile, endsWithParent, env }, onUnexpectedEnd);
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

/** Where it listens, and in which language; as secure as is asked for. */
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
  const user = (who: string, password: string) => `username="${who}" password="${password}"`;
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
    // Whose password was changed or taken, but not the rights, is out by then.
    'listener.name.clients.scram-sha-512.connections.max.reauth.ms': String(maxSessionMs),
    'sasl.mechanism.controller.protocol': 'PLAIN',
    'listener.name.controller.sasl.enabled.mechanisms': 'PLAIN',
    'listener.name.controller.plain.sasl.jaas.config': `${module('plain.Plain')} ${user(CONTROLLER_USER, controllerPassword)} user_${CONTROLLER_USER}="${controllerPassword}";`,
    // Whoever was given nothing may do nothing.
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
    // Topics are made by a step of start-up with the partitions that they need, never by accident.
    'auto.create.topics.enable': 'false',
    'num.partitions': options.partitions,
    // One broker: one copy of everything.
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 3,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    // The default waits three seconds for more members before a new group may work.
    'group.initial.rebalance.delay.ms': 0,
    // Offsets outlive the messages of their topics: a group that was away for a month goes on where it was.
    'offsets.retention.minutes': 525_600,
    // One broker has no other copy: what is acknowledged is on the disk, for outboxes forget it then. What it costs: docs/reports/benchmarks.md.
    ...(options.flush ? { 'log.flush.interval.messages': 1 } : {}),
    // Two index files of this size are set aside for each partition; 128 KiB is enough for a segment of 64 MiB.
    'log.index.size.max.bytes': 131_072,
    'log.segment.bytes': 67_108_864,
    // The cleaner's default buffer is a third of our heap.
    'log.cleaner.dedupe.buffer.size': 4_194_304,
    'log.cleaner.io.buffer.size': 262_144,
    // Quotas count over the last two seconds. Over ten, the default, a client may write ten seconds' worth at once, and that again after its wait.
    'quota.window.num': 3,
    // Idle threads cost: each of these wakes up a few times a second.
    'num.network.threads': 2,
    'num.io.threads': 4,
    'background.threads': 1,
    'group.coordinator.threads': 1,
    'share.coordinator.threads': 1,
    // No empty records into the metadata log twice a second when nothing happens.
    'metadata.max.idle.interval.ms': 0,
    // After a kill the new process is refused until the session of the old one is over.
    'broker.heartbeat.interval.ms': 1000,
    'broker.session.timeout.ms': 6000,
  };
}

/** ApiVersions, version 0: the broker answers it only when it takes requests. */
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
