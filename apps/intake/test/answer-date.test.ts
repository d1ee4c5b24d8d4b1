import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { boundDeskTime, MAX_OFFLINE_HOURS } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import { toTimestamp } from '@cups/contracts/proto';
import { eventually } from '@cups/testing';
import fc from 'fast-check';
import { answerEndOf, lastArrivalOf } from '../src/domain/answer-date.ts';
import type { Actor } from '../src/domain/command.ts';
import { fireTimer } from '../src/domain/commands/timers.ts';
import { supplyDocuments } from '../src/domain/commands/supply.ts';
import { resolveBuckets, resolveQueueStatus } from '../src/domain/queue.ts';
import { ACTOR, applicationInState, catchProblem, resultOrUndefined, SUBMIT_CONTEXT } from './fixtures.ts';
import { bridgeEvent, useIntake } from './world.ts';

/** The answer date of requested documents, which a desk without a line meets by its own time. */

const HOUR = 3_600_000;
const after = (time: Date, ms: number) => new Date(time.getTime() + ms);
const ASKED = applicationInState('documents-requested');
const END = answerEndOf(ASKED.documentRequest!);
const SUPPLY = { evidence: [{ kind: 'birth-certificate', originalSeen: true }] };
const supply = (actor: Actor, app = ASKED) => supplyDocuments(app, actor, SUPPLY, SUBMIT_CONTEXT).document;

/** The operator, who got the documents at `time` and sends them at `now`. */
function actingAt(time: Date, now: Date, anchorTime = after(END, -24 * HOUR)): Actor {
  const grant = { device: 'devices/D', anchorTime, expireTime: after(anchorTime, MAX_OFFLINE_HOURS * HOUR) };
  return { ...ACTOR, now, deskTime: boundDeskTime({ time, sequence: 1 }, grant, now) };
}

