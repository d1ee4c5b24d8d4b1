import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folds CPU profiles of Node into stacks, the input of flame graph programs. */

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
export interface CpuProfile {
  nodes: ProfileNode[];
  /** Microseconds of the monotonic clock. */
  startTime: number;
  /** The node of each sample, and the time before it in microseconds. */
  samples: number[];
  timeDeltas: number[];
}

/** A part of a profile, in milliseconds of the monotonic clock. */
export interface Period {
  fromMs: number;
  toMs: number;
}

/**
 * Returns the microseconds of each distinct stack within a period, without the time in which the process had nothing to do.
 * @param root folder of the profiled checkout: frames have no other path
 */
export function foldStacks(profile: CpuProfile, { fromMs, toMs }: Period, root: string): Map<string, number> {
  const stackOf = nameStacks(profile, root);
  const times = new Map<string, number>();
  let clock = profile.startTime;
  for (const [at, id] of profile.samples.entries()) {
    const delta = profile.timeDeltas[at] ?? 0;
    clock += delta;
    const stack = stackOf.get(id) ?? '(root)';
    if (clock < fromMs * 1000 || clock > toMs * 1000 || stack === '(idle)' || stack === '(root)') continue;
    times.set(stack, (times.get(stack) ?? 0) + Math.max(0, delta));
  }
  return times;
}

/** Returns the stack that each node ends, as `frame;frame`. */
function nameStacks({ nodes }: CpuProfile, root: string): Map<number, string> {
  const stackOf = new Map<number, string>();
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const name = (node: ProfileNode, above: string): void => {
    const stack = above === '' ? formatFrame(node.callFrame, root) : `${above};${formatFrame(node.callFrame, root)}`;
    stackOf.set(node.id, stack);
    for (const child of node.children ?? [])
      name(byId.get(child)!, node.callFrame.functionName === '(root)' ? '' : stack);
  };
  if (nodes[0]) name(nodes[0], '');
  return stackOf;
}

/** Returns `function (package)` or `function (path in the checkout)`. */
function formatFrame({ functionName, url }: CallFrame, root: string): string {
  const shown = (functionName || '(anonymous)').replaceAll(';', ',');
  if (url === '') return shown;
  if (!url.startsWith('file:')) return `${shown} (${url})`;
  const path = relative(root, fileURLToPath(url));
  const [, packageName] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return `${shown} (${packageName ?? path})`;
}
