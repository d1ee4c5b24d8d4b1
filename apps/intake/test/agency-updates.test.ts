import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { REPLY_TYPES, validateReply } from '@cups/agency-contract';
import { measureContentBytes, MAX_CONTENT_BYTES, MESSAGES } from '@cups/application';
import type { Evidence, Message } from '@cups/application';
import * as command from '../src/domain/command.ts';
import * as filing from '../src/domain/commands/filing.ts';
import { supplyDocuments } from '../src/domain/commands/supply.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import { countArchived, newestRows, rowsToArchive, withoutArchived } from '../src/domain/history.ts';
import type { AgencyUpdate } from '../src/domain/agency-updates.ts';
import { SHOWN_ALERTS } from '../src/domain/application.ts';
import type { Application } from '../src/domain/application.ts';
import type { Holidays } from '../src/domain/terms.ts';
import { ACTOR, content, WORKING_TIME, newDraft, NOW, SUBMIT_CONTEXT } from './fixtures.ts';

/** Agency messages: invalid dates are replaced or moved, never rejected, and the document stays bounded. */

const DAY = 86_400_000;
const after = (days: number, from = NOW) => new Date(from.getTime() + days * DAY);
const submitted = () => filing.submitApplication(newDraft(), ACTOR, SUBMIT_CONTEXT).document;

let serial = 0;
function agencyUpdate(message: Message, more: Partial<AgencyUpdate> = {}): AgencyUpdate {
  serial += 1;
  return { message, agency: 'agencies/asp', eventId: `event-${serial}`, now: NOW, ...more };
}
const applyUpdate = (app: Application, message: Message, more: Partial<AgencyUpdate> = {}) =>
  applyAgencyUpdate(app, agencyUpdate(message, more), WORKING_TIME).document;
const request = (answerBy: string) => ({ id: 'm', evidenceKinds: ['birth-certificate'], answerBy });
const filedWith = (evidence: Evidence[]): Application => {
  const app = submitted();
  return { ...app, content: { ...app.content, evidence } };
};
const alertsOf = (app: Application) => app.deskAlerts.map(({ kind, cause }) => [kind, cause]);

