import { describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { RESTART_LIMIT, ProcessRestarter } from '../platform/restarts.ts';

describe('ProcessRestarter', () => {
  /** @param comesUp whether a start succeeds */
  function openRestarts(comesUp: () => boolean = () => true, isDiskFull?: () => boolean) {
    const lines: string[] = [];
    const given: string[] = [];
    const clock = { now: 0 };
    const restarts = new ProcessRestarter({
      start: () => (comesUp() ? Promise.resolve() : Promise.reject(new Error('no'))),
      onProgress: (line) => lines.push(line),
      giveUp: (name) => given.push(name),
      now: () => clock.now,
      waits: { initialMs: 1, maxMs: 2 },
      ...(isDiskFull && { isDiskFull }),
    });
    const isReady = (times: number) =>
      eventually(() => lines.filter((line) => line.includes('ready again')).length === times);
    return { restarts, lines, given, clock, isReady };
  }

  test('restarts a process and reports both steps', async () => {
    const { restarts, lines, given, isReady } = openRestarts();
    restarts.ended('intake', 'code 1');
    await isReady(1);
    expect(lines).toEqual([
      'intake exited unexpectedly (code 1); restart 1 of 5 within 10 minutes',
      'intake is ready again',
    ]);
    expect(given).toEqual([]);
  });

  test('gives up each process separately after the maximum of restarts', async () => {
    const { restarts, lines, given, isReady } = openRestarts();
    for (let n = 1; n <= RESTART_LIMIT.max; n += 1) {
      restarts.ended('intake', 'killed');
      await isReady(n);
    }
    restarts.ended('catalog', 'killed');
    await isReady(RESTART_LIMIT.max + 1);
    expect(given).toEqual([]);
    restarts.ended('intake', 'killed');
    expect(given).toEqual(['intake']);
    expect(lines.at(-1)).toBe(
      'intake exited unexpectedly (killed) after 5 starts within 10 minutes and will not restart',
    );
  });

  test('forgets starts older than the period', async () => {
    const { restarts, given, clock, isReady } = openRestarts();
    for (let n = 1; n <= 3 * RESTART_LIMIT.max; n += 1) {
      clock.now += RESTART_LIMIT.withinMs / RESTART_LIMIT.max + 1;
      restarts.ended('intake', 'killed');
      await isReady(n);
    }
    expect(given).toEqual([]);
  });

  test('counts a failed start as one exit, even if reported twice', async () => {
    const { restarts, lines, given } = openRestarts(() => false);
    restarts.ended('intake', 'code 1');
    // The process reports the same exit.
    restarts.ended('intake', 'code 1');
    await eventually(() => given.length === 1);
    expect(lines.filter((line) => line.includes('; restart '))).toHaveLength(RESTART_LIMIT.max);
  });

  test('waits for space on a full disk, counts no exit meanwhile, and says so', async () => {
    const disk = { isFull: true };
    const { restarts, lines, given, clock, isReady } = openRestarts(
      () => !disk.isFull,
      () => disk.isFull,
    );
    const names = Array.from({ length: 3 * RESTART_LIMIT.max }, (_, n) => `service-${n}`);
    for (const name of [...names, ...names]) restarts.ended(name, 'code 1');
    clock.now += 120_000;
    await eventually(() => lines.includes('the disk is full since 2 min; service-0 waits for space'));
    expect(lines[0]).toBe('service-0 exited (code 1): the disk is full. It starts again when there is space');
    disk.isFull = false;
    await isReady(names.length);
    expect(given).toEqual([]);
    restarts.ended('service-0', 'code 1');
    expect(lines.at(-1)).toBe('service-0 exited unexpectedly (code 1); restart 1 of 5 within 10 minutes');
  });

  test('restarts nothing after the platform stops', async () => {
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
