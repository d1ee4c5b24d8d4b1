import { describe, expect, test } from '@jest/globals';
import { toAction } from '../src/convert/application.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application, Decision, Result, ResultDocument } from '../src/domain/application.ts';
import { confirmArrival, handOverResult } from '../src/domain/commands/results.ts';
import { resolveResultLocation } from '../src/domain/result-delivery.ts';
import { toCountedRow } from '../src/domain/statistics.ts';
import { ACTOR, agencyUpdate, applicationInState, catchProblem, NOW, WORKING_TIME } from './fixtures.ts';

/** Results on their way, at the centre and electronic. */

const DAY = 86_400_000;
const later = (days: number) => new Date(NOW.getTime() + days * DAY);
const resultDocument = (n = 1): ResultDocument => ({
  document: `documents/01J0000000000000000000000${n}`,
  mediaType: 'application/pdf',
  size: 900,
  sha256: String(n).repeat(64),
  pages: 1,
});
const decide = (issued: Result, app = applicationInState('submitted')) => {
  const { result: _other, ...update } = agencyUpdate('approved');
  return applyAgencyUpdate(app, { ...update, decision: { decideTime: NOW, ...issued } }, WORKING_TIME).document;
};
const correct = (app: Application, result: Result, now = later(1)) =>
  applyAgencyUpdate(app, { ...agencyUpdate('result-corrected', now), result }, WORKING_TIME).document;
const handOver = (app: Application) =>
  handOverResult(app, ACTOR, { collectedBy: 'applicant', idDocumentKind: 'identity-document' });
const PAPER = { resultKind: 'paper' };
const choosing = (kind: 'post' | 'electronic') => {
  const app = applicationInState('submitted');
  return { ...app, content: { ...app.content, delivery: { kind } } };
};

describe('where a result is', () => {
  test.each<[what: string, Application, string | undefined]>([
    ['paper', decide(PAPER), 'on-its-way'],
    ['paper although electronic was chosen', decide(PAPER, choosing('electronic')), 'on-its-way'],
    ['paper sent by post', decide(PAPER, choosing('post')), undefined],
    ['paper with a result document', decide({ ...PAPER, documents: [resultDocument()] }), 'electronic'],
    ['electronic', decide({ resultKind: 'electronic' }), 'electronic'],
    ['a payment', decide({ resultKind: 'payment' }), undefined],
    ['of an unknown kind', decide({}), 'at-centre'],
    ['none, because it was rejected', applicationInState('rejected'), undefined],
    ['handed over', handOver(decide(PAPER)).document, undefined],
  ])('%s', (_what, app, location) => expect(resolveResultLocation(app)).toBe(location));

  test('stays at the centre for decisions of earlier releases', () => {
    const { awaitsArrival: _later, ...decision } = decide(PAPER).decision!;
    expect(resolveResultLocation({ ...decide(PAPER), decision })).toBe('at-centre');
  });

  test('is on its way again after a correction, and nowhere after a revocation', () => {
    const arrived = confirmArrival(decide(PAPER), ACTOR).document;
    const corrected = correct(arrived, { resultKind: 'paper', resultNumber: 'R-2' });
    expect(corrected.decision).toMatchObject({ awaitsArrival: true, resultNumber: 'R-2' });
    expect(corrected.decision).not.toHaveProperty('arrivalTime');
    const revoked = applyAgencyUpdate(corrected, agencyUpdate('result-revoked', later(2)), WORKING_TIME).document;
    expect(revoked.decision?.awaitsArrival).toBeUndefined();
    expect(resolveResultLocation(revoked)).toBeUndefined();
  });

  test('does not change by a correction after the hand-over', () => {
    const corrected = correct(handOver(decide(PAPER)).document, PAPER);
    expect(corrected.decision?.awaitsArrival).toBeUndefined();
  });
});

describe('confirmArrival', () => {
  test('records the arrival once', () => {
    const { document, events } = confirmArrival(decide(PAPER), { ...ACTOR, now: later(3) });
    expect(document).toMatchObject({ state: 'ready', decision: { arrivalTime: later(3) } });
    expect(document.history.at(-1)).toMatchObject({ kind: 'confirm-arrival', fromState: 'ready', toState: 'ready' });
    expect(events).toEqual([{ type: 'ResultArrived' }]);
    expect(catchProblem(() => confirmArrival(document, ACTOR)).reason).toBe('ACTION_NOT_ALLOWED');
  });

  test('ends the time that neither the agency nor the citizen had the result', () => {
    const arrived = confirmArrival(decide(PAPER), { ...ACTOR, now: later(3) }).document;
    const handed = handOverResult(
      arrived,
      { ...ACTOR, now: later(5) },
      { collectedBy: 'applicant', idDocumentKind: 'identity-document' },
    ).document;
    expect(toCountedRow(handed)?.citizenSeconds).toBe((2 * DAY) / 1000);
  });
});

describe('handOverResult', () => {
  test('records the arrival of a paper result too', () => {
    const { document, events } = handOver(decide(PAPER));
    expect(document.history.slice(-2).map(({ kind, toState }) => [kind, toState])).toEqual([
      ['confirm-arrival', 'ready'],
      ['hand-over', 'handed-over'],
    ]);
    expect(document.decision).toMatchObject({ arrivalTime: NOW });
    expect(events).toEqual([{ type: 'ResultHandedOver' }]);
  });

  test('records the SHA-256 of the result documents', () => {
    const app = decide({ resultKind: 'electronic', documents: [resultDocument(1), resultDocument(2)] });
    expect(handOver(app).document.handOver?.documentSha256s).toEqual(['1'.repeat(64), '2'.repeat(64)]);
    expect(handOver(decide(PAPER)).document.handOver).not.toHaveProperty('documentSha256s');
  });
});

describe('result documents', () => {
  const url = 'https://verify.example.md/1';
  const first = decide({ resultKind: 'electronic', documents: [resultDocument(1)], verificationUrl: url });
  const supersededOf = (app: Application) =>
    app.history.flatMap((row) => {
      const { result } = toAction(row, app);
      return result ? [[result.documents?.map(({ sha256 }) => sha256?.[0]).join(), result.superseded]] : [];
    });

  test('belong to the decision and its history', () => {
    expect(first.decision).toMatchObject({ documents: [resultDocument(1)], verificationUrl: url });
    expect(supersededOf(first)).toEqual([['1', false]]);
  });

  test('are replaced by a correction; the old ones stay in the history as superseded', () => {
    const corrected = correct(first, { resultKind: 'electronic', documents: [resultDocument(2)] });
    expect(corrected.decision).toMatchObject({ documents: [resultDocument(2)] } satisfies Partial<Decision>);
    expect(corrected.decision).not.toHaveProperty('verificationUrl');
    expect(supersededOf(corrected)).toEqual([
      ['1', true],
      ['2', false],
    ]);
  });

  test('are superseded by a revocation', () => {
    const revoked = applyAgencyUpdate(first, agencyUpdate('result-revoked', later(1)), WORKING_TIME).document;
    expect(supersededOf(revoked)).toContainEqual(['1', true]);
  });
});
