import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { toTimestamp } from '@cups/contracts/proto';
import { recordPayment } from '../src/domain/commands/payment.ts';
import type { Receipt } from '../src/domain/commands/payment.ts';
import * as filing from '../src/domain/commands/filing.ts';
import { applyAgencyUpdate } from '../src/domain/agency-updates.ts';
import type { Application } from '../src/domain/application.ts';
import {
  runCommand,
  ACTOR,
  content,
  newDraft,
  NOW,
  SUBMIT_CONTEXT,
  catchProblem,
  WORKING_TIME,
  agencyUpdate,
} from './fixtures.ts';
import { useIntake } from './world.ts';

const later = (days: number) => new Date(NOW.getTime() + days * 86_400_000);

describe('term that counts from payment', () => {
  /** Filed on Tuesday, 10 March 2026. The term is one working day from payment. */
  const filed = filing.submitApplication(
    newDraft({ content: content({ costOption: 'paid' }) }),
    ACTOR,
    SUBMIT_CONTEXT,
  ).document;
  const receipt = { receiptNumber: 'CH-1', amountMinor: 11_000, currency: 'MDL' };
  const pay = (app: Application, now: Date, more: Partial<Receipt> = {}) =>
    recordPayment(app, { ...ACTOR, now }, { ...receipt, ...more }, SUBMIT_CONTEXT).document;

  test('starts at the payment; until then there is no due date', () => {
    expect([filed.dueDate, filed.noDueDateReason]).toEqual([undefined, 'awaiting-payment']);
    const paid = pay(filed, later(2));
    expect([paid.dueDate, paid.noDueDateReason, paid.state]).toEqual(['2026-03-13', undefined, 'submitted']);
    expect(paid.payment).toEqual({ ...receipt, payTime: later(2), recordedBy: ACTOR.operator, recordTime: later(2) });
  });

  test('starts at the time of the receipt, at the earliest at filing', () => {
    expect(pay(filed, later(6), { payTime: later(2) }).dueDate).toBe('2026-03-13');
    expect(pay(filed, later(6), { payTime: later(-5) }).dueDate).toBe('2026-03-11');
  });

  test('keeps the whole term while documents are pending', () => {
    const asked = applyAgencyUpdate(filed, agencyUpdate('documents-requested'), WORKING_TIME).document;
    const paid = pay(asked, later(1));
    expect([paid.dueDate, paid.noDueDateReason]).toEqual([undefined, 'clock-stopped']);
    const supplied = runCommand(paid, 'supply-documents', ['specialist'], later(6)).document;
    expect([supplied.dueDate, supplied.noDueDateReason]).toEqual(['2026-03-17', undefined]);
  });

  test('has no due date in a year without a calendar', () => {
    const parts = { ...SUBMIT_CONTEXT, workingTime: { ...WORKING_TIME, holidays: new Map<number, Set<string>>() } };
    const { document } = recordPayment(filed, ACTOR, receipt, parts);
    expect([document.dueDate, document.noDueDateReason]).toEqual([undefined, 'calendar-unknown']);
  });

  test('keeps the due date of another term', () => {
    const other = filing.submitApplication(newDraft(), ACTOR, SUBMIT_CONTEXT).document;
    expect(pay(other, later(2)).dueDate).toBe(other.dueDate);
  });

  test.each([
    ['dated tomorrow', { payTime: later(1) }],
    ['dated 31 days ago', { payTime: later(-31) }],
  ])('rejects a receipt %s', (_what, more) => {
    const problem = catchProblem(() => pay(filed, NOW, more));
    expect(problem.violations).toMatchObject([{ rule: 'PAY_TIME_RANGE' }]);
  });

  test('rejects a second payment', () => {
    expect(catchProblem(() => pay(pay(filed, NOW), NOW)).reason).toBe('ACTION_NOT_ALLOWED');
  });
});

describe('RecordPayment', () => {
  const scene = useIntake();
  const { at } = scene;
  const payment = { receiptNumber: 'CH-000123', amount: { amountMinor: '11000', currencyCode: 'MDL' } };
  const pay = (name: string, more: object = {}) =>
    at().recordPayment({ requestId: randomUUID(), name, payment: { ...payment, ...more } });

  test('stores receipt, amount, time and operator, outside of rows and history', async () => {
    const { name } = await at().file(1);
    const payTime = toTimestamp(new Date(Date.now() - 3_600_000));
    const request = { requestId: randomUUID(), name, payment: { ...payment, payTime } };
    const { application } = await at().recordPayment(request);
    expect(application!.payment).toMatchObject({ ...payment, payTime, recordedBy: 'operators/cu-001-specialist' });
    expect(application!.allowedActions).toEqual([
      'ACTION_WITHDRAW',
      'ACTION_CHOOSE_COLLECTION_CENTRE',
      'ACTION_CHANGE_CONTACT',
      'ACTION_CORRECT_SUBMISSION',
      'ACTION_SEND_MESSAGE',
    ]);
    expect((await at().recordPayment(request)).replayed).toBe(true);
    expect((await at().history(name)).map(({ kind }) => kind)).toEqual(['submit', 'record-payment']);
    const { applications } = await at().listApplications({});
    expect(applications.find((row) => row.name === name)?.allowedActions).toEqual([
      'ACTION_WITHDRAW',
      'ACTION_CHOOSE_COLLECTION_CENTRE',
      'ACTION_CHANGE_CONTACT',
      'ACTION_CORRECT_SUBMISSION',
      'ACTION_SEND_MESSAGE',
    ]);
    expect(JSON.stringify([applications, await at().history(name)])).not.toContain('CH-000123');
  });

  test('rejects a second payment and one for a draft', async () => {
    const { name } = await at().file(1);
    await pay(name);
    await expect(pay(name)).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
    await expect(pay((await at().open(1)).name)).rejects.toMatchObject({ reason: 'ACTION_NOT_ALLOWED' });
  });

  test.each([
    ['no number', { receiptNumber: ' ' }, 'receiptNumber'],
    ['a number of two lines', { receiptNumber: 'a\nb' }, 'receiptNumber'],
    ['an unbounded number', { receiptNumber: 'x'.repeat(101) }, 'receiptNumber'],
    ['a zero amount', { amount: { amountMinor: '0', currencyCode: 'MDL' } }, 'amount'],
    ['a negative amount', { amount: { amountMinor: '-5', currencyCode: 'MDL' } }, 'amount'],
    ['an excessive amount', { amount: { amountMinor: '9223372036854775807', currencyCode: 'MDL' } }, 'amount'],
    ['no amount', { amount: null }, 'amount'],
    ["a currency other than the fee's", { amount: { amountMinor: '11000', currencyCode: 'USD' } }, 'amount'],
    ['a time in 1970', { payTime: { seconds: '0', nanos: 0 } }, 'payTime'],
  ])('rejects a receipt with %s', async (_what, more, field) => {
    const { name } = await at().file(1);
    await expect(pay(name, more)).rejects.toMatchObject({
      reason: 'INVALID_ARGUMENT',
      violations: expect.arrayContaining([
        expect.objectContaining({ field: expect.stringContaining(field) as unknown }),
      ]) as unknown,
    });
    expect((await at().read(name)).payment).toBeNull();
  });
});
