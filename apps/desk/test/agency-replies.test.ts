import { describe, expect, test } from '@jest/globals';
import { REPLY_TYPES as CONTRACT_TYPES, validateReply } from '@cups/agency-contract';
import type { ReplyType } from '@cups/agency-contract';
import type { AgencyQueueRow, ApplicationAction, Submission } from '../src/api/types.ts';
import { EMPTY_REPLY, findMissing, REPLIES, toReply } from '../src/agency-page/reply-model.ts';
import type { MissingMember, ReplyForm, ReplyKind } from '../src/agency-page/reply-model.ts';
import { MESSAGE_TYPE, REPLY_TYPES } from '../src/agency-page/reply-types.ts';
import { distinctRows, findRows } from '../src/agency-page/find-rows.ts';
import { findIssuedResult, toCorrection } from '../src/agency-page/issued-result.ts';
import { findCopies, findUnavailable, isSuppliedLater } from '../src/agency-page/submissions.ts';
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

const OPEN = { ro: 'Nu: [temeiul].', ru: '', en: '' };

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
    { documents: ['birth-certificate'], answerBy: '2026-12-20', texts: { documentsRequested: reason } },
    { message: { ro: 'Lipsește actul.', en: 'The document is missing.' } },
  ],
  [
    'passedOn',
    { agency: 'agencies/cnas', texts: { passedOn: reason } },
    { agency: 'cnas', reason: { ro: 'Lipsește actul.', en: 'The document is missing.' } },
  ],
  [
    'decided',
    {
      outcome: 'approved',
      resultKind: 'paper',
      resultNumber: 'AR 17',
      validUntil: '2027-11-30',
      texts: { decided: reason },
    },
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
    { outcome: 'rejected', texts: { decided: reason }, resultKind: 'paper' },
    { outcome: 'rejected', reason: { ro: 'Lipsește actul.', en: 'The document is missing.' } },
  ],
  [
    'decided',
    {
      outcome: 'rejected',
      texts: { decided: reason },
      appealHow: { ro: 'La judecătorie.', ru: '', en: '' },
      appealUntil: '2026-12-30',
    },
    { appeal: { how: { ro: 'La judecătorie.' }, until: '2026-12-30' } },
  ],
  [
    'resultCorrected',
    { resultKind: 'electronic', verificationCode: 'K7Q2', texts: { resultCorrected: reason } },
    { result: { kind: 'electronic', verificationCode: 'K7Q2' } },
  ],
  [
    'resultRevoked',
    { texts: { resultRevoked: reason } },
    { reason: { ro: 'Lipsește actul.', en: 'The document is missing.' } },
  ],
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
    expect(reply.content).toMatchObject({
      application: CONTEXT.application,
      submission: CONTEXT.submission,
      ...content,
    });
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
    ['decided', { outcome: 'rejected', texts: { decided: { ro: ' ', ru: 'да', en: '' } } }, ['text']],
    ['decided', { outcome: 'rejected', texts: { decided: reason }, appealUntil: '2026-12-30' }, ['appealHow']],
    ['decided', { outcome: 'rejected', texts: { decided: OPEN } }, ['textMarks']],
    [
      'decided',
      { outcome: 'rejected', texts: { decided: reason }, appealHow: { ro: 'Da', ru: '[куда]', en: '' } },
      ['appealMarks'],
    ],
    ['progressed', { note: 'Aștept [ce]' }, ['noteMarks']],
    ['documentsRequested', { documents: ['x'], answerBy: TODAY, texts: { documentsRequested: OPEN } }, ['textMarks']],
    ['passedOn', { texts: { passedOn: reason } }, ['agency']],
    ['passedOn', { agency: 'agencies/cnas', texts: { passedOn: OPEN } }, ['textMarks']],
    ['resultCorrected', {}, ['resultKind', 'text']],
    ['resultRevoked', {}, ['text']],
  ])('%s of %j lacks %j', (kind, changes, missing) => {
    expect(findMissing(kind, { ...EMPTY_REPLY, ...changes }, TODAY)).toEqual(missing);
  });

  test('starts from a template whose placeholders are to be filled in', () => {
    const text = fillTemplate({
      code: 'no-record',
      title: { ro: 'Nu există', ru: 'Нет', en: 'No record' },
      text: { ro: 'Nu există: {data}.', ru: 'Нет: {data}.', en: 'No record: {data}.' },
      placeholders: [{ code: 'data', title: { ro: 'ce', ru: 'что', en: 'what' } }],
    });
    expect(text).toEqual({ ro: 'Nu există: [ce].', ru: 'Нет: [что].', en: 'No record: [what].' });
    expect(isUnfilled(text)).toBe(true);
    expect(isUnfilled({ ...text, ro: 'Nu există: actul.', ru: '' })).toBe(true);
    expect(isUnfilled({ ro: 'Nu există: [1].', ru: '', en: '' })).toBe(false);
  });

  test('repeats in a correction what it does not change', () => {
    const [first, second] = ['01JDZ3V7Q8R9S0T1V2W3X00001', '01JDZ3V7Q8R9S0T1V2W3X00002'];
    const result = {
      kind: 'electronic',
      number: 'AR 17',
      verificationCode: 'K7Q2',
      verificationUrl: 'https://verify.example.md/K7Q2',
      validUntil: '2027-11-30',
      documents: [first, second].map((id) => ({
        document: `documents/${id}`,
        mediaType: 'application/pdf',
        size: 4_000,
        sha256: 'a'.repeat(64),
      })),
    } as const;
    const action = { actor: 'agencies/x', recordTime: CONTEXT.now, fromState: 'submitted', toState: 'ready' } as const;
    const history: ApplicationAction[] = [
      { ...action, kind: 'approved', result: { ...result, documents: [...result.documents], superseded: true } },
      { ...action, kind: 'result-corrected', result: { ...result, documents: [...result.documents], number: 'AR 18' } },
    ];
    const issued = findIssuedResult(history);
    const form = {
      ...EMPTY_REPLY,
      ...toCorrection(issued),
      texts: { resultCorrected: reason },
      validUntil: '2028-01-31',
    };
    expect(findMissing('resultCorrected', form, TODAY)).toEqual([]);
    const reply = toReply('resultCorrected', form, CONTEXT);
    expect(reply.content['result']).toEqual({
      kind: 'electronic',
      number: 'AR 18',
      verificationCode: 'K7Q2',
      verificationUrl: 'https://verify.example.md/K7Q2',
      validUntil: '2028-01-31',
      documents: [first, second],
    });
    expect(validateReply(reply.type as ReplyType, reply.content)).toMatchObject({ ok: true });
    const replaced = history.map((row) => ({ ...row, result: { ...row.result, superseded: true } }));
    expect(findIssuedResult(replaced)).toBe(undefined);
  });

  test('has a text of its own for each kind', () => {
    const texts = { decided: OPEN, documentsRequested: { ro: 'Aduceți actul.', ru: '', en: '' } };
    const form: ReplyForm = { ...EMPTY_REPLY, documents: ['x'], answerBy: TODAY, texts };
    expect(findMissing('documentsRequested', form, TODAY)).toEqual([]);
    expect(toReply('documentsRequested', form, CONTEXT).content).toMatchObject({ message: { ro: 'Aduceți actul.' } });
    expect(findMissing('passedOn', { ...form, agency: 'agencies/cnas' }, TODAY)).toEqual(['text']);
  });

  test('is offered where the lifecycle of a delivery allows it', () => {
    expect(REPLIES.ended).toEqual([]);
    expect(REPLIES.decided).not.toContain('decided');
    for (const stage of ['to-acknowledge', 'in-progress', 'documents-requested'] as const)
      expect(REPLIES[stage]).toContain('decided');
  });
});