describe('documents that arrive after the answer date', () => {
  const later = after(END, 30 * HOUR);

  test('are refused with a line, and accepted until the date ends', () => {
    expect(supply({ ...ACTOR, now: after(END, -1) }).state).toBe('in-progress');
    const { reason, metadata } = catchProblem(() => supply({ ...ACTOR, now: END }));
    expect([reason, metadata]).toEqual(['ANSWER_DATE_PASSED', { answerBy: '2026-04-10' }]);
  });

  test('are accepted from a desk that got them in time without a line', () => {
    const time = after(END, -HOUR);
    const document = supply(actingAt(time, later));
    expect(document.state).toBe('in-progress');
    expect(document.history.at(-1)).toMatchObject({ occurTime: time, recordTime: later });
  });

  test('are refused from a desk that got them later', () => {
    expect(catchProblem(() => supply(actingAt(END, later))).reason).toBe('ANSWER_DATE_PASSED');
  });

  test('need a decision if only the clock of the desk says that they were in time', () => {
    const unbounded = actingAt(after(END, -48 * HOUR), later);
    expect(unbounded.deskTime).toMatchObject({ isBounded: false });
    expect(catchProblem(() => supply(unbounded)).reason).toBe('DESK_TIME_UNBOUNDED');
    const release = { author: 'operators/other', deskTime: unbounded.deskTime! };
    expect(supply({ ...unbounded, release }).state).toBe('in-progress');
    const late = actingAt(after(later, 48 * HOUR), later);
    expect(catchProblem(() => supply(late)).reason).toBe('ANSWER_DATE_PASSED');
  });

  test('that arrive in time need no claim, whatever the clock of the desk says', () => {
    const now = after(END, -HOUR);
    expect(supply(actingAt(new Date('2019-01-01T00:00:00Z'), now)).state).toBe('in-progress');
  });

  test('no claim moves an act over the date, unless a contact bounds it', () => {
    const ms = fc.integer({ min: -200 * HOUR, max: 200 * HOUR });
    fc.assert(
      fc.property(ms, fc.integer({ min: 0, max: 72 * HOUR }), ms, (claimed, lateness, anchored) => {
        const actor = actingAt(after(END, claimed), after(END, lateness), after(END, anchored));
        const isAccepted = resultOrUndefined(() => supply(actor)) !== undefined;
        if (isAccepted) expect(anchored < 0 && claimed < 60_000 && claimed >= anchored - 60_000).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the timer of the answer date', () => {
  const passed = fireTimer(ASKED, 'answer-date-passed', END).document;

  test(`waits ${MAX_OFFLINE_HOURS} h for desks without a line, then ends the application at the answer date`, () => {
    expect(passed).toMatchObject({
      state: 'documents-requested',
      documentRequest: { isAnswerDatePassed: true },
      timer: { kind: 'answer-date-passed', due: after(END, 72 * HOUR) },
    });
    expect(passed.history).toBe(ASKED.history);
    const last = lastArrivalOf(ASKED.documentRequest!);
    expect(fireTimer(passed, 'answer-date-passed', after(last, -1)).document).toBe(passed);
    const { document, events } = fireTimer(passed, 'answer-date-passed', last);
    expect(document.state).toBe('expired');
    expect(document.history.at(-1)).toMatchObject({ occurTime: END, recordTime: last });
    expect(events).toMatchObject([{ type: 'ApplicationExpired' }]);
  });

  test('ends at once an application whose desks had the time meanwhile', () => {
    const { document } = fireTimer(ASKED, 'answer-date-passed', after(END, 73 * HOUR));
    expect(document.state).toBe('expired');
  });

  test('leaves the desk no task and no late date', () => {
    const viewer = { operator: ACTOR.operator, now: after(END, HOUR) };
    const buckets = (app: typeof ASKED) => {
      const queue = resolveQueueStatus(app);
      return resolveBuckets(queue ? { queue } : {}, viewer);
    };
    expect(buckets(ASKED)).toEqual(expect.arrayContaining(['today', 'due-soon']));
    expect(buckets(passed)).toEqual(['documents-requested', 'open']);
  });

  test('an answer that arrives in these hours stops the timer', () => {
    const document = supply(actingAt(after(END, -HOUR), after(END, 2 * HOUR)), passed);
    expect([document.state, document.timer, document.documentRequest]).toEqual(['in-progress', null, undefined]);
  });
});

describe('a desk without a line on the last day', () => {
  const scene = useIntake({ topics: true });
  const { at } = scene;
  afterEach(() => (scene.world.clock.now = undefined));

  test('answers the request on the next day', async () => {
    const { world } = scene;
    // Grants are verified by the real clock, which is past all of this.
    world.clock.now = after(new Date(), -40 * 24 * HOUR);
    const names = [(await at().file(71)).name, (await at().file(72)).name];
    for (const name of names) {
      const asked = { evidenceKinds: ['birth-certificate'], answerBy: '2020-01-15' };
      await world.publish(bridgeEvent(name, 'DeliveryDocumentsRequested', 1, asked));
      await eventually(async () => (await at().read(name)).state === 'STATE_DOCUMENTS_REQUESTED');
    }
    const { answerBy } = (await at().read(names[0]!)).documentRequest!;
    const end = answerEndOf({ answerBy: answerBy! });
    const anchorTime = after(end, -20 * HOUR);
    const operator = 'operators/cu-001-specialist';
    const device = `devices/${newUlid(anchorTime)}`;
    const granted = { id: 'g', operator, device, centre: 'centres/CU-001', anchorTime };
    const grant = world.keys.forService('identity').signOfflineGrant(granted);
    const claim = (time: Date) => ({ offline: `grant="${grant}", time="${time.toISOString()}", sequence=1` });
    world.clock.now = after(end, 10 * HOUR);
    // The timer has fired, and the applications wait.
    for (const name of names) {
      const isTask = async () => (await at().read(name)).buckets!.includes('BUCKET_TODAY');
      await eventually(async () => !(await isTask()), { timeoutMs: 80_000 });
      expect((await at().read(name)).state).toBe('STATE_DOCUMENTS_REQUESTED');
    }
    const supplyAt = (name: string, context?: { offline: string }) =>
      at().supplyDocuments({ requestId: randomUUID(), name, evidence: SUPPLY.evidence }, context);
    await expect(supplyAt(names[0]!)).rejects.toMatchObject({ reason: 'ANSWER_DATE_PASSED' });
    const unbounded = claim(after(anchorTime, -2 * HOUR));
    await expect(supplyAt(names[0]!, unbounded)).rejects.toMatchObject({ reason: 'DESK_TIME_UNBOUNDED' });
    const time = after(end, -3 * HOUR);
    const { application } = await supplyAt(names[0]!, claim(time));
    expect(application).toMatchObject({ state: 'STATE_IN_PROGRESS' });
    expect((await at().history(names[0]!)).at(-1)).toMatchObject({ occurTime: toTimestamp(time) });
    world.clock.now = after(end, 73 * HOUR);
    await eventually(async () => (await at().read(names[1]!)).state === 'STATE_EXPIRED', { timeoutMs: 80_000 });
  }, 200_000);
});
