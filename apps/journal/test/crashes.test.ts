import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { newUlid } from '@cups/contracts/node';
import { Problem } from '@cups/problem';
import { eventually } from '@cups/testing';
import type { JournalParts, JournalTestOverrides } from '../src/service.ts';
import { entryEvent, startJournal, untilListed } from './harness.ts';
import type { Harness } from './harness.ts';

/** A process that ends between two steps of a batch loses no entry and doubles none. */

const started: Harness[] = [];
afterEach(async () => {
  for (const harness of started.splice(0)) await harness.remove();
});
const start = async (overrides?: JournalTestOverrides) => {
  const harness = await startJournal({}, overrides);
  started.push(harness);
  return harness;
};

type Step = 'append' | 'index' | 'missing' | 'offsets';
const STEPS = { append: ['log', 'append'], index: ['index', 'add'], missing: ['missing', 'record'] } as const;

/** Ends the work of a process before or after a step, once `isArmed`: nothing that it does later has an effect. */
function createCrash(step: Step, when: 'before' | 'after') {
  const crash = { isArmed: false, isDead: false };
  const fail = (): never => {
    crash.isDead = true;
    throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'The process has ended.' });
  };
  const wrapMethod = <T extends object>(part: T, method: string, isStep: boolean): T =>
    new Proxy(part, {
      get(target, name) {
        const member = Reflect.get(target, name, target) as unknown;
        if (typeof member !== 'function') return member;
        if (name !== method) return (member as () => unknown).bind(target);
        return async (...given: unknown[]) => {
          if (crash.isDead || (isStep && crash.isArmed && when === 'before')) fail();
          const result = await (member as (...args: unknown[]) => Promise<unknown>).apply(target, given);
          if (isStep && crash.isArmed && when === 'after') fail();
          return result;
        };
      },
    });
  const overrides: JournalTestOverrides = {
    parts: (real) =>
      Object.fromEntries(
        Object.values(STEPS).map(([part, method], at) => [
          part,
          wrapMethod(real[part], method, Object.keys(STEPS)[at] === step),
        ]),
      ) as unknown as JournalParts,
  };
  if (step === 'offsets')
    overrides.handler = (real) => async (event) => {
      const handled = await real(event);
      return crash.isArmed ? fail() : handled;
    };
  return { crash, overrides };
}

test.each([
  ['before', 'append'],
  ['after', 'append'],
  ['before', 'index'],
  ['after', 'index'],
  ['before', 'missing'],
  ['after', 'missing'],
  ['after', 'offsets'],
] as const)('a crash %s %s', async (when, step) => {
  const application = `applications/${newUlid(new Date())}`;
  const { crash, overrides } = createCrash(step, when);
  const journal = await start(overrides);
  await journal.publish(...[1, 2].map((sequence) => entryEvent(application, sequence)));
  await untilListed(journal, application, 2);
  crash.isArmed = true;
  await journal.publish(...[3, 4, 7].map((sequence) => entryEvent(application, sequence)));
  await eventually(() => crash.isDead);
  await journal.restart();
  await untilListed(journal, application, 5);
  await journal.publish(entryEvent(application, 8), entryEvent(application, 4));
  await untilListed(journal, application, 6);
  const { entries } = await journal.list(application);
  const sequences = entries.map(({ text }) => (JSON.parse(text) as { sequence: number }).sequence);
  expect(sequences).toEqual([8, 7, 4, 3, 2, 1]);
  await eventually(async () => (await journal.client('ops').inspectJournal({})).missing.length > 0);
  expect((await journal.client('ops').inspectJournal({})).missing).toMatchObject([
    { subject: application, fromSequence: '5', toSequence: '6' },
  ]);
  expect((await journal.client().getCheckpoint({})).size).toBe('7');
});

test('an append that fails after its tiles is repeated, in the same process and in the next', async () => {
  const application = `applications/${newUlid(new Date())}`;
  const journal = await start();
  await journal.publish(entryEvent(application, 1));
  await untilListed(journal, application, 1);
  // The draft of the checkpoint cannot be written.
  const draft = join(journal.config.folder, 'checkpoint.draft');
  const failures = () => journal.log.lines.filter(({ event }) => event === 'journal-append-failed').length;
  mkdirSync(draft);
  await journal.publish(...[2, 3].map((sequence) => entryEvent(application, sequence)));
  await eventually(() => failures() > 0);
  rmSync(draft, { recursive: true });
  await untilListed(journal, application, 3);
  mkdirSync(draft);
  const before = failures();
  await journal.publish(entryEvent(application, 4));
  await eventually(() => failures() > before);
  await journal.restart({}, { between: () => rmSync(draft, { recursive: true }) });
  await untilListed(journal, application, 4);
  expect((await journal.list(application)).entries.map(({ index }) => index)).toEqual(['4', '3', '2', '1']);
});

test('the index is rebuilt from the log, and replaces that of an earlier release', async () => {
  const application = `applications/${newUlid(new Date())}`;
  const journal = await start();
  await journal.publish(...Array.from({ length: 300 }, (_, n) => entryEvent(application, n + 1)));
  await eventually(async () => (await journal.client().getCheckpoint({})).size === '301');
  const former = { _id: 'intake|applications/1|0000000000000001' as never, position: 0 };
  const between = async () => {
    rmSync(join(journal.config.folder, 'index'), { recursive: true });
    await journal.useCollection('entries', (entries) => entries.insertOne(former));
  };
  await journal.restart({}, { between });
  const { entries } = await journal.list(application, { pageSize: 200 });
  expect(entries[0]).toMatchObject({ index: '300' });
  await journal.publish(entryEvent(application, 300), entryEvent(application, 301));
  await eventually(async () => (await journal.client().getCheckpoint({})).size === '302');
  expect(await journal.useCollection('entries', (left) => left.countDocuments())).toBe(0);
});