describe('answer date', () => {
  // NOW is a Tuesday: five working days later is the next Tuesday.
  test.each([
    ['yesterday', '2026-03-09', '2026-03-17', 'ANSWER_BY_LENGTHENED'],
    ['today', '2026-03-10', '2026-03-17', 'ANSWER_BY_LENGTHENED'],
    ['in a former century', '1900-01-01', '2026-03-17', 'ANSWER_BY_LENGTHENED'],
    ['in four working days', '2026-03-16', '2026-03-17', 'ANSWER_BY_LENGTHENED'],
    ['in five working days', '2026-03-17', '2026-03-17', undefined],
    ['in a year', '2027-03-10', '2027-03-10', undefined],
    ['in a year and a day', '2027-03-11', '2027-03-10', 'ANSWER_BY_CUT'],
    ['never', '9999-12-31', '2027-03-10', 'ANSWER_BY_CUT'],
  ])('changes an answer date %s (%s) to %s', (_name, requested, answerBy, change) => {
    const app = applyUpdate(submitted(), 'documents-requested', { request: request(requested) });
    expect(app.documentRequest?.answerBy).toBe(answerBy);
    expect(app.documentRequest?.requestedAnswerBy).toBe(change ? requested : undefined);
    expect(app.timer).toMatchObject({ kind: 'answer-date-passed' });
    expect(app.timer!.due.getTime()).toBeGreaterThan(after(6).getTime());
    expect(alertsOf(app)).toEqual(change ? [['agency-message-changed', change]] : []);
    expect(app.history.at(-1)?.changes).toEqual(change ? [change] : undefined);
  });

  test('counts a delayed request from its receipt, and the year from its message', () => {
    const sent = after(-20);
    const app = { ...submitted(), submitTime: after(-21) };
    const late = applyUpdate(app, 'documents-requested', { occurTime: sent, request: request('2026-03-01') });
    expect(late.documentRequest?.answerBy).toBe('2026-03-17');
    const far = applyUpdate(app, 'documents-requested', { occurTime: sent, request: request('2027-03-01') });
    expect(far.documentRequest?.answerBy).toBe('2027-02-18');
    expect(far.history.at(-1)?.occurTime).toEqual(sent);
  });

  test('keeps five working days if the message is dated over a year ago', () => {
    const app = { ...submitted(), submitTime: after(-500) };
    const updated = applyUpdate(app, 'documents-requested', { occurTime: after(-450), request: request('2026-06-01') });
    expect(updated.documentRequest).toMatchObject({ answerBy: '2026-03-17', requestedAnswerBy: '2026-06-01' });
    expect(alertsOf(updated)).toEqual([['agency-message-changed', 'ANSWER_BY_CUT']]);
  });

  test.each(['2027-12-20', '2027-12-27', '2027-12-29', '2027-12-30', '2027-12-31'])(
    'on %s, computes an answer date without the next calendar, no shorter than with it',
    (day) => {
      const now = new Date(`${day}T09:00:00Z`);
      const known: [number, Set<string>] = [2027, new Set()];
      const newYear = ['01', '02', '03', '04', '05', '06', '07', '08', '09'].map((date) => `2028-01-${date}`);
      const answerBy = (holidays: Holidays) => {
        const update = agencyUpdate('documents-requested', { now, request: request(day) });
        return applyAgencyUpdate({ ...submitted(), submitTime: now }, update, { ...WORKING_TIME, holidays }).document
          .documentRequest!.answerBy;
      };
      const whole = answerBy(new Map([known, [2028, new Set(newYear)]]));
      expect(answerBy(new Map([known])) >= whole).toBe(true);
    },
  );

  test('counts a repeated request from its own receipt', () => {
    const first = applyUpdate(submitted(), 'documents-requested', { request: request('2026-04-01') });
    const again = applyUpdate(first, 'documents-requested', { now: after(10), request: request('2026-03-21') });
    expect(again.documentRequest).toMatchObject({ answerBy: '2026-03-27', requestedAnswerBy: '2026-03-21' });
    expect(again.timer?.due).toEqual(new Date('2026-03-27T22:00:00Z'));
    expect([again.termLeft, again.noDueDateReason]).toEqual([first.termLeft, 'clock-stopped']);
  });

  test('does not move the date of a request after the decision, only alerts', () => {
    const app = applyUpdate(submitted(), 'approved', { decision: { decideTime: NOW, resultKind: 'paper' } });
    const crossed = applyUpdate(app, 'documents-requested', { request: request('2026-03-01') });
    expect([crossed.state, crossed.documentRequest, crossed.timer]).toEqual(['ready', undefined, null]);
    expect(alertsOf(crossed)).toEqual([['documents-requested-after-decision', undefined]]);
    expect(crossed.history.at(-1)?.changes).toBeUndefined();
  });

  test('ends a document request with the decision', () => {
    const app = applyUpdate(submitted(), 'documents-requested', { request: request('2026-04-01') });
    const decided = applyUpdate(app, 'rejected', { decision: { decideTime: NOW } });
    expect([decided.state, decided.documentRequest, decided.timer]).toEqual(['rejected', undefined, null]);
  });
});

