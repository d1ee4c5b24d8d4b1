import { SERVICES } from '@cups/tools/platform';
import type { ServiceName } from '@cups/tools/platform';

/** The fault plan: pure, and the same for the same seed. */

export const FAULT_KINDS = [
  'kills',
  'restarts',
  'pauses',
  'replicas',
  'poison',
  'compressed',
  'oversized',
  'overload',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

/** A process of the platform. */
export type FaultTarget = ServiceName | 'kafka' | 'store';
const FAULT_TARGETS: readonly FaultTarget[] = [...SERVICES, 'kafka', 'store'];
/** Services that can run several processes on the same topics and store. */
const REPLICATED_SERVICES: readonly ServiceName[] = ['intake', 'agency-bridge', 'notifications'];

export interface PlannedFault {
  /** Seconds since the first fault. */
  at: number;
  /** Seconds for which the fault lasts. */
  seconds: number;
  kind: FaultKind;
  /** Absent for faults of topics or desks. */
  target?: FaultTarget;
  /** Variant of the kind. */
  what?: string;
}

export interface PlanOptions {
  seed: string;
  /** Seconds in which faults are injected. */
  seconds: number;
  /** Kinds to inject. @default all */
  only?: readonly FaultKind[];
  /** Processes that have faults. @default all */
  targets?: readonly FaultTarget[];
}

/** A possible fault with its range of durations. */
interface FaultTemplate {
  kind: FaultKind;
  target?: FaultTarget;
  what?: string;
  /** Minimum and maximum, in seconds. */
  lasts: readonly [number, number];
}

const createTemplates = <T extends string>(all: readonly T[], card: (one: T) => FaultTemplate): FaultTemplate[] =>
  all.map(card);

const FAULT_TEMPLATES: readonly FaultTemplate[] = [
  ...createTemplates(FAULT_TARGETS, (target) => ({ kind: 'kills', target, lasts: [0, 6] })),
  ...createTemplates(FAULT_TARGETS, (target) => ({ kind: 'restarts', target, lasts: [0, 0] })),
  ...createTemplates(FAULT_TARGETS, (target) => ({ kind: 'pauses', target, lasts: [5, 30] })),
  ...createTemplates(REPLICATED_SERVICES, (target) => ({
    kind: 'replicas',
    target,
    what: 'ended in order',
    lasts: [8, 40],
  })),
  ...createTemplates(REPLICATED_SERVICES, (target) => ({ kind: 'replicas', target, what: 'killed', lasts: [8, 40] })),
  ...createTemplates(['garbage', 'forged', 'flood'], (what) => ({ kind: 'poison', what, lasts: [0, 0] })),
  ...createTemplates(['gzip', 'snappy', 'lz4', 'zstd'], (what) => ({ kind: 'compressed', what, lasts: [0, 0] })),
  ...createTemplates(['many empty records', 'one large record'], (what) => ({
    kind: 'compressed',
    what,
    lasts: [0, 0],
  })),
  { kind: 'oversized', lasts: [0, 0] },
  { kind: 'overload', lasts: [8, 15] },
];

/** Range of seconds between two faults. */
const FAULT_INTERVAL_SECONDS = [3, 8] as const;
/** Seconds without faults at the beginning. */
const INITIAL_QUIET_SECONDS = 4;
/** Maximum number of processes that are down or paused at once: with all of them down the run would test nothing. */
const MAX_UNAVAILABLE_PROCESSES = 2;

/**
 * Plans the faults. The seed shuffles the templates, and each is used once before any is used again. A template whose
 * process already has a fault stays first in line.
 */
export function planFaults({
  seed,
  seconds,
  only = FAULT_KINDS,
  targets = FAULT_TARGETS,
}: PlanOptions): PlannedFault[] {
  const random = createRandom(seed);
  const within = ([from, to]: readonly [number, number]) => from + random() * (to - from);
  const templates = FAULT_TEMPLATES.filter(
    ({ kind, target }) => only.includes(kind) && (target === undefined || targets.includes(target)),
  );
  const steps: PlannedFault[] = [];
  let remaining: FaultTemplate[] = [];
  for (let at = INITIAL_QUIET_SECONDS; at < seconds; at = round(at + within(FAULT_INTERVAL_SECONDS))) {
    if (remaining.length === 0) remaining = shuffled(templates, random);
    const next = remaining.findIndex((card) => isPossible(card, steps, at));
    if (next < 0) continue;
    const [{ lasts, ...card }] = remaining.splice(next, 1) as [FaultTemplate];
    steps.push({ at, seconds: round(Math.min(within(lasts), seconds - at)), ...card });
  }
  return steps;
}

/** Allows one fault per process at a time, with two seconds between them. */
function isPossible({ kind, target }: FaultTemplate, steps: readonly PlannedFault[], at: number): boolean {
  const running = steps.filter((step) => step.at + step.seconds + (step.target ? RECOVERY_SECONDS : 0) > at);
  if (kind === 'overload') return !running.some((step) => step.kind === 'overload');
  if (target === undefined) return true;
  if (running.some((step) => step.target === target)) return false;
  return kind === 'replicas' || running.filter(makesUnavailable).length < MAX_UNAVAILABLE_PROCESSES;
}

const RECOVERY_SECONDS = 2;
const makesUnavailable = ({ kind }: PlannedFault): boolean =>
  kind === 'kills' || kind === 'restarts' || kind === 'pauses';

/** Returns a generator of numbers in [0, 1) that depends on the seed alone (mulberry32 over an FNV-1a hash). */
export function createRandom(seed: string): () => number {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(seed)) state = Math.imul(state ^ byte, 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(all: readonly T[], random: () => number): T[] {
  const left = [...all];
  return all.map(() => left.splice(Math.floor(random() * left.length), 1)[0]!);
}

const round = (seconds: number): number => Math.round(seconds * 10) / 10;

/** Formats a fault for the log, such as `compressed: zstd`. */
export function describeFault({ kind, target, what, seconds }: PlannedFault): string {
  const lasting = `${seconds.toFixed(1)} s`;
  switch (kind) {
    case 'kills':
      return `kill -9 ${target}, down for ${lasting}`;
    case 'restarts':
      return `restart ${target} gracefully`;
    case 'pauses':
      return `pause ${target} for ${lasting}`;
    case 'replicas':
      return `a second ${target} for ${lasting}, then ${what}`;
    case 'poison':
      return `poison: ${what}`;
    case 'compressed':
      return `compressed: ${what}`;
    case 'oversized':
      return 'oversized messages';
    case 'overload':
      return `five times the load for ${lasting}`;
  }
}
