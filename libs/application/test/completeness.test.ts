import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { addCivilDays, validateCompleteness } from '../src/index.ts';
import type { Content, Requirements } from '../src/index.ts';

const complete: Content = {
  applicant: {
    idnp: '2900000000012',
    givenName: 'Ana',
    familyName: 'Exemplu',
    birthDate: '1961-05-04',
    language: 'ro',
  },
  contact: { none: true },
  mandate: { kind: 'own-presence' },
  answers: { act: 'birth', heir: true },
  evidence: [{ kind: 'identity-document', originalSeen: true }],
  costOption: 'ordinary',
  delivery: { kind: 'at-centre' },
};
const child = { idnp: '2900000000034', givenName: 'Ion', familyName: 'Exemplu', birthDate: '2015-01-01' };

const requirements: Requirements = {
  evidence: [{ kind: 'identity-document', required: true }],
  costOptions: [
    { code: 'ordinary', centreKinds: [] },
    { code: 'consular', centreKinds: ['mission'] },
  ],
};

const TODAY = '2026-03-09';
const violationsFor = (content: Content, required = requirements, centreKind = 'town-hall') =>
  validateCompleteness(content, required, { centreKind, today: TODAY }, () => []).map(
    ({ field, rule }) => `${field} ${rule}`,
  );
describe('applicant or represented person without IDNP', () => {
  const foreignDocument = { country: 'IT', kind: 'birth-certificate', number: 'IT-1' } as const;
  const { idnp: _none, ...born } = child;
  const represented = { ...born, foreignDocument };
  const kinship = { kind: 'kinship', reference: 'IT-1' } as const;
  const accepting = { ...requirements, acceptsForeignDocuments: true };

  test('is accepted with a foreign document if the agency accepts them', () => {
    const content = contentWith({ represented, mandate: kinship });
    expect(violationsFor(content, accepting)).toEqual([]);
    expect(violationsFor(content)).toEqual(['/represented/foreignDocument FOREIGN_DOCUMENT_NOT_TAKEN']);
    const { idnp: _mine, ...applicant } = complete.applicant!;
    expect(violationsFor(contentWith({ applicant: { ...applicant, foreignDocument } }), accepting)).toEqual([]);
  });

  test('needs a name and birth date, and a foreign document or an IDNP', () => {
    expect(violationsFor(contentWith({ represented: { foreignDocument }, mandate: kinship }), accepting)).toEqual([
      '/represented/givenName REQUIRED',
      '/represented/familyName REQUIRED',
      '/represented/birthDate REQUIRED',
    ]);
    expect(violationsFor(contentWith({ represented: born, mandate: kinship }), accepting)).toEqual([
      '/represented/idnp REQUIRED',
    ]);
  });

  test('cannot have both an IDNP and a foreign document', () => {
    const both = { ...child, foreignDocument };
    expect(violationsFor(contentWith({ represented: both, mandate: kinship }), accepting)).toEqual([
      '/represented/foreignDocument CONTRADICTION',
    ]);
  });

  test.each([
    [{ country: 'MD' }, '/represented/foreignDocument/country COUNTRY'],
    [{ country: 'XX' }, '/represented/foreignDocument/country COUNTRY'],
    [{ country: 'EU' }, '/represented/foreignDocument/country COUNTRY'],
    [{ country: 'it' }, '/represented/foreignDocument/country COUNTRY'],
    [{ kind: 'driving-licence' }, '/represented/foreignDocument/kind ONE_OF'],
    [{ number: '' }, '/represented/foreignDocument/number MIN_LENGTH'],
    [{ number: 'a\nb' }, '/represented/foreignDocument/number CONTROL_CHARACTERS'],
    [{ number: undefined }, '/represented/foreignDocument/number REQUIRED'],
  ])('is rejected with the document fields %p', (change, expected) => {
    const wrong = { ...born, foreignDocument: { ...foreignDocument, ...change } };
    expect(violationsFor(contentWith({ represented: wrong, mandate: kinship }), accepting)).toEqual([expected]);
  });
});

const requires = (...evidence: Requirements['evidence']): Requirements => ({ evidence, costOptions: [] });