describe('dates of a decision', () => {
  const decide = (decideTime: Date, more: Partial<AgencyUpdate> = {}) =>
    applyUpdate(submitted(), 'approved', { decision: { decideTime, resultKind: 'paper' }, ...more });

  test.each(['2099-01-01T00:00:00Z', '1900-01-01T00:00:00Z', '2026-03-10T10:30:00Z', '2026-03-08T00:00:00Z'])(
    'replaces an implausible decision time %s and alerts the desk',
    (time) => {
      const app = decide(new Date(time));
      expect([app.state, app.decision?.decideTime]).toEqual(['ready', NOW]);
      expect(alertsOf(app)).toEqual([['agency-message-changed', 'DECIDE_TIME_REPLACED']]);
    },
  );
  test('keeps a decision time one hour ago or today at midnight', () => {
    for (const time of [after(-1 / 24), new Date('2026-03-10T00:00:00+02:00')]) {
      const app = decide(time);
      expect([app.decision?.decideTime, app.deskAlerts]).toEqual([time, []]);
    }
  });
  test('validates a decision against the send time of a delayed message', () => {
    const app = { ...submitted(), submitTime: after(-30) };
    const sent = after(-7);
    const decided = applyUpdate(app, 'rejected', { occurTime: sent, decision: { decideTime: after(-8) } });
    expect([decided.decision?.decideTime, decided.deskAlerts]).toEqual([after(-8), []]);
    // A decision cannot follow its own message.
    const early = applyUpdate(app, 'rejected', { occurTime: sent, decision: { decideTime: after(-5) } });
    expect(early.decision?.decideTime).toEqual(sent);
  });
  test.each(['2099-01-01T00:00:00Z', '1900-01-01T00:00:00Z'])('replaces an implausible send time %s by now', (time) => {
    const app = decide(NOW, { occurTime: new Date(time) });
    expect(app.history.at(-1)).toMatchObject({ kind: 'approved', occurTime: NOW, changes: ['CE_TIME_REPLACED'] });
  });
  test('drops an expired end of validity and alerts the desk', () => {
    const app = applyUpdate(submitted(), 'approved', {
      decision: { decideTime: NOW, resultKind: 'paper', validUntil: '1900-01-01' },
    });
    expect(app.decision).toEqual({ approved: true, decideTime: NOW, resultKind: 'paper', awaitsArrival: true });
    expect(alertsOf(app)).toEqual([['agency-message-changed', 'VALID_UNTIL_DROPPED']]);
  });
  test('drops a passed appeal date, keeps the text and alerts the desk', () => {
    const instructions = { ro: 'Cerere prealabilă.' };
    const rejected = (deadline: string) =>
      applyUpdate(submitted(), 'rejected', { decision: { decideTime: NOW, appeal: { instructions, deadline } } });
    expect(rejected('2026-04-09').decision?.appeal).toEqual({ instructions, deadline: '2026-04-09' });
    const app = rejected('2026-03-09');
    expect(app.decision?.appeal).toEqual({ instructions });
    expect(alertsOf(app)).toEqual([['agency-message-changed', 'APPEAL_UNTIL_DROPPED']]);
  });
  test('raises an alert for each change of the bridge', () => {
    expect(alertsOf(decide(NOW, { changes: ['TEXT_CUT', 'CE_TIME_REPLACED'] }))).toEqual([
      ['agency-message-changed', 'TEXT_CUT'],
      ['agency-message-changed', 'CE_TIME_REPLACED'],
    ]);
  });
});

