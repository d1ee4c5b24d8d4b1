import { readFileSync } from 'node:fs';
import { relative, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Prints a CPU profile as folded stacks, the input of flame graph programs: one line for each distinct stack, with its time in
 * microseconds.
 */

const USAGE = `node bench/fold-profile.ts <file.cpuprofile>
  npm run bench -- --profile intake              writes a profile to .cups/profiles
  node bench/fold-profile.ts <file> > a.folded   folds it
  inferno-flamegraph < a.folded > a.svg          draws it (cargo install inferno)`;

interface CallFrame {
  functionName: string;
  /** A file URL, `node:…`, or empty for parts of V8 such as the garbage collector. */
  url: string;
}

interface ProfileNode {
  id: number;
  callFrame: CallFrame;
  children?: number[];
}

/** The format of `node --cpu-prof`. */
interface CpuProfile {
  nodes: ProfileNode[];
  /** The node of each sample, and the time before it in microseconds. */
  samples: number[];
  timeDeltas: number[];
}

const root = join(import.meta.dirname, '..');
const [file] = process.argv.slice(2);
if (!file || file.startsWith('-')) {
  process.stderr.write(`${USAGE}\n`);
  process.exitCode = file === '--help' ? 0 : 2;
} else {
  const stacks = foldStacks(JSON.parse(readFileSync(file, 'utf8')) as CpuProfile);
  for (const [stack, microseconds] of stacks) process.stdout.write(`${stack} ${microseconds}\n`);
}

/** Returns the time of each stack, without the time in which the process had nothing to do. */
function foldStacks({ nodes, samples, timeDeltas }: CpuProfile): Map<string, number> {
  const stackOf = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const name = (node: ProfileNode, above: string): void => {
    const stack = above === '' ? formatFrame(node.callFrame) : `${above};${formatFrame(node.callFrame)}`;
    stackOf.set(node.id, stack);
    for (const child of node.children ?? [])
      name(byId.get(child)!, node.callFrame.functionName === '(root)' ? '' : stack);
  };
  if (nodes[0]) name(nodes[0], '');
  const times = new Map<string, number>();
  for (const [at, id] of samples.entries()) {
    const stack = stackOf.get(id) ?? '';
    if (stack === '(idle)' || stack === '(root)') continue;
    times.set(stack, (times.get(stack) ?? 0) + Math.max(0, timeDeltas[at] ?? 0));
  }
  return times;
}

/** Returns `function (package)` or `function (path in this repository)`. */
function formatFrame({ functionName, url }: CallFrame): string {
  const shown = (functionName || '(anonymous)').replaceAll(';', ',');
  if (url === '') return shown;
  if (!url.startsWith('file:')) return `${shown} (${url})`;
  const path = relative(root, fileURLToPath(url));
  const [, packageName] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return `${shown} (${packageName ?? path})`;
}
