import { execFile, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** A second checkout with its own installation, in a temporary folder. */

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const git = async (...words: string[]) => (await execute('git', words, { cwd: root })).stdout.trim();

/** Generated files that are not committed. `tools/run.mjs` decides whether they are current. */
const GENERATED = ['libs/contracts/gen', 'apps/desk/gen', 'apps/desk/dist', 'libs/agency-contract/dist'];

export interface Checkout {
  dir: string;
  remove(): Promise<void>;
}

export interface CheckoutOptions {
  signal: AbortSignal;
  onProgress: (line: string) => void;
}

/** Returns the full ID of a commit. @throws Error, one sentence */
export async function resolveCommit(name: string): Promise<string> {
  return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`).catch(() => {
    throw new Error(`${name} is not a commit of this repository.`);
  });
}

/** Returns the ID of this checkout, with a remark on uncommitted changes. */
export async function describeWorkingTree(): Promise<string> {
  const commit = await git('rev-parse', '--short=10', 'HEAD');
  return (await git('status', '--porcelain')) === '' ? commit : `${commit} with uncommitted changes`;
}

/**
 * Checks a commit out, installs its packages and generates its files. Shares the installed packages with this checkout by hard links
 * when both have the same lock file; otherwise installs them, which takes minutes.
 */
export async function createCheckout(commit: string, options: CheckoutOptions): Promise<Checkout> {
  const dir = join(mkdtempSync(join(tmpdir(), 'cups-compare-')), commit.slice(0, 10));
  const remove = async () => {
    options.onProgress(`removing ${dir}`);
    await git('worktree', 'remove', '--force', dir).catch(() => {});
    rmSync(dirname(dir), { recursive: true, force: true });
    await git('worktree', 'prune');
  };
  try {
    options.onProgress(`checking out ${commit.slice(0, 10)} into ${dir}`);
    await git('worktree', 'add', '--quiet', '--detach', dir, commit);
    if (isSameFile('package-lock.json', dir)) await linkPackages(dir, options);
    await build(dir, options);
    return { dir, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function isSameFile(name: string, dir: string): boolean {
  return readFileSync(join(root, name), 'utf8') === readFileSync(join(dir, name), 'utf8');
}

/** Links the packages of every workspace, and the jars; copies generated files. */
async function linkPackages(dir: string, { signal, onProgress }: CheckoutOptions): Promise<void> {
  onProgress('same lock file: linking the installed packages');
  const { stdout } = await execute(
    'find',
    ['.', '-name', 'node_modules', '-type', 'd', '-prune', '-not', '-path', './.cups/*'],
    { cwd: root },
  );
  for (const folder of stdout.split('\n').filter((one) => existsSync(join(dir, dirname(one))) && one !== '')) {
    await execute('cp', ['-al', join(root, folder), join(dir, folder)], { signal });
  }
  const jars = join(root, '.cups/jars');
  if (existsSync(jars)) await execute('sh', ['-c', 'mkdir -p "$2/.cups" && cp -al "$1" "$2/.cups/"', 'sh', jars, dir]);
  for (const folder of GENERATED.filter((one) => existsSync(join(root, one)))) {
    cpSync(join(root, folder), join(dir, folder), { recursive: true });
  }
  // Stamps are written in place: a linked one would change this checkout's.
  const packages = join(dir, 'node_modules');
  for (const name of readdirSync(packages).filter((one) => one.startsWith('.cups-'))) {
    const stamp = readFileSync(join(packages, name));
    rmSync(join(packages, name));
    writeFileSync(join(packages, name), stamp);
  }
}

/** Installs missing packages and generates stale files. */
function build(dir: string, { signal, onProgress }: CheckoutOptions): Promise<void> {
  const child = spawn(process.execPath, [join(dir, 'tools/run.mjs'), 'build'], {
    cwd: dir,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  // Its own children must end before the folder is removed.
  const abort = () => child.kill('SIGTERM');
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  let last = '';
  createInterface(child.stderr).on('line', (line) => onProgress((last = line)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      signal.removeEventListener('abort', abort);
      if (code === 0) resolve();
      else reject(new Error(`npm run build of the commit failed: ${last}`));
    });
  });
}
