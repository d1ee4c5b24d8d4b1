import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { moveFormerStore } from './former-store.ts';
import { startJava, waitForAnswer, type JavaProcess } from './java-process.ts';
import { preparePart, type JavaPart } from './java-parts.ts';
import { reachableAddress } from './ports.ts';
import { ensurePrivateFolder } from './private-folder.ts';
import type { PlatformSecurity } from './security.ts';

const STORE_PART = { name: 'store', source: 'store', pom: 'store.pom.xml' } as const;

/** Classifiers of RocksDB's native library, by platform and architecture of this process. */
const ROCKSDB_CLASSIFIERS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux64',
  'linux-arm64': 'linux-aarch64',
  'darwin-x64': 'osx',
  'darwin-arm64': 'osx',
  'win32-x64': 'win64',
};

/** @throws Error, one sentence, on a system that RocksDB has no library for */
function storePart(): JavaPart {
  const system = `${process.platform}-${process.arch}`;
  const classifier = ROCKSDB_CLASSIFIERS[system];
  if (!classifier) {
    throw new Error(`The embedded store does not run on ${system}: set MONGODB_URI to a MongoDB server.`);
  }
  return { ...STORE_PART, properties: { 'rocksdb.classifier': classifier } };
}

/**
 * Bounds the memory: the heap holds current work only, since RocksDB keeps its data outside. Both compilers are on,
 * because the first one alone halves the speed of the store, the busiest part of the local platform.
 */
const JAVA_FLAGS = [
  '-Xms48m',
  '-Xmx224m',
  '-Xss512k',
  // Some 3 MiB live between commands, so a young generation of this size is collected in about a millisecond. G1 let the
  // heap grow to 150 MiB for the same work.
  '-XX:+UseSerialGC',
  '-Xmn24m',
  '-XX:MaxDirectMemorySize=64m',
  '-XX:ReservedCodeCacheSize=64m',
  '-XX:-UsePerfData',
  // A partial write must end the store: the log restores what was acknowledged.
  '-XX:+ExitOnOutOfMemoryError',
  '-Djava.awt.headless=true',
  '-Dio.netty.allocator.numDirectArenas=1',
  '-Dio.netty.allocator.numHeapArenas=1',
];

/** Pools of glibc's allocator. By default there are eight for each core, and memory that one freed stays with it. */
const MAX_MALLOC_ARENAS = '2';

export interface StoreOptions {
  readonly dataDir: string;
  /** Address to listen on; `0.0.0.0` for all addresses. */
  readonly host: string;
  readonly port: number;
  /** Whether it ends with this process. */
  readonly endsWithParent: boolean;
  /** Called with the process ID. */
  readonly onSpawn: (pid: number) => void;
  /** Enables TLS and disables plain connections. */
  readonly secure?: PlatformSecurity | undefined;
}

/** Prepares the Java part. @returns its class path */
export function prepareStoreClassPath(onProgress: (line: string) => void): Promise<string> {
  return preparePart(storePart(), onProgress);
}

/**
 * Starts the embedded store and waits until it responds.
 * @throws Error, one sentence: the store's own if it refuses its data
 */
export async function startStore(
  options: StoreOptions,
  onProgress: (line: string) => void,
  onUnexpectedEnd: (code: number | null, signal: string | null) => void,
): Promise<JavaProcess> {
  const classPath = await prepareStoreClassPath(onProgress);
  await moveFormerStore(options.dataDir, classPath, onProgress);
  const folder = join(options.dataDir, 'store');
  await ensurePrivateFolder(folder);
  const logFile = join(options.dataDir, 'store.log');
  const flags = [...JAVA_FLAGS, ...buildRecorderFlags()];
  const { host, port, endsWithParent, onSpawn, secure } = options;
  const args = [...flags, '-cp', classPath, 'cups.store.Store', folder, String(port), host];
  const key = secure && { CUPS_STORE_KEY: secure.keyFile, CUPS_STORE_PASSWORD: secure.keyPassword };
  const env = Object.assign({ MALLOC_ARENA_MAX: MAX_MALLOC_ARENAS }, key);
  const child = startJava(args, { logFile, endsWithParent, env, onSpawn }, onUnexpectedEnd);
  const ca = secure && (await readFile(secure.caFile, 'utf8'));
  const address = { host: reachableAddress(host), port, ca };
  try {
    await waitForAnswer(child, address, pingRequest(), { name: 'The store', seconds: 60, logFile });
  } catch (error) {
    await child.kill();
    throw new Error((await readRefusal(logFile)) ?? (error as Error).message, { cause: error });
  }
  return child;
}

/** Returns the sentence in which the store refused its data; undefined if it did not. */
async function readRefusal(logFile: string): Promise<string | undefined> {
  const lines = (await readFile(logFile, 'utf8')).trim().split('\n');
  return lines.find((line) => /^The (data in|store cannot open) /.test(line));
}

/**
 * Enables Java's flight recorder for the file in `CUPS_STORE_JFR`, written at the end; for the analysis of stalls.
 */
function buildRecorderFlags(): string[] {
  const file = process.env['CUPS_STORE_JFR'];
  if (!file) return [];
  const settings = 'settings=profile,jdk.FileForce#enabled=true,jdk.FileForce#threshold=1ms';
  return [`-XX:StartFlightRecording=filename=${file},dumponexit=true,${settings}`];
}

/** OP_MSG with the document `{ ping: 1, $db: 'admin' }`. */
function pingRequest(): Buffer {
  const ping = Buffer.from([0x10, ...Buffer.from('ping\0'), 1, 0, 0, 0]);
  const db = Buffer.from([0x02, ...Buffer.from('$db\0'), 6, 0, 0, 0, ...Buffer.from('admin\0')]);
  const document = Buffer.concat([Buffer.alloc(4), ping, db, Buffer.from([0])]);
  document.writeInt32LE(document.length, 0);
  const header = Buffer.alloc(21);
  header.writeInt32LE(header.length + document.length, 0);
  header.writeInt32LE(1, 4);
  header.writeInt32LE(2013, 12);
  return Buffer.concat([header, document]);
}
