import { createRandom } from '@cups/chaos/plan';

/** The plan of a fleet run: what happens at each desk, and when. Pure, and the same for the same seed. */

export interface FleetOptions {
  seed: string;
  desks: number;
  /** Acts of all desks together. */
  acts: number;
  /** Hours of desk work, which the run compresses. */
  hours: number;
}

/** What a clerk does, or a colleague at another PC of the centre, who has a line. */
export type ActKind = 'file' | 'note' | 'notify' | 'withdraw' | 'hand-over' | 'colleague-withdraws';

export type DeskEvent = {
  /** Hours since the beginning. */
  at: number;
} & (
  | { kind: 'act'; act: ActKind }
  | { kind: 'line'; isUp: boolean }
  /** The PC loses power and starts again at once. */
  | { kind: 'power-cut' }
  /** The browser process is killed while the outbox sends. */
  | { kind: 'kill' }
  | { kind: 'disk'; isFull: boolean }
  /** The page is loaded again, in a new release. */
  | { kind: 'release' }
);

export interface DeskPlan {
  /** Number of the desk, from 0. */
  desk: number;
  /** How far the PC's clock is ahead of the platform, in ms. */
  clockSkewMs: number;
  /** Share of requests that get lost, half of them after they took effect. */
  lossRate: number;
  /** In order of time. */
  events: DeskEvent[];
}

/** Weights of the acts after the first application. */
const ACT_WEIGHTS: Readonly<Record<ActKind, number>> = {
  file: 30,
  note: 30,
  notify: 15,
  withdraw: 10,
  'hand-over': 15,
  'colleague-withdraws': 8,
};
/** Writes of one act at the desk. Filing records a mandate, creates and edits a draft, and submits it. */
export const WRITES_PER_ACT: Readonly<Record<ActKind, number>> = {
  file: 4,
  note: 1,
  notify: 1,
  withdraw: 1,
  'hand-over': 1,
  'colleague-withdraws': 0,
};

/** A desk in three has a clock that is wrong by up to a day. */
const WRONG_CLOCKS = 1 / 3;
const MAX_SKEW_MS = 24 * 3_600_000;
/** One desk in four has a line that drops all the time. */
const UNSTABLE_LINES = 1 / 4;
/** Releases during the run, at every desk. */
const RELEASES = 2;

type Random = () => number;

/** Plans every desk. */
export function planFleet({ seed, desks, acts, hours }: FleetOptions): DeskPlan[] {
  return Array.from({ length: desks }, (_, desk) => {
    const random = createRandom(`${seed} desk ${desk}`);
    const share = Math.floor(acts / desks) + (desk < acts % desks ? 1 : 0);
    const events: DeskEvent[] = [
      ...planActs(share, hours, random),
      ...planLine(hours, random),
      ...planFaults(hours, random),
    ];
    return {
      desk,
      clockSkewMs: random() < WRONG_CLOCKS ? Math.round((random() * 2 - 1) * MAX_SKEW_MS) : 0,
      lossRate: random() < UNSTABLE_LINES ? 0.2 : 0.02,
      events: events.sort((a, b) => a.at - b.at),
    };
  });
}

/** The first act files an application, so that the others have one. */
function planActs(writes: number, hours: number, random: Random): DeskEvent[] {
  const events: DeskEvent[] = [];
  for (let left = writes; left > 0;) {
    const act = events.length === 0 ? 'file' : pick(ACT_WEIGHTS, random);
    // The last write is a note, when no application fits any more.
    const fitting = WRITES_PER_ACT[act] <= left ? act : 'note';
    events.push({ at: random() * hours, kind: 'act', act: fitting });
    left -= WRITES_PER_ACT[fitting];
  }
  return events;
}

/** Most of the time a desk has no line; each stretch lasts up to a third of the run. */
function planLine(hours: number, random: Random): DeskEvent[] {
  const events: DeskEvent[] = [];
  let isUp = true;
  for (let at = random() * (hours / 12); at < hours; at += (random() * hours) / (isUp ? 12 : 3)) {
    isUp = !isUp;
    events.push({ at, kind: 'line', isUp });
  }
  return events;
}

function planFaults(hours: number, random: Random): DeskEvent[] {
  const once = (kind: 'power-cut' | 'kill'): DeskEvent => ({ at: random() * hours, kind });
  const fullFrom = random() * hours * 0.9;
  return [
    once('power-cut'),
    once('power-cut'),
    once('kill'),
    once('kill'),
    { at: fullFrom, kind: 'disk', isFull: true },
    { at: fullFrom + hours / 50, kind: 'disk', isFull: false },
    ...Array.from({ length: RELEASES }, (_, release): DeskEvent => ({
      at: (hours * (release + 1)) / (RELEASES + 1),
      kind: 'release',
    })),
  ];
}

/** Returns a key with a probability in proportion to its weight. */
function pick<K extends string>(weights: Readonly<Record<K, number>>, random: Random): K {
  const entries = Object.entries(weights) as [K, number][];
  const total = entries.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random() * total;
  for (const [key, weight] of entries) {
    left -= weight;
    if (left < 0) return key;
  }
  return entries[0]![0];
}
