import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import { environmentFile, ENVIRONMENTS, renderText } from '../charts/render.ts';
import { goProgram, pythonProgram } from './programs.ts';
import type { Program, Progress } from './programs.ts';
import { formatCounts, readCheckov, readKubeLinter, readKubeScore } from './scan-results.ts';
import type { ScanResult } from './scan-results.ts';

/** Scans the rendered charts with checkov, kube-score and kube-linter. */

interface Scanner {
  install(onProgress: Progress): Promise<Program>;
  args(file: string): string[];
  read(output: string): ScanResult;
}

/** Each with its defaults; checkov offline, which does not change its results. */
const SCANNERS: Readonly<Record<string, Scanner>> = {
  checkov: {
    install: (onProgress) => pythonProgram('checkov', onProgress),
    args: (file) => ['--file', file, '--skip-download', '--quiet', '--compact', '--output', 'json'],
    read: readCheckov,
  },
  'kube-score': {
    install: (onProgress) => goProgram('kube-score', onProgress),
    args: (file) => ['score', '--output-format', 'json', file],
    read: readKubeScore,
  },
  'kube-linter': {
    install: (onProgress) => goProgram('kube-linter', onProgress),
    args: (file) => ['lint', '--format', 'json', file],
    read: readKubeLinter,
  },
};

const root = join(import.meta.dirname, '../../..');
const renders = join(root, '.cups', 'scanners', 'renders');

/** @returns exit code 1 on a failure */
export async function scan(names: string[]): Promise<number> {
  const unknown = names.filter((name) => !SCANNERS[name]);
  if (unknown.length > 0)
    throw new UsageError(`Scanner ${unknown.join(', ')} not found. Scanners: ${Object.keys(SCANNERS).join(', ')}.`);
  const files = writeRenders();
  let failed = 0;
  for (const [name, scanner] of Object.entries(SCANNERS)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const program = await scanner.install((line) => console.error(line));
    for (const [title, file] of files) {
      const result = runScanner(scanner, program, file);
      failed += result.failed.length;
      console.log(`${`${name} ${program.version}`.padEnd(22)} ${title.padEnd(20)} ${formatCounts(result)}`);
      for (const line of result.failed) console.log(`  failed  ${line}`);
      for (const line of result.warnings) console.log(`  warned  ${line}`);
    }
  }
  return failed > 0 ? 1 : 0;
}

/** @returns the files by title */
function writeRenders(): Map<string, string> {
  mkdirSync(renders, { recursive: true });
  const files = new Map<string, string>();
  const write = (title: string, text: string) => {
    const file = join(renders, `${title.replace(' ', '-')}.yaml`);
    writeFileSync(file, text);
    files.set(title, file);
  };
  for (const environment of ENVIRONMENTS) {
    write(`platform ${environment}`, renderText('platform', { files: [environmentFile(environment)] }));
  }
  for (const chart of ['centres', 'agencies']) write(chart, renderText(chart));
  return files;
}

/** Scanners exit with their own codes on findings, so only their output counts. */
function runScanner(one: Scanner, { path }: Program, file: string): ScanResult {
  const { stdout, stderr, error } = spawnSync(path, one.args(file), { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (error) throw error;
  try {
    return one.read(stdout);
  } catch (cause) {
    throw new Error(`${path} did not say what it found of ${file}:\n${stderr || stdout}`, { cause });
  }
}
