import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { violation } from '@cups/problem';
import type { Violation } from '@cups/problem';
import { validateCompleteness } from '../src/index.ts';
import type { Content, Requirements } from '../src/index.ts';

/** What a file needs before it is sent to an agency. */

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
const violationsFor = (content: Content, wanted = requirements, kind = 'town-hall') =>
  validateCompleteness(content, wanted, { centreKind: kind, today: TODAY }, () => []).map(
    ({ field, rule }) => `${field} ${rule}`,
  );
describe('a person without IDNP', () => {
  const foreignDocument = { country: 'IT', kind: 'birth-certificate', number: 'IT-1' } as const;
  const { idnp: _none, ...born } = child;
  const represented = { ...born, foreignDocument };
  const kinship = { kind: 'kinship', reference: 'IT-1' } as const;
  const taking = { ...requirements, acceptsForeignDocuments: true };

  test('is taken where the agency takes people by a document of another state, and nowhere else', () => {
    const content = file({ represented, mandate: kinship });
    expect(violationsFor(content, taking)).toEqual([]);
    expect(violationsFor(content)).toEqual(['/represented/foreignDocument FOREIGN_DOCUMENT_NOT_TAKEN']);
    const { idnp: _mine, ...applicant } = complete.applicant!;
    expect(violationsFor(file({ applicant: { ...applicant, foreignDocument } }), taking)).toEqual([]);
  });

  test('still has a name and a day of birth, and without any document lacks the IDNP', () => {
    expect(violationsFor(file({ represented: { foreignDocument }, mandate: kinship }), taking)).toEqual([
      '/represented/givenName REQUIRED',
      '/represented/familyName REQUIRED',
      '/represented/birthDate REQUIRED',
    ]);
    expect(violationsFor(file({ represented: born, mandate: kinship }), taking)).toEqual([
      '/represented/idnp REQUIRED',
    ]);
  });

  test('has no IDNP beside it', () => {
    const both = { ...child, foreignDocument };
    expect(violationsFor(file({ represented: both, mandate: kinship }), taking)).toEqual([
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
  ])('with a document that is %p is refused', (change, wanted) => {
    const wrong = { ...born, foreignDocument: { ...foreignDocument, ...change } };
    expect(violationsFor(file({ represented: wrong, mandate: kinship }), taking)).toEqual([wanted]);
  });
});

const asks = (...evidence: Requirements['evidence']): Requirements => ({ evidence, costOptions: [] });

/** The complete file with some members changed; undefined leaves one out. */
function file(change: Record<string, unknown>): Content {
  return JSON.parse(JSON.stringify({ ...complete, ...change })) as Content;
}

describe('a complete file', () => {
  test.each<[string, Content]>([
    ['that is complete', complete],
    ['with an e-mail address', file({ contact: { email: 'ana@posta.example' } })],
    ['with a telephone number', file({ contact: { phone: '022 123456' } })],
    ['for a child, by kinship', file({ represented: child, mandate: { kind: 'kinship', reference: 'CS-1' } })],
    ['with a copy in the place of the original', file({ evidence: [{ kind: 'identity-document', copy: 'c/1' }] })],
    ['with papers that nobody asked for', file({ evidence: [...complete.evidence!, { kind: 'x' }] })],
    [
      'without a language of the one who is represented',
      file({ represented: child, mandate: { kind: 'mpower', reference: '1' } }),
    ],
  ])('%s is accepted', (_name, content) => expect(violationsFor(content)).toEqual([]));
});

describe('what is missing is told by its field', () => {
  test.each<[string, Content, string[]]>([
    [
      'the person',
      file({ applicant: undefined }),
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
        file({ applicant: { ...complete.applicant, [name]: undefined } }),
        [`/applicant/${name} REQUIRED`],
      ],
    ),
    ...(['idnp', 'givenName', 'familyName', 'birthDate'] as const).map((name): [string, Content, string[]] => [
      `${name} of the one who is represented`,
      file({ represented: { ...child, [name]: undefined }, mandate: { kind: 'kinship', reference: '1' } }),
      [`/represented/${name} REQUIRED`],
    ]),
    [
      'a name that is empty',
      file({ applicant: { ...complete.applicant, givenName: '' } }),
      ['/applicant/givenName REQUIRED'],
    ],
    ['the contact', file({ contact: undefined }), ['/contact CONTACT_MISSING']],
    ['a contact that says nothing', file({ contact: { email: '', none: false } }), ['/contact CONTACT_MISSING']],
    ['the mandate', file({ mandate: undefined }), ['/mandate REQUIRED']],
    ['the paper of a mandate', file({ mandate: { kind: 'notarial' } }), ['/mandate/reference REQUIRED']],
    ['a mandate for another', file({ represented: child }), ['/mandate/kind POWER_NEEDED']],
    ['a required paper', file({ evidence: undefined }), ['/evidence EVIDENCE_MISSING']],
    [
      'the sight of a paper',
      file({ evidence: [{ kind: 'x' }, { kind: 'identity-document' }] }),
      ['/evidence/1/originalSeen EVIDENCE_UNSEEN'],
    ],
    ['the cost option', file({ costOption: undefined }), ['/costOption REQUIRED']],
    ['a cost option of this version', file({ costOption: 'urgent' }), ['/costOption ONE_OF']],
    ['a cost option of this kind of centre', file({ costOption: 'consular' }), ['/costOption ONE_OF']],
    ['the delivery', file({ delivery: undefined }), ['/delivery REQUIRED']],
    [
      'what has a wrong shape',
      file({ costOption: undefined, contact: { phone: 'x' } }),
      ['/contact/phone PHONE', '/costOption REQUIRED'],
    ],
  ])('%s', (_name, content, wanted) => expect(violationsFor(content)).toEqual(wanted));

  test('an empty file: all of it at once', () => {
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

  test('answers are asked of the form, empty ones where none were given', () => {
    const wrong = violation('/answers/act', 'ONE_OF', { choices: ['birth', 'death'] });
    const seen: unknown[] = [];
    const check = (answers: Record<string, unknown>) => [seen.push(answers), wrong].slice(1) as Violation[];
    expect(validateCompleteness(complete, requirements, { centreKind: 'town-hall', today: TODAY }, check)).toEqual([
      wrong,
    ]);
    validateCompleteness(file({ answers: undefined }), requirements, { centreKind: 'town-hall', today: TODAY }, check);
    expect(seen).toEqual([complete.answers, {}]);
  });
});

describe('a day that is still to come', () => {
  const late = { other: 'today' };
  const filed = (more: Record<string, unknown>) =>
    validateCompleteness(file(more), requirements, { centreKind: 'town-hall', today: TODAY }, () => []);

  test.each<[string, Record<string, unknown>, string]>([
    ['a birth', { applicant: { ...complete.applicant, birthDate: '2030-01-01' } }, '/applicant/birthDate'],
    ['a birth tomorrow', { applicant: { ...complete.applicant, birthDate: '2026-03-10' } }, '/applicant/birthDate'],
    [
      'the birth of who is represented',
      {
        represented: { ...child, birthDate: '2027-01-01' },
        mandate: { kind: 'kinship', reference: 'CS-1', date: '2024-02-29' },
      },
      '/represented/birthDate',
    ],
    ['a power', { mandate: { kind: 'notarial', reference: 'N-1', date: '2026-03-10' } }, '/mandate/date'],
    [
      'a document',
      { evidence: [{ kind: 'identity-document', originalSeen: true, issueDate: '2026-03-10' }] },
      '/evidence/0/issueDate',
    ],
  ])('is no day of %s', (_, more, field) => {
    expect(filed(more)).toEqual([violation(field, 'NOT_AFTER', late)]);
  });

  test('is not the day of filing', () => {
    expect(filed({ applicant: { ...complete.applicant, birthDate: TODAY } })).toEqual([]);
  });
});

describe('a cost option', () => {
  test.each<[string, Requirements, string, string | undefined, string[]]>([
    ['is not needed where there is none', asks(), 'town-hall', undefined, []],
    [
      'is not needed where none is offered at this kind of centre',
      { evidence: [], costOptions: [{ code: 'consular', centreKinds: ['mission'] }] },
      'library',
      undefined,
      [],
    ],
    ['of consulates is one at a consulate', requirements, 'mission', 'consular', []],
  ])('%s', (_name, wanted, kind, costOption, expected) =>
    expect(violationsFor(file({ costOption }), wanted, kind)).toEqual(expected),
  );
});

describe('a paper', () => {
  const coded = file({
    evidence: [...complete.evidence!, { kind: 'proof', originalSeen: false, verificationCode: 'K7Q2' }],
  });
  test('does by its verification code where the rule takes one', () => {
    expect(violationsFor(coded, asks({ kind: 'proof', required: true, acceptsCode: true }))).toEqual([]);
    expect(violationsFor(coded, asks({ kind: 'proof', required: true }))).toHaveLength(1);
  });
});

describe('a paper is needed', () => {
  const missing = ['/evidence EVIDENCE_MISSING'];
  const forChild = file({ represented: child, mandate: { kind: 'kinship', reference: '1' } });
  const whenAct = { kind: 'proof', required: true, whenAnswer: { field: 'act', values: ['birth', 'death'] } };
  const whenKinship = { kind: 'proof', required: true, whenMandate: ['kinship'] };
  const whenHeir = { kind: 'proof', required: true, whenAnswer: { field: 'heir', values: ['true'] } };
  test.each<[string, Requirements['evidence'][number], Content, string[]]>([
    ['always', { kind: 'proof', required: true }, complete, missing],
    ['never when it is not required', { kind: 'proof', required: false }, complete, []],
    [
      'never when it is not required, whatever the case',
      { kind: 'proof', required: false, whenRepresented: true },
      forChild,
      [],
    ],
    ['when somebody is represented', { kind: 'proof', required: true, whenRepresented: true }, forChild, missing],
    ['not when nobody is represented', { kind: 'proof', required: true, whenRepresented: true }, complete, []],
    ['for one of the answers', whenAct, complete, missing],
    ['not for another answer', whenAct, file({ answers: { act: 'marriage' } }), []],
    ['not without the answer', whenAct, file({ answers: undefined }), []],
    ['not for a list that holds the answer', whenAct, file({ answers: { act: ['birth'] } }), []],
    ['for a kind of mandate', whenKinship, forChild, missing],
    ['not for another kind of mandate', whenKinship, complete, []],
    ['not without a mandate', whenKinship, file({ mandate: undefined }), ['/mandate REQUIRED']],
    ['when any of its conditions holds', { ...whenAct, whenMandate: ['notarial'] }, complete, missing],
    ['also when another one holds', { ...whenKinship, whenAnswer: { field: 'act', values: ['x'] } }, forChild, missing],
    ['not when none of them holds', { ...whenKinship, whenAnswer: { field: 'act', values: ['x'] } }, complete, []],
    ['for a tick', whenHeir, complete, missing],
    ['not without the tick', whenHeir, file({ answers: { heir: false } }), []],
  ])('%s', (_name, rule, content, expected) => expect(violationsFor(content, asks(rule))).toEqual(expected));
});

test('a complete file from which members are taken is told of no field that is still there', () => {
  const members = Object.keys(complete) as (keyof Content)[];
  fc.assert(
    fc.property(fc.subarray(members), (left) => {
      const violations = violationsFor(file(Object.fromEntries(left.map((name) => [name, undefined]))));
      const fields = violations.map((one) => one.split(/[ /]/)[1]);
      expect(new Set(fields)).toEqual(new Set(left.filter((name) => name !== 'answers')));
    }),
  );
});