describe('the submissions of an application', () => {
  const paper = { kind: 'birth-certificate', number: 'A 1' };
  const copy = { kind: 'identity-document', copy: 'documents/01JDZ3V7Q8R9S0T1V2W3X00001' };
  const first = { evidence: [paper, copy] };
  const supplied = {
    evidence: [paper, copy, { kind: 'diploma', number: 'D 2' }],
    unavailable: [{ kind: 'work-record', reason: 'A ars.' }],
  };
  const submissions = [first, supplied, { evidence: supplied.evidence }] as unknown as Submission[];

  test('name each copy once, what was supplied later, and why a document does not come', () => {
    expect(findCopies(submissions)).toEqual([copy]);
    expect(supplied.evidence.map((item) => isSuppliedLater(item as never, submissions))).toEqual([false, false, true]);
    expect(findUnavailable(submissions)).toEqual(supplied.unavailable);
    const later = { evidence: [{ kind: 'work-record' }] } as unknown as Submission;
    expect(findUnavailable([...submissions, later])).toEqual([]);
  });
});

describe('the search in the queue', () => {
  const row = (name: string, familyName: string, more: object = {}) =>
    ({
      delivery: { name, ...more },
      applicant: { givenName: 'Maria', familyName },
      serviceTitle: { ro: 'Cazier judiciar', ru: 'Справка', en: 'Record' },
    }) as unknown as AgencyQueueRow;
  const rows = [
    row('a', 'Țurcanu', { agencyReference: 'AR-17/2026' }),
    row('b', 'Rusu', { assignee: 'operators/ion' }),
  ];
  const names = (text: string) => findRows(rows, text, () => 'Ion Mîndru').map(({ delivery: { name } }) => name);

  test.each([
    ['turcanu maria', ['a']],
    ['ar-17', ['a']],
    ['CAZIER', ['a', 'b']],
    ['справка rusu', ['b']],
    ['mindru', ['b']],
    ['popescu', []],
  ])('finds %s', (text, found) => expect(names(text)).toEqual(found));

  test('shows a row once, though it moved while pages were read', () => {
    expect(distinctRows([...rows, row('a', 'Țurcanu')])).toHaveLength(2);
  });
});
