import { describe, expect, test } from '@jest/globals';
import { CONTENT_MEMBERS } from '@cups/application';
import { messageType } from '@cups/contracts/proto';
import type { Application, Application__Output } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import { person } from '@cups/testing';
import * as convert from '../src/convert.ts';
import type { ContentJson } from '../src/convert.ts';
import { application } from './gateway.ts';

const wire = messageType<Application, Application__Output>('cups.intake.v1.Application');
const roundTrip = (content: ContentJson) => {
  const { allowedActions: _actions, ...json } = convert.applicationJson(
    wire.decode(wire.encode(application({ content: convert.contentToProto(content) }))),
  ) as Record<string, unknown>;
  const names: readonly string[] = CONTENT_MEMBERS;
  return Object.fromEntries(Object.entries(json).filter(([name]) => names.includes(name)));
};

const fullContent: ContentJson = {
  applicant: person(7),
  contact: { email: 'ana@example.org', phone: '+373 60000000' },
  represented: person(8),
  mandate: { kind: 'notarial', reference: 'N-12', date: '2026-01-31' },
  answers: { b: [1, { z: null, y: true }], a: 'ș' },
  evidence: [
    { kind: 'identity-document', number: 'A1', issueDate: '2020-02-29', originalSeen: true },
    { kind: 'power-of-attorney', originalSeen: false, copy: 'copies/1' },
  ],
  costOption: 'ordinary',
  delivery: { kind: 'post', note: 'str. Exemplu 1' },
};

describe('content of an application', () => {
  test('survives the conversion to proto and back', () => expect(roundTrip(fullContent)).toEqual(fullContent));

  test('has a text whose name ends with Time unchanged', () => {
    const wireContent = { contact: { phone: '', preferredContactTime: 'after 18:00' } };
    expect(convert.contactJson(wireContent.contact)).toEqual({ preferredContactTime: 'after 18:00' });
  });

  test.each(Object.keys(fullContent) as (keyof ContentJson)[])('survives it with %s alone', (field) => {
    expect(roundTrip({ [field]: fullContent[field] })).toEqual({ [field]: fullContent[field] });
  });

  test.each(['own-presence', 'mpower', 'notarial', 'kinship', 'guardianship'] as const)(
    'keeps the mandate %s',
    (kind) => {
      expect(roundTrip({ mandate: { kind } })).toEqual({ mandate: { kind } });
    },
  );

  test.each(['at-centre', 'electronic', 'post'] as const)('keeps the delivery %s', (kind) => {
    expect(roundTrip({ delivery: { kind } })).toEqual({ delivery: { kind } });
  });

  test('keeps empty answers and "has none"', () => {
    expect(roundTrip({ answers: {}, contact: { none: true } })).toEqual({ answers: {}, contact: { none: true } });
  });

  test('omits null and lists it in proto spelling for an edit', () => {
    expect(roundTrip({ applicant: null, answers: null, evidence: null, costOption: null, delivery: null })).toEqual({});
    expect(convert.updateFields({ costOption: null, applicant: null })).toEqual(['cost_option', 'applicant']);
  });
});

describe('answersToProto', () => {
  test('returns equal bytes for any order of members', () => {
    const bytes = convert.answersToProto({ b: { y: 1, x: [2, 'ă'] }, a: null });
    expect(bytes.toString()).toBe('{"a":null,"b":{"x":[2,"ă"],"y":1}}');
    expect(convert.answersToProto({ a: null, b: { x: [2, 'ă'], y: 1 } })).toEqual(bytes);
  });

  test('rejects a member called __proto__', () => {
    const answers = JSON.parse('{"__proto__":{"x":1}}') as Record<string, unknown>;
    expect(() => convert.answersToProto(answers)).toThrow(expect.objectContaining({ reason: 'INVALID_ARGUMENT' }));
  });

  test('rejects deep nesting without a stack overflow', () => {
    const deep = JSON.parse(`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`) as Record<string, unknown>;
    expect(() => convert.answersToProto(deep)).toThrow(expect.objectContaining({ reason: 'INVALID_ARGUMENT' }));
  });
});