describe('content of messages', () => {
  const result = { resultKind: 'paper', resultNumber: 'R-1', verificationCode: 'K7', validUntil: '2027-02-24' };

  test('stores results, texts, documents and reasons in application and history', () => {
    let app = applyUpdate(submitted(), 'progressed', { agencyText: { ro: 'La arhivă.' } });
    expect(app.progress).toEqual({ note: 'La arhivă.', time: NOW });
    const documents = [{ kind: 'birth-certificate', note: 'În original' }];
    app = applyUpdate(app, 'documents-requested', { request: { ...request('2026-04-01'), documents } });
    expect(app.documentRequest?.documents).toEqual(documents);
    app = applyUpdate(app, 'approved', {
      agencyText: { ro: 'Da.' },
      decision: { ...result, decideTime: NOW, reason: { ro: 'Da.' } },
    });
    expect(app.decision).toMatchObject(result);
    app = applyUpdate(app, 'result-corrected', {
      agencyText: { ro: 'Greșeală.' },
      result: { resultKind: 'paper', resultNumber: 'R-2' },
    });
    expect(app.decision).toMatchObject({ resultNumber: 'R-2', correctReason: { ro: 'Greșeală.' } });
    // The corrected result replaces the old one completely.
    expect(app.decision?.verificationCode ?? app.decision?.validUntil).toBeUndefined();
    app = applyUpdate(app, 'result-revoked', { agencyText: { ro: 'Anulat.' } });
    expect(app.decision).toMatchObject({ resultNumber: 'R-2', revokeReason: { ro: 'Anulat.' } });
    expect(
      app.history
        .slice(1)
        .map(({ agencyText, result: issued, documents: requested }) => [agencyText?.ro, issued, requested]),
    ).toEqual([
      ['La arhivă.', undefined, undefined],
      [undefined, undefined, documents],
      ['Da.', result, undefined],
      ['Greșeală.', { resultKind: 'paper', resultNumber: 'R-2' }, undefined],
      ['Anulat.', undefined, undefined],
    ]);
  });

  test('records a refused message with cause and fields, and merges its alerts', () => {
    const refusal = { cause: 'CONTENT_INVALID', fields: ['urgency'] };
    const app = applyUpdate(applyUpdate(submitted(), 'message-refused', refusal), 'message-refused', refusal);
    expect(app.state).toBe('submitted');
    expect(app.deskAlerts).toEqual([{ kind: 'message-refused', cause: 'CONTENT_INVALID', count: 2, recordTime: NOW }]);
    expect(app.history.at(-1)).toMatchObject({ kind: 'message-refused', code: 'CONTENT_INVALID', fields: ['urgency'] });
  });
});

