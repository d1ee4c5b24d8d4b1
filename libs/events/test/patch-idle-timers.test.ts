import { spawn } from 'node:child_process';
import { testInfrastructure } from '@cups/testing';
import { expect, test } from '@jest/globals';

test('an idle consumer and producer wake up less than 50 times a second', async () => {
  // A separate process avoids other wake-ups; it counts the timers that fire.
  const { brokers, prefix } = testInfrastructure();
  const script = new URL('./idle-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, brokers.join(','), prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.on('data', (part: Buffer) => (out += part.toString()));
  await new Promise((resolve) => child.once('exit', resolve));
  const { perSecond, cpuPercent } = JSON.parse(out) as { perSecond: number; cpuPercent: number };
  expect(perSecond).toBeGreaterThan(0);
  expect(perSecond).toBeLessThan(50);
  expect(cpuPercent).toBeLessThan(3);
}, 40_000);