/** Returns the complete content with changed members; undefined removes one. */
function contentWith(change: Record<string, unknown>): Content {
  return JSON.parse(JSON.stringify({ ...complete, ...change })) as Content;
}

describe('complete content', () => {
  test.each<[string, Content]>([
    ['without changes', complete],
    ['with an email address', contentWith({ contact: { email: 'ana@posta.example' } })],
    ['with a phone number', contentWith({ contact: { phone: '022 123456' } })],
    ['for a represented child', contentWith({ represented: child, mandate: { kind: 'kinship', reference: 'CS-1' } })],
    ['with a copy instead of the original', contentWith({ evidence: [{ kind: 'identity-document', copy: 'c/1' }] })],
    ['with documents that are not required', contentWith({ evidence: [...complete.evidence!, { kind: 'x' }] })],
    [
      'without a language of the represented person',
      contentWith({ represented: child, mandate: { kind: 'mpower', reference: '1' } }),
    ],
  ])('is accepted %s', (_name, content) => expect(violationsFor(content)).toEqual([]));
});

describe('incomplete content', () => {
  test.each<[string, Content, string[]]>([
    [
      'the applicant',
      contentWith({ applicant: undefined }),
      [
        '/applicant/idnp REQUIRED',
        '/applicant/givenName REQUIRED',
        '/applicant/familyName REQUIRED',
        '/applicant/birthDate REQUIRED',
        '/applicant/language REQUIRED',
      ],
    ],
    ...(['idnp', 'givenName', 'familyName', 'birthDate', 'language'] as const).map(
      (name): [string, Content, string[]] => [
        `${name} of the applicant`,
        contentWith({ applicant: { ...complete.applicant, [name]: undefined } }),
        [`/applicant/${name} REQUIRED`],
      ],
    ),
    ...(['idnp', 'givenName', 'familyName', 'birthDate'] as const).map((name): [string, Content, string[]] => [
      `${name} of the represented person`,
      contentWith({ represented: { ...child, [name]: undefined }, mandate: { kind: 'kinship', reference: '1' } }),
      [`/represented/${name} REQUIRED`],
    ]),
    [
      'a non-empty name',
      contentWith({ applicant: { ...complete.applicant, givenName: '' } }),
      ['/applicant/givenName REQUIRED'],
    ],
    ['the contact', contentWith({ contact: undefined }), ['/contact CONTACT_MISSING']],
    ['a non-empty contact', contentWith({ contact: { email: '', none: false } }), ['/contact CONTACT_MISSING']],
    ['the mandate', contentWith({ mandate: undefined }), ['/mandate REQUIRED']],
    ['the reference of a mandate', contentWith({ mandate: { kind: 'notarial' } }), ['/mandate/reference REQUIRED']],
    ['a mandate for the represented person', contentWith({ represented: child }), ['/mandate/kind MANDATE_REQUIRED']],
    ['a required document', contentWith({ evidence: undefined }), ['/evidence EVIDENCE_MISSING']],
    [
      'the verification of a document',
      contentWith({ evidence: [{ kind: 'x' }, { kind: 'identity-document' }] }),
      ['/evidence/1/originalSeen EVIDENCE_NOT_VERIFIED'],
    ],
    ['the cost option', contentWith({ costOption: undefined }), ['/costOption REQUIRED']],
    ['a cost option of this version', contentWith({ costOption: 'urgent' }), ['/costOption ONE_OF']],
    ['a cost option of this kind of centre', contentWith({ costOption: 'consular' }), ['/costOption ONE_OF']],
    ['the delivery choice', contentWith({ delivery: undefined }), ['/delivery REQUIRED']],
    [
      'a field, with another of invalid shape',
      contentWith({ costOption: undefined, contact: { phone: 'x' } }),
      ['/contact/phone PHONE', '/costOption REQUIRED'],
    ],
  ])('is rejected without %s', (_name, content, expected) => expect(violationsFor(content)).toEqual(expected));

  test('reports everything that empty content lacks', () => {
    expect(violationsFor({})).toEqual([
      '/applicant/idnp REQUIRED',
      '/applicant/givenName REQUIRED',
      '/applicant/familyName REQUIRED',
      '/applicant/birthDate REQUIRED',
      '/applicant/language REQUIRED',
      '/contact CONTACT_MISSING',
      '/mandate REQUIRED',
      '/evidence EVIDENCE_MISSING',
      '/costOption REQUIRED',
      '/delivery REQUIRED',
    ]);
  });

  test('validates answers with the form, absent ones as empty', () => {
    const invalid = violation('/answers/act', 'ONE_OF', { choices: ['birth', 'death'] });
    const validated: unknown[] = [];
    const validateAnswers = (answers: Record<string, unknown>) =>
      [validated.push(answers), invalid].slice(1) as Violation[];
    expect(
      validateCompleteness(complete, requirements, { centreKind: 'town-hall', today: TODAY }, validateAnswers),
    ).toEqual([invalid]);
    validateCompleteness(
      contentWith({ answers: undefined }),
      requirements,
      { centreKind: 'town-hall', today: TODAY },
      validateAnswers,
    );
    expect(validated).toEqual([complete.answers, {}]);
  });
});

