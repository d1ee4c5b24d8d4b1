import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, stat, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { preparePart, type JavaPart } from './java-parts.ts';

/** Reads the data of the former store. Removed one release after the move. */
const FORMER_STORE_PART: JavaPart = { name: 'former-store', source: 'former-store', pom: 'former-store.pom.xml' };

/** Files of which each one shows that a folder holds data of the former store. */
const FORMER_FILES = ['store.mv', 'redo-0.log', 'redo-1.log'];

const JAVA_FLAGS = ['-XX:+UseSerialGC', '-XX:-UsePerfData', '-Djava.awt.headless=true'];

/** Exit code of the exporter for damaged data. */
const DAMAGED = 3;

const REMEDY = 'start again, or start the former release on this folder';
const REMEDY_OF_DAMAGE =
  'restore a backup into an empty folder (`npm run cups -- restore`), or start the former release on this one, which drops what it cannot read';

/**
 * Moves data of the former store, an H2 file, to the format of this one. The former folder stays as `store-h2`. What is
 * on disk decides the next step, so that an interrupted move continues at the next start:
 *
 * 1. Copy the documents from `store` to a folder in `store.part`, which a later attempt removes.
 * 2. Rename the complete copy to `store.new`.
 * 3. Rename `store` to `store-h2`, and `store.new` to `store`.
 *
 * @param classPath of the store
 * @throws Error, one sentence with the remedy
 */
export async function moveFormerStore(
  dataDir: string,
  classPath: string,
  onProgress: (line: string) => void,
): Promise<void> {
  const [store, complete] = [join(dataDir, 'store'), join(dataDir, 'store.new')];
  await rm(join(dataDir, 'store.part'), { recursive: true, force: true, maxRetries: 3 });
  if (await isFormer(store)) {
    // The former release may have written since the copy was completed.
    await rm(complete, { recursive: true, force: true });
    const former = await copyDocuments(dataDir, classPath, onProgress);
    await renameDurably(store, await findFreeName(join(dataDir, 'store-h2')));
    onProgress(`store: moved; the former data (${former}) stays in store-h2 until you remove it`);
  }
  if (existsSync(complete) && (await isEmpty(store))) await renameDurably(complete, store);
}

/** @return the size of the former data */
async function copyDocuments(dataDir: string, classPath: string, onProgress: (line: string) => void): Promise<string> {
  const former = await preparePart(FORMER_STORE_PART, onProgress);
  const store = join(dataDir, 'store');
  const bytes = await sizeOf(store);
  await requireSpace(dataDir, bytes);
  onProgress(`store: moving the store to its new format (${formatMebibytes(bytes)}, once)`);
  const part = join(dataDir, 'store.part');
  await mkdir(part, { mode: 0o700 });
  // A killed attempt can go on for some milliseconds: each has a folder of its own.
  const draft = await mkdtemp(join(part, 'copy-'));
  const fault = await transfer(
    [...JAVA_FLAGS, '-Xmx512m', '-cp', former, 'cups.former.Export', store],
    [...JAVA_FLAGS, '-Xmx384m', '-cp', classPath, 'cups.store.Import', draft],
    onProgress,
  );
  if (fault !== undefined) {
    await rm(part, { recursive: true, force: true });
    throw new Error(`The data in ${store} cannot be moved to the store's new format: ${fault}.`);
  }
  await renameDurably(draft, join(dataDir, 'store.new'));
  await rm(part, { recursive: true, force: true });
  return formatMebibytes(bytes);
}

/** Runs both processes, connected. @return the fault and the remedy, if any */
async function transfer(
  exporting: readonly string[],
  importing: readonly string[],
  onProgress: (line: string) => void,
): Promise<string | undefined> {
  const source = spawn('java', exporting, { stdio: ['ignore', 'pipe', 'pipe'] });
  const target = spawn('java', importing, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ends = [observe(source), observe(target)] as const;
  createInterface({ input: target.stdout }).on('line', (line) =>
    onProgress(`store: moving the store to its new format: ${Number(line).toLocaleString('en')} documents`),
  );
  // Both processes report why they ended, which is more than the broken pipe between them.
  await pipeline(source.stdout, target.stdin).catch(() => {});
  const [read, written] = await Promise.all(ends);
  for (const line of read.lines) if (line.startsWith('note: ')) onProgress(`store: ${line.slice('note: '.length)}`);
  if (read.code === 0 && written.code === 0) return undefined;
  const unchanged = `${isCause(read) ? read.fault : written.fault}. Nothing was changed`;
  return `${unchanged}: ${read.code === DAMAGED ? REMEDY_OF_DAMAGE : REMEDY}`;
}

/** Whether the exporter ended for a reason of its own; it ends with 1 when the importer no longer reads. */
function isCause({ code }: ProcessEnd): boolean {
  return code !== 0 && code !== 1;
}

interface ProcessEnd {
  readonly code: number | null;
  /** Lines of standard error. */
  readonly lines: readonly string[];
  readonly fault: string;
}

async function observe(child: ChildProcess): Promise<ProcessEnd> {
  const lines: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => lines.push(line));
  const [code, reason] = await new Promise<[number | null, string]>((resolve) => {
    child.once('close', (code, signal) => resolve([code, String(code ?? signal)]));
    child.once('error', (error) => resolve([null, error.message]));
  });
  const fault = lines.findLast((line) => !line.startsWith('note: ')) ?? `Java ended with ${reason}`;
  return { code, lines, fault };
}

async function isFormer(folder: string): Promise<boolean> {
  const names = await namesIn(folder);
  return names.some((name) => FORMER_FILES.includes(name));
}

async function isEmpty(folder: string): Promise<boolean> {
  return (await namesIn(folder)).length === 0;
}

async function namesIn(folder: string): Promise<string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}

async function sizeOf(folder: string): Promise<number> {
  const sizes = (await namesIn(folder)).map(async (name) => (await stat(join(folder, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** @throws Error if the copy could fill the disk */
async function requireSpace(dataDir: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(dataDir);
  if (bavail * bsize > bytes) return;
  throw new Error(
    `The store's new format needs ${formatMebibytes(bytes)} beside the former data, but ${dataDir} has ${formatMebibytes(bavail * bsize)}: free disk space, and start again.`,
  );
}

/** @return the path, or the first free one with a number; a second move follows the restoration of former data */
async function findFreeName(path: string): Promise<string> {
  const taken = await readdir(dirname(path));
  let name = basename(path);
  for (let n = 2; taken.includes(name); n += 1) name = `${basename(path)}-${n}`;
  return join(dirname(path), name);
}

/** Renames within a folder, on disk when it returns. */
async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  // Windows cannot open folders.
  if (process.platform === 'win32') return;
  const folder = await open(dirname(to), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function formatMebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
