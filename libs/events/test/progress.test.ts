import { describe, expect, test } from '@jest/globals';
import {
  trackPositions,
  createEmptyProgress,
  observe,
  rebuildDelayMs,
  findStuck,
  type TrackedPosition,
} from '../src/consume/progress.ts';
import { RebuildBackoff } from '../src/consume/rebuild-backoff.ts';

/** Readings of one partition as [second, position, end]. */
function trackReadings(...readings: [number, number, number][]): {
  standings: Map<string, TrackedPosition>;
  now: number;
} {
  let standings = new Map<string, TrackedPosition>();
  let now = 0;
  for (const [second, position, end] of readings) {
    now = second * 1_000;
    const reading = { topic: 't', partition: 0, position: BigInt(position), end: BigInt(end) };
    standings = trackPositions(standings, [reading], now);
  }
  return { standings, now };
}

describe('findStuck', () => {
  test.each<[string, boolean, [number, number, number][]]>([
    [
      'has lag and no progress',
      true,
      [
        [0, 5, 9],
        [30, 5, 9],
        [60, 5, 9],
      ],
    ],
    [
      'has growing lag and no progress',
      true,
      [
        [0, 5, 9],
        [30, 5, 20],
        [60, 5, 90],
      ],
    ],
    [
      'has lag for a short time',
      false,
      [
        [0, 5, 9],
        [30, 5, 9],
        [59, 5, 9],
      ],
    ],
    [
      'progresses slowly',
      false,
      [
        [0, 5, 9],
        [30, 6, 9],
        [60, 6, 9],
      ],
    ],
    [
      'is idle',
      false,
      [
        [0, 9, 9],
        [30, 9, 9],
        [600, 9, 9],
      ],
    ],
    [
      'was idle and has just received a message',
      false,
      [
        [0, 9, 9],
        [600, 9, 9],
        [630, 9, 10],
      ],
    ],
    [
      'was idle and received a message a minute ago',
      true,
      [
        [0, 9, 9],
        [600, 9, 10],
        [660, 9, 10],
      ],
    ],
    [
      'was read to its end after a standstill',
      false,
      [
        [0, 5, 9],
        [60, 5, 9],
        [90, 9, 9],
      ],
    ],
    ['is seen for the first time', false, [[900, 0, 9]]],
  ])('a partition that %s: stuck %p', (_, stuck, readings) => {
    const { standings, now } = trackReadings(...readings);
    expect(findStuck(standings, now, 60_000).length > 0).toBe(stuck);
  });

  test('rebuildDelayMs doubles up to its bound', () => {
    expect([0, 1, 2, 3, 4, 5, 99].map((times) => rebuildDelayMs(60_000, times) / 60_000)).toEqual([
      1, 2, 4, 8, 16, 16, 16,
    ]);
  });
});

/** Observes a partition that stays at 5, with the given activity counts. */
function observeRepeatedly(...activity: number[]) {
  let progress = createEmptyProgress();
  return activity.map((count, at) => {
    const reading = { topic: 't', partition: 3, position: 5n, end: 9n };
    const observation = observe(progress, [reading], () => count, at * 30_000, 60_000);
    ({ progress } = observation);
    return {
      stuck: observation.stuck.length,
      newly: observation.newlyStuck.map(({ topic, partition }) => `${topic}/${partition}`),
      silent: observation.isSilent,
      moves: observation.recoveredTopics,
    };
  });
}

describe('observe', () => {
  test('reports a stuck partition once and requests a rebuild while nothing happens', () => {
    const quiet = { stuck: 0, newly: [], silent: false, moves: [] };
    const silent = { stuck: 1, newly: [], silent: true, moves: [] };
    expect(observeRepeatedly(7, 7, 7, 7)).toEqual([
      quiet,
      quiet,
      { stuck: 1, newly: ['t/3'], silent: true, moves: [] },
      silent,
    ]);
  });

  test('requests no rebuild while other keys flow', () => {
    expect(observeRepeatedly(7, 8, 9, 10).map(({ silent }) => silent)).toEqual([false, false, false, false]);
    expect(observeRepeatedly(7, 8, 9, 10).map(({ stuck }) => stuck)).toEqual([0, 0, 1, 1]);
  });

  test('requests a rebuild if the activity stops later, but not again', () => {
    expect(observeRepeatedly(7, 8, 8, 8, 8).map(({ silent }) => silent)).toEqual([false, false, false, true, true]);
  });

  test('reports a recovered partition and resets it', () => {
    const at = (position: bigint) => [{ topic: 'a.b', partition: 0, position, end: 9n }];
    let observation = observe(createEmptyProgress(), at(5n), () => 1, 0, 60_000);
    observation = observe(observation.progress, at(5n), () => 1, 60_000, 60_000);
    expect([observation.stuck.length, observation.recoveredTopics]).toEqual([1, []]);
    observation = observe(observation.progress, at(6n), () => 2, 90_000, 60_000);
    expect([observation.stuck.length, observation.recoveredTopics, observation.isSilent]).toEqual([0, ['a.b'], false]);
    observation = observe(observation.progress, at(6n), () => 2, 120_000, 60_000);
    expect([observation.stuck.length, observation.recoveredTopics]).toEqual([0, []]);
  });

  test('forgets a partition that the broker no longer reports', () => {
    let observation = observe(
      createEmptyProgress(),
      [{ topic: 't', partition: 0, position: 5n, end: 9n }],
      () => 1,
      0,
      60_000,
    );
    observation = observe(observation.progress, [], () => 1, 60_000, 60_000);
    expect(observation.progress).toEqual(createEmptyProgress());
  });
});

describe('RebuildBackoff', () => {
  test('rebuilds immediately, then rarely, until a message is processed', () => {
    const pace = new RebuildBackoff(60_000);
    const allowed = (minutes: number[], dealtWith: number) =>
      minutes.filter((minute) => pace.canRebuild(minute * 60_000, dealtWith));
    expect(allowed([1, 1.5, 2, 3, 4, 7, 8, 12, 16], 5)).toEqual([1, 2, 4, 8, 16]);
    // The current delay still applies; the next one is the shortest again.
    expect(allowed([31, 32, 32.5, 33, 34, 35], 6)).toEqual([32, 33, 35]);
  });
});
