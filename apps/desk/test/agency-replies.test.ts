import { describe, expect, test } from '@jest/globals';
import { REPLY_TYPES as CONTRACT_TYPES, validateReply } from '@cups/agency-contract';
import type { ReplyType } from '@cups/agency-contract';
import { EMPTY_REPLY, findMissing, REPLIES, toReply } from '../src/agency-page/reply-model.ts';
import type { MissingMember, ReplyForm, ReplyKind } from '../src/agency-page/reply-model.ts';
import { MESSAGE_TYPE, REPLY_TYPES } from '../src/agency-page/reply-types.ts';
import { fillTemplate, isUnfilled } from '../src/agency-page/text-templates.ts';

/** What a clerk of an agency types becomes exactly what the agency contract accepts. */

const CONTEXT = {
  application: 'applications/01JAPP00000000000000000001',
  submission: 2,
  now: '2026-11-30T09:00:00.000Z',
};
const TODAY = '2026-11-30';
const FILE = { id: '01JDZ3V7Q8R9S0T1V2W3X00001', name: 'aviz.pdf', size: 4_000 };
const reason = { ro: ' Lipsește actul. ', ru: '', en: 'The document is missing.' };

const COMPLETE: [kind: ReplyKind, form: Partial<ReplyForm>, content: object][] = [
  ['acknowledged', { agencyReference: ' AR-12 ' }, { submission: 2, agencyReference: 'AR-12' }],
  ['progressed', { note: 'La arhivă' }, { note: 'La arhivă' }],
  [
    'progressed',
    { note: ' La arhivă ', expectedDecisionDate: '2026-12-18' },
    { note: 'La arhivă', expectedDecisionDate: '2026-12-18' },
  ],
  ['progressed', { expectedDecisionDate: TODAY }, { expectedDecisionDate: TODAY }],
  [
    'documentsRequested',
    { documents: ['birth-certificate'], answerBy: '2026-12-20' },
    { documents: [{ kind: 'birth-certificate' }], answerBy: '2026-12-20' },
  ],
  [
    'documentsRequested',
    { documents: ['birth-certificate'], answerBy: '2026-12-20', text: reason },
    { message: { ro: 'Lipsește actul.', en: 'The document is missing.' } },
  ],
  [
    'passedOn',
    { agency: 'agencies/cnas', text: reason },
    { agency: 'cnas', reason: { ro: 'Lipsește actul.', en: 'The document is missing.' } },
  ],
  [
    'decided',
    { outcome: 'approved', resultKind: 'paper', resultNumber: 'AR 17', validUntil: '2027-11-30', text: reason },
    {
      outcome: 'approved',
      decideTime: CONTEXT.now,
      result: { kind: 'paper', number: 'AR 17', validUntil: '2027-11-30' },
    },
  ],
  [
    'decided',
    { outcome: 'approved', resultKind: 'electronic', resultFile: { ...FILE, state: 'available' } },
    { result: { kind: 'electronic', documents: [FILE.id] } },
  ],
  [
    'decided',
    { outcome: 'rejected', text: reason, resultKind: 'paper' },
    { outcome: 'rejected', reason: { ro: 'Lipsește actul.', en: 'The document is missing.' } },
  ],
  [
    'decided',
    {
      outcome: 'rejected',
      text: reason,
      appealHow: { ro: 'La judecătorie.', ru: '', en: '' },
      appealUntil: '2026-12-30',
    },
    { appeal: { how: { ro: 'La judecătorie.' }, until: '2026-12-30' } },
  ],
  [
    'resultCorrected',
    { resultKind: 'electronic', verificationCode: 'K7Q2', text: reason },
    { result: { kind: 'electronic', verificationCode: 'K7Q2' } },
  ],
  ['resultRevoked', { text: reason }, { reason: { ro: 'Lipsește actul.', en: 'The document is missing.' } }],
];

describe('a reply of a clerk', () => {
  test('has the types of the contract', () => {
    const { messageSent, ...replies } = CONTRACT_TYPES;
    expect(REPLY_TYPES).toEqual(replies);
    expect(MESSAGE_TYPE).toBe(messageSent);
  });

  test.each(COMPLETE)('%s of %j is what the contract accepts', (kind, changes, content) => {
    const form = { ...EMPTY_REPLY, ...changes };
    expect(findMissing(kind, form, TODAY)).toEqual([]);
    const reply = toReply(kind, form, CONTEXT);
    expect(reply.content).toMatchObject({ application: CONTEXT.application, ...content });
    expect(validateReply(reply.type as ReplyType, reply.content)).toMatchObject({ ok: true });
  });

  test.each<[ReplyKind, Partial<ReplyForm>, MissingMember[]]>([
    ['acknowledged', { agencyReference: '  ' }, ['agencyReference']],
    ['progressed', {}, ['note']],
    ['progressed', { expectedDecisionDate: '2026-11-29' }, ['expectedDecisionDate']],
    ['progressed', { expectedDecisionDate: '2027-12-02' }, ['expectedDecisionDate']],
    ['documentsRequested', {}, ['documents', 'answerBy']],
    ['decided', {}, ['outcome']],
    ['decided', { outcome: 'approved' }, ['resultKind']],
    ['decided', { outcome: 'approved', resultKind: 'paper', resultFile: { ...FILE, state: 'coming' } }, ['resultFile']],
    ['decided', { outcome: 'rejected', text: { ro: ' ', ru: 'да', en: '' } }, ['text']],
    ['decided', { outcome: 'rejected', text: reason, appealUntil: '2026-12-30' }, ['appealHow']],
    [
      'decided',
      { outcome: 'rejected', text: { ro: 'Nu: [temeiul].', ru: '', en: '' }, textMarks: ['[temeiul]'] },
      ['textMarks'],
    ],
    [
      'decided',
      { outcome: 'rejected', text: reason, appealHow: { ro: 'Da', ru: '[куда]', en: '' }, appealMarks: ['[куда]'] },
      ['appealMarks'],
    ],
    ['passedOn', { text: reason }, ['agency']],
    ['resultCorrected', {}, ['resultKind', 'text']],
    ['resultRevoked', {}, ['text']],
  ])('%s of %j lacks %j', (kind, changes, missing) => {
    expect(findMissing(kind, { ...EMPTY_REPLY, ...changes }, TODAY)).toEqual(missing);
  });

  test('starts from a template whose placeholders are to be filled in', () => {
    const { text, marks } = fillTemplate({
      code: 'no-record',
      title: { ro: 'Nu există', ru: 'Нет', en: 'No record' },
      text: { ro: 'Nu există: {data}.', ru: 'Нет: {data}.', en: 'No record: {data}.' },
      placeholders: [{ code: 'data', title: { ro: 'ce', ru: 'что', en: 'what' } }],
    });
    expect(text).toEqual({ ro: 'Nu există: [ce].', ru: 'Нет: [что].', en: 'No record: [what].' });
    expect(isUnfilled(text, marks)).toBe(true);
    expect(isUnfilled({ ...text, ro: 'Nu există: actul.', ru: '' }, marks)).toBe(true);
    expect(isUnfilled({ ro: 'Nu există: [1].', ru: '', en: '' }, marks)).toBe(false);
  });

  test('is offered where the lifecycle of a delivery allows it', () => {
    expect(REPLIES.ended).toEqual([]);
    expect(REPLIES.decided).not.toContain('decided');
    for (const stage of ['to-acknowledge', 'in-progress', 'documents-requested'] as const)
      expect(REPLIES[stage]).toContain('decided');
  });
});