describe('dates in the future', () => {
  const params = { other: 'today' };
  const violationsWith = (more: Record<string, unknown>) =>
    validateCompleteness(contentWith(more), requirements, { centreKind: 'town-hall', today: TODAY }, () => []);

  test.each<[string, Record<string, unknown>, string]>([
    ['a birth', { applicant: { ...complete.applicant, birthDate: '2030-01-01' } }, '/applicant/birthDate'],
    ['a birth tomorrow', { applicant: { ...complete.applicant, birthDate: '2026-03-10' } }, '/applicant/birthDate'],
    [
      'a birth of the represented person',
      {
        represented: { ...child, birthDate: '2027-01-01' },
        mandate: { kind: 'kinship', reference: 'CS-1', date: '2024-02-29' },
      },
      '/represented/birthDate',
    ],
    ['a mandate', { mandate: { kind: 'notarial', reference: 'N-1', date: '2026-03-10' } }, '/mandate/date'],
    [
      'a document',
      { evidence: [{ kind: 'identity-document', originalSeen: true, issueDate: '2026-03-10' }] },
      '/evidence/0/issueDate',
    ],
  ])('are rejected for %s', (_, more, field) => {
    expect(violationsWith(more)).toEqual([violation(field, 'NOT_AFTER', params)]);
  });

  test('do not include the day of filing', () => {
    expect(violationsWith({ applicant: { ...complete.applicant, birthDate: TODAY } })).toEqual([]);
  });

  test('are rejected for an age above 120 years', () => {
    const earliest = `${Number(TODAY.slice(0, 4)) - 120}${TODAY.slice(4)}`;
    const born = (birthDate: string) => violationsWith({ applicant: { ...complete.applicant, birthDate } });
    expect(born(earliest)).toEqual([]);
    for (const birthDate of [addCivilDays(earliest, -1), '1856-05-04'])
      expect(born(birthDate)).toEqual([violation('/applicant/birthDate', 'NOT_BEFORE', { other: earliest })]);
    const represented = { ...complete.applicant, birthDate: '1856-05-04' };
    const mandate = { kind: 'kinship' as const, reference: 'CS-1', date: '1856-05-04' };
    expect(violationsWith({ represented, mandate }).map(({ field }) => field)).toEqual(['/represented/birthDate']);
  });
});

describe('cost option', () => {
  test.each<[string, Requirements, string, string | undefined, string[]]>([
    ['is optional if the service has none', requires(), 'town-hall', undefined, []],
    [
      'is optional if this kind of centre offers none',
      { evidence: [], costOptions: [{ code: 'consular', centreKinds: ['mission'] }] },
      'library',
      undefined,
      [],
    ],
    ['of missions is accepted at a mission', requirements, 'mission', 'consular', []],
  ])('%s', (_name, required, kind, costOption, expected) =>
    expect(violationsFor(contentWith({ costOption }), required, kind)).toEqual(expected),
  );
});

describe('verification code', () => {
  const coded = contentWith({
    evidence: [...complete.evidence!, { kind: 'proof', originalSeen: false, verificationCode: 'K7Q2' }],
  });
  test('replaces the original if the rule accepts it', () => {
    expect(violationsFor(coded, requires({ kind: 'proof', required: true, acceptsCode: true }))).toEqual([]);
    expect(violationsFor(coded, requires({ kind: 'proof', required: true }))).toHaveLength(1);
  });
});

