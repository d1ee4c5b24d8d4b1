import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../k8s/lab/cluster/command.ts';
import { isInPath } from '../../../k8s/lab/cluster/machine.ts';

/**
 * Third-party scanners, each pinned by a folder of `k8s/scanners`: a Go module with one tool, or Python requirements. Installed once,
 * into `.cups/scanners`, from the Go module proxy and PyPI.
 */

const root = join(import.meta.dirname, '../../..');
const PINS_FOLDER = join(root, 'k8s', 'scanners');
const folder = join(root, '.cups', 'scanners');
const PROGRESS_INTERVAL_MS = 30_000;
/** Excludes promtool's service discovery for cloud providers. */
const TAGS = 'remove_all_sd';

/** Receives progress lines. */
export type Progress = (line: string) => void;

/** An installed program with its version. */
export interface Program {
  path: string;
  version: string;
}

/**
 * Compiles a Go program when it is missing or its pins have changed. Takes minutes the first time.
 * @param name folder of `k8s/scanners`
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
 * Installs a Python program into its own environment when it is missing or its pins have changed.
 * @param name folder of `k8s/scanners`, package and program
 * @throws Error when Python is missing, or a package is unavailable
 */
export async function pythonProgram(name: string, onProgress: Progress): Promise<Program> {
  const pins = join(PINS_FOLDER, name);
  const requirements = join(pins, 'requirements.txt');
  const version = versionIn(readFileSync(requirements, 'utf8'), name);
  const home = join(folder, name);
  await installOnce(name, pins, home, onProgress, async () => {
    if (!isInPath('python3')) throw new Error('Python 3 was not found: install it, with venv.');
    // Its scripts contain the path of their folder, so it cannot be moved.
    rmSync(home, { recursive: true, force: true });
    await run('python3', ['-m', 'venv', home]);
    const options = ['--quiet', '--disable-pip-version-check', '--no-deps'];
    await run(join(home, 'bin', 'python'), ['-m', 'pip', 'install', ...options, '-r', requirements]);
  });
  return { path: join(home, 'bin', name), version };
}

/** Installs unless an installation with the same pins exists. */
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
 * Returns the tool of a Go module, and its version. Pure.
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
 * Returns the pinned version of a package in requirements. Pure.
 * @throws Error when it is not pinned
 */
export function versionIn(requirements: string, name: string): string {
  const line = requirements.split('\n').find((one) => one.startsWith(`${name}==`));
  if (!line) throw new Error(`The requirements do not pin ${name}.`);
  return line.split('==')[1]!.trim();
}
