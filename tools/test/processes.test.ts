import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Processes } from '../platform/processes.ts';

const dir = mkdtempSync(join(tmpdir(), 'cups-processes-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('a start that is held up has its whole time afterwards', async () => {
  const entry = join(dir, 'never-ready.mjs');
  writeFileSync(entry, 'setInterval(() => {}, 1_000);');
  let polls = 0;
  const processes = new Processes({
    root: join(import.meta.dirname, '../..'),
    logs: dir,
    signal: undefined,
    entryOf: () => entry,
    onExit: () => {},
    // Without it the start fails at the second poll.
    isHeldUp: () => (polls += 1) < 5,
    readySeconds: 0.05,
  });
  await processes.choosePorts('journal');
  const started = processes.start('journal', 'journal', process.env);
  await expect(started).rejects.toThrow(/^journal is not ready after 0.05 s: see /);
  expect(polls).toBe(5);
  expect(processes.pids()).toEqual({});
});
