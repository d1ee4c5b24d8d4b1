import { describe, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { PeriodicTask } from '../src/periodic-task.ts';

describe('PeriodicTask', () => {
  test('runs on trigger, and again after the interval', async () => {
    let done = 0;
    const work = new PeriodicTask(async () => void done++, 20);
    work.trigger();
    await eventually(() => done >= 3);
    await work.close();
  });

  test('runs once more if triggered during a run, never concurrently', async () => {
    let running = 0;
    let most = 0;
    let done = 0;
    const gates: (() => void)[] = [];
    const work = new PeriodicTask(async () => {
      most = Math.max(most, ++running);
      await new Promise<void>((open) => gates.push(open));
      running--;
      done++;
    }, 3_600_000);
    work.trigger();
    await eventually(() => gates.length === 1);
    work.trigger();
    work.trigger();
    gates[0]?.();
    await eventually(() => gates.length === 2);
    gates[1]?.();
    await eventually(() => done === 2);
    await work.close();
    expect([most, gates.length]).toEqual([1, 2]);
  });

  test('retries within a second after a failure', async () => {
    let tries = 0;
    const work = new PeriodicTask(async () => {
      tries++;
      if (tries < 2) throw new Error('away');
    }, 3_600_000);
    work.trigger();
    await eventually(() => tries === 2);
    await work.close();
  });

  test('waits for the current run on close', async () => {
    const gates: (() => void)[] = [];
    let ended = false;
    const work = new PeriodicTask(async () => {
      await new Promise<void>((open) => gates.push(open));
      ended = true;
    }, 1);
    work.trigger();
    await eventually(() => gates.length === 1);
    const closed = work.close();
    gates[0]?.();
    await closed;
    expect(ended).toBe(true);
  });
});
