import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * How a child process is confined.
 * - `namespaces`: without network, without other processes, and with a file system of its own that contains libraries
 *   and the program, read only; and limits.
 * - `limits`: limits on memory, processor time and files only, where the kernel or the container refuses namespaces.
 * - `none`: Node's permission model only, where even the program for limits does not exist.
 */
export const ISOLATIONS = ['namespaces', 'limits', 'none'] as const;
export type Isolation = (typeof ISOLATIONS)[number];

export interface Command {
  file: string;
  args: string[];
}

const MIB = 1024 * 1024;
/**
 * Measured, resident: 120 MiB for a photograph of a phone, 290 for a progressive one of 60 million pixels, 600 for that
 * in CMYK. V8 and threads add 600 MiB of data that they do not use, and a gigabyte of address space.
 */
const LIMITS = [
  `--data=${2048 * MIB}`,
  `--as=${4096 * MIB}`,
  '--cpu=60',
  '--nofile=64',
  // No byte is written to a file; pipes are not files.
  '--fsize=0',
  '--core=0',
];
/** Processes and threads; the kernel counts them for the namespace, and not for its real administrator. */
const MAX_THREADS = 64;
const HEAP_MIB = 256;

const PRLIMIT = '/usr/bin/prlimit';
const UNSHARE = '/usr/bin/unshare';
const SETPRIV = '/usr/bin/setpriv';
const LIBRARIES = ['/lib', '/lib64', '/usr/lib', '/usr/lib64'];

/**
 * Builds a file system of the given paths in memory, makes it the root, covers the old one, and drops all rights. It
 * needs an existing folder as mount point that contains none of the paths: /sys.
 */
const ENTER = `
set -e
PATH=/usr/sbin:/usr/bin:/sbin:/bin
root=/sys
mount -t tmpfs -o size=256k,mode=755,nosuid,nodev tmpfs $root
mkdir $root/old
count=$1
shift
while [ "$count" -gt 0 ]; do
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root\${1%/*}"; : > "$root$1"; fi
  mount --rbind "$1" "$root$1"
  mount -o remount,bind,ro,nosuid,nodev "$root$1"
  shift
  count=$((count - 1))
done
prlimit --pid $$ --nproc=${MAX_THREADS}:${MAX_THREADS}
mount -o remount,bind,ro,nosuid,nodev $root
cd $root
pivot_root . old
/old/bin/mount -n -t tmpfs -o size=4k,mode=555,ro tmpfs /old
unset PATH PWD OLDPWD
exec ${SETPRIV} --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
`;

/**
 * Returns the command that runs a program in a confined process.
 * @param permissions false runs it without Node's permission model: what a flaw in a native library could do
 */
export function confine(program: string, isolation: Isolation, permissions = true): Command {
  const node = realpathSync(process.execPath);
  const readable = readablePaths(program);
  const run = [node, ...nodeOptions(permissions ? readable : []), program];
  if (isolation === 'none') return { file: node, args: run.slice(1) };
  if (isolation === 'limits') return { file: PRLIMIT, args: [...LIMITS, '--', ...run] };
  const paths = [...LIBRARIES.filter((path) => existsSync(path)), SETPRIV, node, ...readable];
  const namespaces = ['--user', '--map-root-user', '--mount', '--net', '--pid', '--ipc', '--uts'];
  const enter = ['--fork', '--kill-child', '--', '/bin/sh', '-c', ENTER, 'sh', String(paths.length), ...paths];
  return { file: PRLIMIT, args: [...LIMITS, '--', UNSHARE, ...namespaces, ...enter, ...run] };
}

function nodeOptions(readable: string[]): string[] {
  const options = [`--max-old-space-size=${HEAP_MIB}`, '--disable-wasm-trap-handler', '--no-warnings'];
  if (readable.length === 0) return options;
  return [...options, '--permission', '--allow-addons', ...readable.map((path) => `--allow-fs-read=${path}`)];
}

const SOURCE_FOLDER = join('src', 'check', 'child');

/** The folders of the program and of its packages: code only, no data and no keys. */
function readablePaths(program: string): string[] {
  const folder = dirname(program);
  // Source files import others of the service, and its package.json says that they are modules.
  const code = folder.endsWith(SOURCE_FOLDER) ? folder.slice(0, -SOURCE_FOLDER.length - 1) : folder;
  return [findPackages(folder), code];
}

/** Returns the nearest folder of packages with the only one that is not in the bundle, because it is native. */
function findPackages(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const packages = join(folder, 'node_modules');
    if (existsSync(join(packages, 'sharp'))) return packages;
    if (folder === dirname(folder)) throw new Error('The package sharp is not installed: documents cannot be checked.');
  }
}
