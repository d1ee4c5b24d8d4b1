import { describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { RESTART_LIMIT, ProcessRestarter } from '../platform/restarts.ts';

describe('what ends by itself', () => {
  /** `comesUp` says of each start whether it does. */
  function openRestarts(comesUp: () => boolean = () => true) {
    const lines: string[] = [];
    const given: string[] = [];
    const clock = { now: 0 };
    const restarts = new ProcessRestarter({
      start: () => (comesUp() ? Promise.resolve() : Promise.reject(new Error('no'))),
      onProgress: (line) => lines.push(line),
      giveUp: (name) => given.push(name),
      now: () => clock.now,
      waits: { initialMs: 1, maxMs: 2 },
    });
    const isReady = (times: number) =>
      eventually(() => lines.filter((line) => line.includes('ready again')).length === times);
    return { restarts, lines, given, clock, isReady };
  }

  test('is started again, with a line before and after', async () => {
    const { restarts, lines, given, isReady } = openRestarts();
    restarts.ended('intake', 'code 1');
    await isReady(1);
    expect(lines).toEqual([
      'intake ended by itself (code 1): it is started again (1 of 5 within 10 minutes)',
      'intake is ready again',
    ]);
    expect(given).toEqual([]);
  });

  test('is given up after so many starts within the time, and each process for itself', async () => {
    const { restarts, lines, given, isReady } = openRestarts();
    for (let n = 1; n <= RESTART_LIMIT.most; n += 1) {
      restarts.ended('intake', 'killed');
      await isReady(n);
    }
    restarts.ended('catalog', 'killed');
    await isReady(RESTART_LIMIT.most + 1);
    expect(given).toEqual([]);
    restarts.ended('intake', 'killed');
    expect(given).toEqual(['intake']);
    expect(lines.at(-1)).toBe(
      'intake ended by itself (killed) after 5 starts within 10 minutes: it is not started again',
    );
  });

  test('has its starts of long ago forgotten', async () => {
    const { restarts, given, clock, isReady } = openRestarts();
    for (let n = 1; n <= 3 * RESTART_LIMIT.most; n += 1) {
      clock.now += RESTART_LIMIT.withinMs / RESTART_LIMIT.most + 1;
      restarts.ended('intake', 'killed');
      await isReady(n);
    }
    expect(given).toEqual([]);
  });

  test('and does not come up counts as ended, however often that is told', async () => {
    const { restarts, lines, given } = openRestarts(() => false);
    restarts.ended('intake', 'code 1');
    // The same end, told by the process as well.
    restarts.ended('intake', 'code 1');
    await eventually(() => given.length === 1);
    expect(lines.filter((line) => line.includes('is started again'))).toHaveLength(RESTART_LIMIT.most);
  });

  test('is not started any more when the platform stops', async () => {
    let starts = 0;
    const { restarts } = openRestarts(() => (starts += 1) > 0);
    restarts.ended('intake', 'code 1');
    restarts.stop();
    restarts.ended('catalog', 'code 1');
    // Another platform, whose wait begins later, has started its own meanwhile.
    const other = openRestarts();
    other.restarts.ended('intake', 'code 1');
    await other.isReady(1);
    expect(starts).toBe(0);
  });
});
