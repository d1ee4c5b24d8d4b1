import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environmentFile, ENVIRONMENTS, renderText } from './charts/render.ts';
import { goProgram, pythonProgram } from './judges/programs.ts';
import type { Program, Progress } from './judges/programs.ts';
import { formatCounts, readCheckov, readKubeLinter, readKubeScore } from './judges/scan-results.ts';
import type { ScanResult } from './judges/scan-results.ts';

/** `npm run judges`: what checkov, kube-score and kube-linter say of what the charts render. */

interface Scanner {
  install(onProgress: Progress): Promise<Program>;
  args(file: string): string[];
  read(output: string): ScanResult;
}

/** Each with its own defaults; checkov without asking its maker for more texts, which changes no verdict. */
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

const HELP = `npm run judges [-- <judge>…]

Renders the platform of every environment, the registry and the agencies, and lets judges of charts look at them:
${Object.keys(SCANNERS).join(', ')}, each with its own defaults. Ends with 1 when a check failed or a finding is critical.

The first run installs them into .cups/judges, in the versions that k8s/judges pins: minutes, with Go, Python 3 and the
network. What the charts refuse on purpose stands in helm/common/templates/_judges.tpl, with its reasons.
`;

const root = join(import.meta.dirname, '..');
const renders = join(root, '.cups', 'judges', 'renders');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', default: false } },
});
if (values.help) {
  console.log(HELP);
} else {
  try {
    process.exitCode = await scan(positionals);
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}

/** @returns 1 when anything failed */
async function scan(names: string[]): Promise<number> {
  const unknown = names.filter((name) => !SCANNERS[name]);
  if (unknown.length > 0)
    throw new Error(`There is no judge ${unknown.join(', ')}: ${Object.keys(SCANNERS).join(', ')}.`);
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

/** @returns the files, by what they are of */
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

/** Judges end with a code of their own when they found something: what counts is that they said it. */
function runScanner(one: Scanner, { path }: Program, file: string): ScanResult {
  const { stdout, stderr, error } = spawnSync(path, one.args(file), { encoding: 'utf8', maxBuffer: 64 << 20 });
  if (error) throw error;
  try {
    return one.read(stdout);
  } catch (cause) {
    throw new Error(`${path} did not say what it found of ${file}:\n${stderr || stdout}`, { cause });
  }
}
