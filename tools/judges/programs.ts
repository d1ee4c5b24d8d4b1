import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../cluster/command.ts';
import { isInPath } from '../cluster/machine.ts';

/**
 * Programs of others that look at the charts, each pinned by a folder of `k8s/judges`: a Go module with one tool, or the
 * requirements of Python. They are made once, into `.cups/judges`, from the module proxy of Go and from PyPI.
 */

const root = join(import.meta.dirname, '..', '..');
const PINS_FOLDER = join(root, 'k8s', 'judges');
const folder = join(root, '.cups', 'judges');
const PROGRESS_INTERVAL_MS = 30_000;
/** Without the clients of all clouds, in which promtool would look for what to scrape. */
const TAGS = 'remove_all_sd';

/** Where progress is told, a line at a time. */
export type Progress = (line: string) => void;

/** A program that is ready, and of which version it is. */
export interface Program {
  path: string;
  version: string;
}

/**
 * Compiles a program of Go when it is missing or its pins have changed: minutes the first time.
 * @param name the folder of `k8s/judges`
 * @throws Error when Go is missing, or the program does not compile
 */
export async function goProgram(name: string, onProgress: Progress): Promise<Program> {
  const pins = join(PINS_FOLDER, name);
  const { tool, version } = readGoMod(readFileSync(join(pins, 'go.mod'), 'utf8'));
  const path = join(folder, name);
  await installOnce(name, pins, path, onProgress, async (unfinished) => {
    if (!isInPath('go')) throw new Error('Go was not found: install it (https://go.dev/dl).');
    const args = ['build', '-trimpath', '-buildvcs=false', '-tags', TAGS, '-o', unfinished, tool];
    await run('go', args, { cwd: pins, env: { ...process.env, CGO_ENABLED: '0' } });
    renameSync(unfinished, path);
  });
  return { path, version };
}

/**
 * Installs a program of Python into an environment of its own when it is missing or its pins have changed.
 * @param name the folder of `k8s/judges`, which is the name of the package and of the program
 * @throws Error when Python is missing, or a package cannot be had
 */
export async function pythonProgram(name: string, onProgress: Progress): Promise<Program> {
  const pins = join(PINS_FOLDER, name);
  const requirements = join(pins, 'requirements.txt');
  const version = versionIn(readFileSync(requirements, 'utf8'), name);
  const home = join(folder, name);
  await installOnce(name, pins, home, onProgress, async () => {
    if (!isInPath('python3')) throw new Error('Python 3 was not found: install it, with venv.');
    // Its programs name the folder that they were installed in, so it cannot be moved afterwards.
    rmSync(home, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', home]);
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps'];
    await run(join(home, 'bin', 'python'), ['-m', 'pip', 'install', ...options, '-r', requirements]);
  });
  return { path: join(home, 'bin', name), version };
}

/** Makes something unless it is there, made of the same pins. */
async function installOnce(
  name: string,
  pins: string,
  path: string,
  onProgress: Progress,
  make: (unfinished: string) => Promise<void>,
): Promise<void> {
  const stamp = `${path}.made-of`;
  const wanted = fingerprint(pins);
  if (existsSync(path) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  mkdirSync(folder, { recursive: true });
  rmSync(stamp, { force: true });
  const started = Date.now();
  const seconds = () => `${Math.round((Date.now() - started) / 1000)} s`;
  onProgress(`${name}: installing`);
  const ticker = setInterval(() => onProgress(`${name}: still installing, ${seconds()}`), PROGRESS_INTERVAL_MS);
  try {
    await make(`${path}.${process.pid}`);
  } finally {
    clearInterval(ticker);
  }
  writeFileSync(stamp, wanted);
  onProgress(`${name}: installed in ${seconds()}`);
}

function fingerprint(pins: string): string {
  const sum = createHash('sha256');
  for (const file of readdirSync(pins).sort()) sum.update(file).update(readFileSync(join(pins, file)));
  return sum.digest('hex');
}

/**
 * Pure: the one tool of a Go module, and the version of the module that it comes from.
 * @throws Error when it has none
 */
export function readGoMod(text: string): { tool: string; version: string } {
  const tool = /^tool (\S+)$/m.exec(text)?.[1];
  if (!tool) throw new Error('go.mod names no tool.');
  const required = [...text.matchAll(/^(?:require\s+|\s+)(\S+) (v\S+)/gm)];
  const owner = required.find(([, module]) => tool.startsWith(`${module}/`));
  if (!owner) throw new Error(`go.mod does not require what ${tool} comes from.`);
  return { tool, version: owner[2]! };
}

/**
 * Pure: the version that requirements pin a package to.
 * @throws Error when they do not
 */
export function versionIn(requirements: string, name: string): string {
  const line = requirements.split('\n').find((one) => one.startsWith(`${name}==`));
  if (!line) throw new Error(`The requirements do not pin ${name}.`);
  return line.split('==')[1]!.trim();
}