describe('several documents of one kind', () => {
  const unusableCopies = ['documents/refused'];
  const violationsOf = (evidence: Content['evidence']) =>
    validateCompleteness(
      contentWith({ evidence }),
      requirements,
      { centreKind: 'town-hall', today: TODAY, unusableCopies },
      () => [],
    ).map(({ field, rule }) => `${field} ${rule}`);
  const kind = 'identity-document';
  const refused = { kind, copy: 'documents/refused' };
  const other = { kind: 'power', originalSeen: true };

  test.each<[string, Content['evidence']]>([
    ['another copy proves it', [refused, { kind, copy: 'documents/ready' }]],
    ['the original of another was seen', [refused, { kind, originalSeen: true }]],
    ['its own original was seen', [{ ...refused, originalSeen: true }]],
  ])('are accepted with a refused copy if %s', (_name, evidence) => expect(violationsOf(evidence)).toEqual([]));

  test('are rejected at the first of them if none is proven', () => {
    const none = ['/evidence/1/originalSeen EVIDENCE_NOT_VERIFIED'];
    expect(violationsOf([other, refused, { kind }])).toEqual(none);
  });
});

describe('evidence rule requires a document', () => {
  const missing = ['/evidence EVIDENCE_MISSING'];
  const forChild = contentWith({ represented: child, mandate: { kind: 'kinship', reference: '1' } });
  const whenAct = { kind: 'proof', required: true, whenAnswer: { field: 'act', values: ['birth', 'death'] } };
  const whenKinship = { kind: 'proof', required: true, whenMandate: ['kinship'] };
  const whenHeir = { kind: 'proof', required: true, whenAnswer: { field: 'heir', values: ['true'] } };
  test.each<[string, Requirements['evidence'][number], Content, string[]]>([
    ['always', { kind: 'proof', required: true }, complete, missing],
    ['never when it is not required', { kind: 'proof', required: false }, complete, []],
    [
      'never when it is not required, even if a condition holds',
      { kind: 'proof', required: false, whenRepresented: true },
      forChild,
      [],
    ],
    ['when a person is represented', { kind: 'proof', required: true, whenRepresented: true }, forChild, missing],
    ['not when nobody is represented', { kind: 'proof', required: true, whenRepresented: true }, complete, []],
    ['for one of the answers', whenAct, complete, missing],
    ['not for another answer', whenAct, contentWith({ answers: { act: 'marriage' } }), []],
    ['not without the answer', whenAct, contentWith({ answers: undefined }), []],
    ['not for a list that holds the answer', whenAct, contentWith({ answers: { act: ['birth'] } }), []],
    ['for a kind of mandate', whenKinship, forChild, missing],
    ['not for another kind of mandate', whenKinship, complete, []],
    ['not without a mandate', whenKinship, contentWith({ mandate: undefined }), ['/mandate REQUIRED']],
    ['when any of its conditions holds', { ...whenAct, whenMandate: ['notarial'] }, complete, missing],
    [
      'when another condition holds',
      { ...whenKinship, whenAnswer: { field: 'act', values: ['x'] } },
      forChild,
      missing,
    ],
    ['not when none of them holds', { ...whenKinship, whenAnswer: { field: 'act', values: ['x'] } }, complete, []],
    ['for a ticked box', whenHeir, complete, missing],
    ['not for an unticked box', whenHeir, contentWith({ answers: { heir: false } }), []],
  ])('%s', (_name, rule, content, expected) => expect(violationsFor(content, requires(rule))).toEqual(expected));
});

test('reports exactly the fields that are removed from complete content', () => {
  const members = Object.keys(complete) as (keyof Content)[];
  fc.assert(
    fc.property(fc.subarray(members), (removed) => {
      const violations = violationsFor(contentWith(Object.fromEntries(removed.map((name) => [name, undefined]))));
      const fields = violations.map((text) => text.split(/[ /]/)[1]);
      expect(new Set(fields)).toEqual(new Set(removed.filter((name) => name !== 'answers')));
    }),
  );
});
