import { randomBytes, randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { generateTrackingNumber } from '@cups/application';
import { boundDeskTime } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import { toTimestamp } from '@cups/contracts/proto';
import fc from 'fast-check';
import { resolveOccurTime, resolveRegisterTime } from '../src/domain/command.ts';
import { correctApplication } from '../src/domain/commands/correction.ts';
import { recordPayment } from '../src/domain/commands/payment.ts';
import { submitApplication, withdrawApplication } from '../src/domain/commands/filing.ts';
import { supplyDocuments } from '../src/domain/commands/supply.ts';
import {
  ACTOR,
  applicationInState,
  catchProblem,
  content as newContent,
  newDraft,
  NOW,
  OTHER_DELIVERY,
  SUBMIT_CONTEXT,
} from './fixtures.ts';
import { content, SERVICE, useIntake } from './world.ts';

/** Acts that were done without a line: the time of the desk beside that of arrival. */

const HOUR = 3_600_000;
const after = (time: Date, ms: number) => new Date(time.getTime() + ms);
const ANCHOR = after(NOW, -48 * HOUR);
const GRANT = { device: 'devices/D', anchorTime: ANCHOR, expireTime: after(ANCHOR, 72 * HOUR) };
const deskTimeAt = (time: Date, now = NOW) => boundDeskTime({ time, sequence: 1 }, GRANT, now);
/** The operator, who acted at this time without a line. */
const actingAt = (time: Date, now = NOW) => ({ ...ACTOR, now, deskTime: deskTimeAt(time, now) });
const YESTERDAY = after(NOW, -24 * HOUR);

describe('the time of an act without a line', () => {
  const opened = { createTime: after(NOW, -72 * HOUR) };

  test('is that of the desk, however old, and the act is registered at its arrival', () => {
    expect(resolveOccurTime(opened, actingAt(YESTERDAY))).toEqual(YESTERDAY);
    expect(resolveRegisterTime(opened, actingAt(YESTERDAY))).toEqual(NOW);
  });

  test('is the arrival if nothing bounds it', () => {
    expect(resolveOccurTime(opened, actingAt(after(ANCHOR, -HOUR)))).toEqual(NOW);
    expect(resolveOccurTime(opened, actingAt(after(NOW, HOUR)))).toEqual(NOW);
  });

  test('needs no claim of an act with a line, whose limit of five minutes stays', () => {
    const claimed = { ...ACTOR, occurTime: after(NOW, -HOUR) };
    expect(catchProblem(() => resolveOccurTime(opened, claimed)).violations).toMatchObject([
      { field: '/occurTime', rule: 'OCCUR_TIME_RANGE' },
    ]);
    expect(resolveOccurTime(opened, { ...claimed, deskTime: deskTimeAt(YESTERDAY) })).toEqual(YESTERDAY);
  });

  test('may be before the arrival of a draft that was opened without a line, and never before its opening', () => {
    const draft = { createTime: NOW, deskTime: deskTimeAt(YESTERDAY) };
    expect(resolveOccurTime(draft, actingAt(after(YESTERDAY, HOUR)))).toEqual(after(YESTERDAY, HOUR));
    expect(resolveOccurTime(draft, actingAt(after(YESTERDAY, -HOUR)))).toEqual(YESTERDAY);
    const unbounded = { createTime: NOW, deskTime: deskTimeAt(after(ANCHOR, -HOUR)) };
    expect(resolveOccurTime(unbounded, actingAt(YESTERDAY))).toEqual(NOW);
  });

  test('no claim puts an act before the last contact or after its arrival, on any draft', () => {
    const ms = fc.integer({ min: -200 * HOUR, max: 200 * HOUR });
    const past = fc.integer({ min: -200 * HOUR, max: 0 });
    fc.assert(
      fc.property(ms, past, fc.option(ms), (claimed, createdMs, openedMs) => {
        const createTime = after(NOW, createdMs);
        const draft = openedMs === null ? { createTime } : { createTime, deskTime: deskTimeAt(after(NOW, openedMs)) };
        const occurred = resolveOccurTime(draft, actingAt(after(NOW, claimed)));
        expect(occurred >= ANCHOR && occurred <= NOW).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the term of the agency', () => {
  const draft = { ...newDraft(), createTime: after(NOW, -72 * HOUR) };

  test('counts from the arrival of the application, not from the time of the desk', () => {
    const online = submitApplication(draft, ACTOR, SUBMIT_CONTEXT).document;
    const { document, events } = submitApplication(draft, actingAt(YESTERDAY), SUBMIT_CONTEXT);
    expect(document).toMatchObject({ submitTime: NOW, dueDate: online.dueDate });
    expect(document.submissions).toMatchObject([{ submitTime: NOW, dueDate: online.dueDate }]);
    expect(events).toMatchObject([{ type: 'ApplicationSubmitted', submitTime: NOW }]);
    expect(document.history).toMatchObject([
      { kind: 'submit', occurTime: YESTERDAY, recordTime: NOW, deskTime: { time: YESTERDAY, isBounded: true } },
    ]);
  });

  test('resumes with the arrival of requested documents', () => {
    const asked = applicationInState('documents-requested');
    const supply = { evidence: [{ kind: 'birth-certificate', originalSeen: true }] };
    const now = after(NOW, 6 * 24 * HOUR);
    const grant = { ...GRANT, anchorTime: after(now, -48 * HOUR), expireTime: after(now, 24 * HOUR) };
    const time = after(now, -24 * HOUR);
    const actor = { ...ACTOR, now, deskTime: boundDeskTime({ time, sequence: 1 }, grant, now) };
    const online = supplyDocuments(asked, { ...ACTOR, now }, supply, SUBMIT_CONTEXT).document;
    const { document } = supplyDocuments(asked, actor, supply, SUBMIT_CONTEXT);
    expect(document.dueDate).toBe(online.dueDate);
    expect(document.submissions.at(-1)).toMatchObject({ submitTime: now });
    expect(document.history.at(-1)).toMatchObject({ occurTime: time, recordTime: now });
  });

  test('starts with the arrival of an application whose fee was paid before it', () => {
    const unpaid = { ...draft, content: newContent({ costOption: 'paid' }) };
    const filed = submitApplication(unpaid, actingAt(YESTERDAY), SUBMIT_CONTEXT).document;
    const receipt = { receiptNumber: 'CH-1', amountMinor: 1, currency: 'MDL' };
    const paidAt = (actor: typeof ACTOR) => recordPayment(filed, actor, receipt, SUBMIT_CONTEXT).document;
    const offlinePaid = paidAt(actingAt(after(YESTERDAY, HOUR)));
    expect(offlinePaid.payment).toMatchObject({ payTime: after(YESTERDAY, HOUR) });
    expect(offlinePaid.dueDate).toBe(paidAt(ACTOR).dueDate);
  });

  test('the agency receives the arrival of a correction and of a withdrawal', () => {
    const filed = { ...applicationInState('submitted'), createTime: draft.createTime };
    const correction = { fields: ['delivery'], update: { delivery: OTHER_DELIVERY } } as const;
    const corrected = correctApplication(filed, actingAt(YESTERDAY), correction, SUBMIT_CONTEXT).document;
    expect(corrected.submissions.at(-1)).toMatchObject({ submitTime: NOW });
    expect(withdrawApplication(filed, actingAt(YESTERDAY)).events).toMatchObject([{ withdrawTime: NOW }]);
  });
});

test('the day of the desk decides whether a version may be filed', () => {
  const draft = { ...newDraft(), createTime: after(NOW, -72 * HOUR) };
  const ended = { ...draft, service: { ...draft.service, validTo: '2026-03-09' } };
  expect(submitApplication(ended, actingAt(YESTERDAY), SUBMIT_CONTEXT).document.state).toBe('submitted');
  const unbounded = actingAt(after(ANCHOR, -HOUR));
  for (const actor of [ACTOR, unbounded])
    expect(catchProblem(() => submitApplication(ended, actor, SUBMIT_CONTEXT)).reason).toBe('SERVICE_VERSION_EXPIRED');
});

describe('RPCs with a claim', () => {
  const scene = useIntake({ topics: true });
  const { at } = scene;
  const operator = 'operators/cu-001-specialist';
  const device = `devices/${newUlid(new Date())}`;
  const arrival = new Date();
  const anchorTime = new Date(Math.floor(arrival.getTime() / 1000) * 1000 - 30 * HOUR);

  const claimOf = (
    time: Date,
    { sequence = 1, previous = '', by = operator, anchor = anchorTime, centre = 'centres/CU-001' } = {},
  ) => {
    const identity = scene.world.keys.forService('identity');
    const granted = { id: 'g', operator: by, device, centre, anchorTime: anchor };
    const act = `grant="${identity.signOfflineGrant(granted)}", time="${time.toISOString()}", sequence=${sequence}`;
    return { offline: previous ? `${act}, previous="${previous}"` : act };
  };
  const create = { publicService: SERVICE, content: content(1) };

  test('keep both times of a day without a line, from the draft to the note', async () => {
    const acts = [0, 1, 2].map((n) => ({ time: after(anchorTime, (n + 1) * HOUR), requestId: randomUUID(), n }));
    const [opening, filing, noting] = acts.map(({ time, n }) =>
      claimOf(time, { sequence: n + 7, previous: acts[n - 1]?.requestId ?? '' }),
    );
    const trackingNumber = generateTrackingNumber((count) => randomBytes(count));
    const opened = { ...create, requestId: acts[0]!.requestId, trackingNumber };
    const { application } = await at().createApplication(opened, opening);
    const name = application!.name;
    await at().submitApplication({ requestId: acts[1]!.requestId, name }, filing);
    // The time in the body would be too old without the claim, and does not count with it.
    const occurTime = toTimestamp(anchorTime);
    await at().addNote({ requestId: acts[2]!.requestId, name, text: 'Test', occurTime }, noting);
    const deskTime = (n: number) => ({
      time: toTimestamp(acts[n]!.time),
      device,
      sequence: n + 7,
      previous: acts[n - 1]?.requestId ?? '',
      anchorTime: toTimestamp(anchorTime),
      bounded: true,
    });
    const { application: found, actions } = await at().getApplicationDetails({ name });
    expect(found).toMatchObject({ trackingNumber, deskTime: deskTime(0), notes: [{ occurTime: deskTime(2).time }] });
    expect(actions).toMatchObject([
      { kind: 'submit', occurTime: deskTime(1).time, deskTime: deskTime(1) },
      { kind: 'note', occurTime: deskTime(2).time, deskTime: deskTime(2) },
    ]);
    // Registered at the arrival.
    for (const time of [found!.submitTime, found!.createTime, actions[0]!.recordTime])
      expect(Number(time!.seconds) * 1000).toBeGreaterThanOrEqual(arrival.getTime() - 1000);
  });

  test('store a time that nothing bounds, and count the arrival', async () => {
    const { name } = await at().open(2);
    const wrong = new Date('2019-01-01T00:00:00.000Z');
    await at().addNote({ requestId: randomUUID(), name, text: 'Test' }, claimOf(wrong));
    const [row] = await at().history(name);
    expect(row).toMatchObject({ deskTime: { time: toTimestamp(wrong), bounded: false } });
    expect(row!.occurTime).toEqual(row!.recordTime);
  });

  test('take an act whose grant nobody can verify any more, and count its arrival', async () => {
    const { name } = await at().open(6);
    const { offline } = claimOf(after(anchorTime, HOUR));
    const retired = offline.replace(/[^.]{6}", time/, 'AAAAAA", time');
    await at().addNote({ requestId: randomUUID(), name, text: 'Test' }, { offline: retired });
    const [row] = await at().history(name);
    expect(row).toMatchObject({ deskTime: { time: toTimestamp(after(anchorTime, HOUR)), device, bounded: false } });
    expect(row!.occurTime).toEqual(row!.recordTime);
    const opened = at().createApplication({ ...create, requestId: randomUUID() }, { offline: retired });
    await expect(opened).resolves.toMatchObject({ replayed: false });
  });

  test('replay an act that had arrived, whatever its claim says', async () => {
    const { name } = await at().open(3);
    const note = { requestId: randomUUID(), name, text: 'Test' };
    await at().addNote(note, claimOf(after(anchorTime, HOUR)));
    const again = claimOf(after(anchorTime, 2 * HOUR));
    expect(await at().addNote(note, again)).toMatchObject({ replayed: true });
    expect(await at().history(name)).toHaveLength(1);
  });

  test('reject a claim of somebody else, or a malformed one, and change nothing', async () => {
    const { name } = await at().open(4);
    const { offline } = claimOf(after(anchorTime, HOUR), { by: 'operators/other' });
    for (const claim of [offline, 'x', offline.replace(/grant="[^.]+/, 'grant="e30')]) {
      const refusal = { reason: 'OFFLINE_CLAIM_INVALID' };
      const note = at().addNote({ requestId: randomUUID(), name, text: 'Test' }, { offline: claim });
      await expect(note).rejects.toMatchObject(refusal);
      const opened = at().createApplication({ ...create, requestId: randomUUID() }, { offline: claim });
      await expect(opened).rejects.toMatchObject(refusal);
    }
    expect(await at().history(name)).toEqual([]);
  });

  test('reject an act of another centre of the operator, and replay one that arrived before', async () => {
    const { name } = await at().open(5);
    const foreign = claimOf(after(anchorTime, HOUR), { centre: 'centres/CU-002' });
    const refusal = { reason: 'CENTRE_MISMATCH' };
    const opened = { ...create, applicationId: newUlid(new Date()), requestId: randomUUID() };
    await expect(at().createApplication(opened, foreign)).rejects.toMatchObject(refusal);
    const note = { requestId: randomUUID(), name, text: 'Test' };
    await expect(at().addNote(note, foreign)).rejects.toMatchObject(refusal);
    expect(await at().history(name)).toEqual([]);
    await at().addNote(note, claimOf(after(anchorTime, HOUR)));
    expect(await at().addNote(note, foreign)).toMatchObject({ replayed: true });
    await at().createApplication(opened, claimOf(after(anchorTime, HOUR)));
    expect(await at().createApplication(opened, foreign)).toMatchObject({ replayed: true });
  });
});