describe('applicationJson', () => {
  const json = (given: Partial<Application>) => convert.applicationJson(wire.decode(wire.encode(application(given))));

  test('returns a flat object with enum values, instants and allowed actions', () => {
    expect(
      json({
        state: 'STATE_DOCUMENTS_REQUESTED',
        documentRequest: {
          id: 'e1',
          requestTime: { seconds: '1764000000', nanos: 5_000_000 },
          evidenceKinds: ['birth-certificate'],
          message: { ro: 'Lipsește', ru: '', en: '' },
          answerBy: '2026-12-10',
        },
        allowedActions: ['ACTION_SUPPLY_DOCUMENTS', 'ACTION_WITHDRAW'],
        submissionCount: 1,
        ownApplication: true,
        expectedDecisionDate: '2026-12-18',
      }),
    ).toMatchObject({
      id: '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6',
      state: 'documents-requested',
      documentRequest: {
        requestTime: '2025-11-24T16:00:00.005Z',
        evidenceKinds: ['birth-certificate'],
        message: { ro: 'Lipsește' },
      },
      allowedActions: ['supply-documents', 'withdraw'],
      ownApplication: true,
      expectedDecisionDate: '2026-12-18',
    });
  });

  test('keeps an empty list of allowed actions and omits other empty values', () => {
    const made = json({ allowedActions: [], dueDate: '', content: null }) as Record<string, unknown>;
    expect(made['allowedActions']).toEqual([]);
    for (const absent of [
      'dueDate',
      'applicant',
      'decision',
      'deskAlerts',
      'content',
      'ownApplication',
      'expectedDecisionDate',
    ])
      expect(made).not.toHaveProperty(absent);
  });

  test('returns only the named fields in a list row', () => {
    const full = application({
      state: 'STATE_READY',
      trackingNumber: 'TRACK-1',
      content: {
        applicant: { ...person(1), language: 'ro' },
        contact: { phone: '+37360000001' },
        costOption: 'urgent',
      },
      documentRequest: { id: 'e1', answerBy: '2026-12-10', message: { ro: 'Lipsește' } },
      decision: { approved: true, resultNumber: 'R-1', decideTime: { seconds: '1764000000', nanos: 0 } },
      deskAlerts: [{ kind: 'result-revoked', recordTime: { seconds: '1764000000', nanos: 0 }, cause: 'X', count: 2 }],
      handOver: { collectedBy: 'applicant', idDocumentNumber: 'P-1' },
      agencyReference: 'A-1',
      expectedDecisionDate: '2026-12-18',
      submissionCount: 2,
      allowedActions: ['ACTION_WITHDRAW'],
    });
    const { givenName, familyName } = person(1);
    const row = convert.applicationRowJson(wire.decode(wire.encode(full)));
    const { name, id, centre, publicService, agency, etag, ...rest } = row;
    expect([name, id, centre, publicService, agency, etag].every(Boolean)).toBe(true);
    expect(rest).toMatchObject({
      state: 'ready',
      applicant: { givenName, familyName },
      costOption: 'urgent',
      documentRequest: { answerBy: '2026-12-10' },
      decision: { approved: true, decideTime: '2025-11-24T16:00:00.000Z' },
      deskAlerts: [{ kind: 'result-revoked', recordTime: '2025-11-24T16:00:00.000Z' }],
      allowedActions: ['withdraw'],
    });
    const shown = JSON.stringify(row);
    for (const text of [
      'TRACK-1',
      '+3736',
      'Lipsește',
      'R-1',
      'P-1',
      'A-1',
      person(1).idnp,
      'submissionCount',
      '"X"',
      '2026-12-18',
    ])
      expect(shown).not.toContain(text);
  });

  test('keeps a negative decision and an unmet outcome', () => {
    const made = json({
      decision: { approved: false, reason: { ro: 'Nu' } },
      outcome: { needMet: false, missing: 'x' },
    });
    expect(made).toMatchObject({
      decision: { approved: false, reason: { ro: 'Nu' } },
      outcome: { needMet: false, missing: 'x' },
    });
  });
});