describe('supply of requested documents', () => {
  const kinds = fc.uniqueArray(fc.oneof(fc.stringMatching(/^[a-z0-9]{1,9}(-[a-z0-9]{1,9}){0,3}$/), fc.string()), {
    minLength: 1,
    maxLength: 20,
  });
  test('accepts all kinds that an agency can request, even at the document limit', () => {
    fc.assert(
      fc.property(kinds, fc.integer({ min: 0, max: 50 }), (requested, documentCount) => {
        const data = { application: `applications/01JD0000000000000000000001`, answerBy: '2026-04-01' };
        const documents = requested.map((kind) => ({ kind }));
        fc.pre(validateReply(REPLY_TYPES.documentsRequested, { ...data, documents }).ok);
        const full = Array.from({ length: documentCount }, (_, n) => ({ kind: `paper-${n}`, originalSeen: true }));
        const documentRequest = { ...request('2026-04-01'), evidenceKinds: requested };
        const app = applyUpdate(filedWith(full), 'documents-requested', { request: documentRequest });
        const evidence = requested.map((kind) => ({ kind, originalSeen: true }));
        const { document } = supplyDocuments(app, ACTOR, { evidence }, SUBMIT_CONTEXT);
        expect(document.state).toBe('in-progress');
        for (const kind of requested) expect(document.content.evidence?.some((item) => item.kind === kind)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

test('accepts requested documents over the size limit of filed content', () => {
  const answers = { note: 'x'.repeat(MAX_CONTENT_BYTES - measureContentBytes(content()) - 1_000) };
  const draft = newDraft({ content: { ...content(), answers } });
  const kinds = Array.from({ length: 20 }, (_, n) => `paper-${n}`);
  const app = applyUpdate(filing.submitApplication(draft, ACTOR, SUBMIT_CONTEXT).document, 'documents-requested', {
    request: { ...request('2026-04-01'), evidenceKinds: kinds },
  });
  const evidence = kinds.map((kind) => ({ kind, number: 'n'.repeat(100), originalSeen: true }));
  const { document } = supplyDocuments(app, ACTOR, { evidence }, SUBMIT_CONTEXT);
  expect(measureContentBytes(document.content)).toBeGreaterThan(MAX_CONTENT_BYTES);
});

describe('limits', () => {
  const long = 'ș'.repeat(2_000);
  const agencyText = { ro: long, ru: long, en: long };
  /** The largest message that the contract allows. */
  const flood = (message: Message): AgencyUpdate => {
    const update: Partial<AgencyUpdate> = { changes: ['TEXT_CUT'], agencyReference: 'r'.repeat(100) };
    const result = { resultKind: 'paper', resultNumber: 'n'.repeat(100), verificationCode: 'c'.repeat(100) };
    if (message === 'progressed') update.agencyText = { ro: long };
    if (message === 'result-corrected') update.result = result;
    if (message === 'approved' || message === 'rejected')
      update.decision = { ...result, decideTime: NOW, reason: agencyText };
    if (message === 'message-refused') {
      update.cause = 'X'.repeat(40);
      update.fields = Array.from({ length: 20 }, (_, n) => `field${n}`.padEnd(64, 'x'));
    }
    if (message === 'documents-requested') {
      const documents = Array.from({ length: 15 }, () => ({ kind: 'k'.repeat(64), note: long }));
      update.request = { ...request('2020-01-01'), documents, message: agencyText };
    }
    if (!update.agencyText && !message.startsWith('delivery') && message !== 'acknowledged')
      update.agencyText = agencyText;
    return agencyUpdate(message, update);
  };

  test('bounds the document and keeps all transitions under floods of messages', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...MESSAGES), { minLength: 1, maxLength: 6 }), (round) => {
        let app = submitted();
        const transitions = new Set(['submit']);
        for (let n = 0; n < 1_200; n += 1) {
          const before = app;
          const rows = rowsToArchive(app);
          app = applyAgencyUpdate(app, flood(round[n % round.length]!), WORKING_TIME).document;
          if (rows.length > 0) app = withoutArchived(app, rows.length);
          if (before.state !== app.state) transitions.add(app.history.at(-1)!.kind);
        }
        expect(Buffer.byteLength(JSON.stringify(app))).toBeLessThan(4 * 1024 * 1024);
        expect(app.deskAlerts.length).toBeLessThanOrEqual(SHOWN_ALERTS + 1);
        // Entries with a transition are never dropped, and dropped entries are counted.
        expect(command.replayHistory(app.history)).toBe(app.state);
        for (const kind of transitions) expect(app.history.some((row) => row.kind === kind)).toBe(true);
        expect(countArchived(app) + newestRows(app).length + (app.omittedMessages ?? 0)).toBe(1_201);
      }),
      { numRuns: 12 },
    );
  }, 60_000);

  test('keeps 1,000 of 1,200 progress notes in order, with the newest', () => {
    let app = applyUpdate(submitted(), 'acknowledged');
    for (let n = 1; n <= 1_200; n += 1) app = applyUpdate(app, 'progressed', { agencyText: { ro: `nota ${n}` } });
    const kept = app.history.filter(({ kind }) => kind === 'progressed').map((row) => row.agencyText?.ro);
    expect(kept).toEqual(Array.from({ length: 1_000 }, (_, n) => `nota ${n + 201}`));
    expect([app.omittedMessages, app.history.length]).toEqual([200, 1_002]);
    expect(app.progress?.note).toBe('nota 1200');
  });

  test('raises an alert instead of a request after 50 submissions', () => {
    let app = submitted();
    for (let n = 0; n < 60; n += 1) {
      app = applyUpdate(app, 'documents-requested', { request: request('2026-04-01') });
      if (app.state !== 'documents-requested') break;
      const evidence = [{ kind: 'birth-certificate', originalSeen: true }];
      app = supplyDocuments(app, ACTOR, { evidence }, SUBMIT_CONTEXT).document;
    }
    expect(app.submissions).toHaveLength(50);
    expect([app.state, app.deskAlerts.at(-1)?.kind]).toEqual(['in-progress', 'documents-requested-too-often']);
    expect(Buffer.byteLength(JSON.stringify(app))).toBeLessThan(1024 * 1024);
  });
});