test('a paused public service has a start and a reason; an active one has neither', () => {
  const service = { name: 'publicServices/property-list', stateCode: '', fileable: true, version: null, versions: [] };
  const reason = { ro: 'Registrul este oprit.', ru: 'Регистр остановлен.', en: 'The register is down.' };
  const json = (paused: object | null) => convert.publicServiceJson(Object.assign({}, service, { paused }));
  expect(json({ since: '2026-03-11', reason })).toMatchObject({ paused: { since: '2026-03-11', reason } });
  expect(Object.keys(json(null))).not.toContain('paused');
});

describe('inherited centres', () => {
  const time = { seconds: '1764000000', nanos: 0 };
  const operator = { name: 'operators/cu-002-specialist', roles: ['ROLE_SPECIALIST'], centre: 'centres/CU-002' };
  const session = (inheritedCentres: string[], training = false) =>
    convert.sessionJson({ id: 's', operator, createTime: time, expireTime: time, training, inheritedCentres });

  test('appear only in the session of the successor', () => {
    expect(session(['centres/CU-001'])).toMatchObject({ inheritedCentres: ['centres/CU-001'], training: false });
    expect(Object.keys(session([]) as object)).not.toContain('inheritedCentres');
  });

  test('a training session is marked', () => expect(session([], true)).toMatchObject({ training: true }));

  test('a closed centre names its successor', () => {
    const centre = (transferTo: string) =>
      convert.centreJson(Object.assign({ name: 'centres/CU-001' }, { transferTo }));
    expect(centre('centres/CU-002')).toMatchObject({ transferTo: 'centres/CU-002' });
    expect(Object.keys(centre('') as object)).not.toContain('transferTo');
  });
});

describe('values of a later release', () => {
  const note = { recordTime: null, count: 1 };

  test.each<[string, unknown, object]>([
    [
      'of a row of the history',
      convert.actionJson({ kind: 'audited', changes: ['X'], code: 'Y' }),
      {
        kind: 'other',
        changes: ['OTHER'],
        code: 'OTHER',
      },
    ],
    [
      'of a notice',
      convert.noticeJson({ name: 'notices/1', ...{ kind: 'fee-due', failCause: 'pigeon-away' } }),
      {
        kind: 'other',
        failCause: 'other',
      },
    ],
    ['of a delivery', convert.deliveryJson({ failCause: 'X', deferCause: '' }), { failCause: 'OTHER' }],
    [
      'of a note for the desk',
      convert.applicationJson({
        ...wire.decode(wire.encode(application())),
        deskAlerts: [{ ...note, kind: 'x', cause: 'X' }],
      } as never),
      { deskAlerts: [{ kind: 'other', cause: 'OTHER', count: 1 }] },
    ],
  ])('%s becomes the general value', (_name, converted, wanted) => expect(converted).toMatchObject(wanted));

  test('known values stay, and SMTP codes become smtp-refused', () => {
    expect(convert.actionJson({ kind: 'approved', changes: ['TEXT_CUT'], code: '' })).toEqual({
      kind: 'approved',
      changes: ['TEXT_CUT'],
    });
    expect(
      convert.actionJson({ kind: 'progressed', changes: [], code: '', expectedDecisionDate: '2026-12-18' } as never),
    ).toEqual({ kind: 'progressed', expectedDecisionDate: '2026-12-18' });
    expect(convert.noticeJson({ name: 'notices/1', ...{ failCause: 'smtp-550' } })).toMatchObject({
      failCause: 'smtp-refused',
    });
  });
});
