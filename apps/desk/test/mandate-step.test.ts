import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { Content } from '@cups/application';
import type { Catalog, StoredMandate } from '../src/api/types.ts';
import { mandateBasis, withoutMandateName } from '../src/visit/model/mandate-basis.ts';
import {
  coversSubject,
  findStandingMandates,
  SMALLEST_CHOICE,
  scopeOf,
  toMandateSubject,
  toNamedMandate,
  toNewMandate,
} from '../src/visit/model/mandate-subject.ts';
import type { MandateSubject } from '../src/visit/model/mandate-subject.ts';
import { mandateText } from '../src/visit/model/mandate-text.ts';
import { catalog, findServiceByCode } from './services.ts';

const APPLICATION = '01JAPP00000000000000000001';
const SERVICE = 'publicServices/criminal-record';
const ion = { idnp: '2900000000012', givenName: 'Ion', familyName: 'Exemplu' };
const ana = { idnp: '2900000000034', givenName: 'Ana', familyName: 'Exemplu' };
const context = { application: APPLICATION, service: findServiceByCode('criminal-record'), training: false };
const subjectOf = (content: Content, more: object = {}) =>
  toMandateSubject(content, { ...context, ...more }) as MandateSubject;
const present: Content = { applicant: { ...ion, language: 'ru' }, mandate: { kind: 'own-presence' } };
const represented: Content = {
  applicant: ion,
  represented: ana,
  mandate: { kind: 'notarial', reference: 'procura 12', date: '2026-11-02' },
};

describe('toNewMandate', () => {
  test('covers one application of a person who is present, at least', () => {
    expect(toNewMandate(subjectOf(present), SMALLEST_CHOICE)).toEqual({
      person: ion,
      scope: { publicServices: [SERVICE] },
      term: 'this-application',
      application: `applications/${APPLICATION}`,
      ground: { kind: 'present-and-signing' },
      language: 'ru',
    });
  });

  test('names who is present, and the document, for another person', () => {
    const request = toNewMandate(subjectOf(represented, { notary: 'Rotaru' }), { ...SMALLEST_CHOICE, term: 'days-31' });
    expect(request).toMatchObject({
      person: ana,
      representative: ion,
      term: 'days-31',
      ground: { kind: 'notarial', reference: 'procura 12', date: '2026-11-02', notary: 'Rotaru' },
    });
    expect(request).not.toHaveProperty('application');
    expect(toNamedMandate(subjectOf(represented), 'mandates/1')).toEqual({
      ...represented.mandate,
      name: 'mandates/1',
    });
  });

  test.each<[string, Content]>([
    ['the number of the person', { ...present, applicant: { givenName: 'Ion', familyName: 'Exemplu' } }],
    ['the name of the person', { ...present, applicant: { idnp: ion.idnp } }],
    ['the ground', { applicant: ion }],
    ['the document of the ground', { ...represented, mandate: { kind: 'kinship' } }],
    ['the represented person', { ...represented, represented: {} }],
  ])('needs %s', (_, content) => {
    expect(toMandateSubject(content, context)).toBeUndefined();
  });
});

test('a scope always covers the application', () => {
  const subject = subjectOf(present);
  const choice = { ...SMALLEST_CHOICE, term: 'days-31' as const };
  const services = ['publicServices/identity-card', SERVICE];
  expect(scopeOf({ ...choice, scope: 'services', services }, subject)).toEqual({
    publicServices: [SERVICE, 'publicServices/identity-card'],
  });
  expect(scopeOf({ ...choice, scope: 'themes', themes: ['transport'] }, subject)).toEqual({
    publicServices: [SERVICE],
    themes: ['transport'],
  });
  expect(scopeOf({ ...choice, scope: 'themes', themes: ['justice-records'] }, subject)).toEqual({
    publicServices: [],
    themes: ['justice-records'],
  });
  expect(scopeOf({ ...SMALLEST_CHOICE, scope: 'themes', themes: ['transport'] }, subject)).toEqual({
    publicServices: [SERVICE],
  });
});

test('the text names the person, the centre and the last day', () => {
  const request = toNewMandate(subjectOf(present), { ...SMALLEST_CHOICE, term: 'days-31' });
  const text = mandateText(request, catalog as Catalog, 'ro', '2026-11-26');
  expect(text).toContain('Eu, Ion Exemplu (IDNP 2900000000012), împuternicesc centrul „Colibași”');
  expect(text).toContain('27.12.2026');
  expect(createHash('sha256').update(text).digest('hex')).toHaveLength(64);
});

describe('coversSubject', () => {
  const mandate = {
    name: 'mandates/01JMANDATE0000000000000001',
    person: ion,
    ground: { kind: 'present-and-signing' },
    remainingScope: { publicServices: [SERVICE], themes: [] },
    revocations: [],
    state: 'active',
    expireTime: '2027-01-01T00:00:00Z',
    training: false,
  } as unknown as StoredMandate;
  const theme = { publicServices: [], themes: ['justice-records'] };
  const revocation = { scope: { publicServices: [SERVICE], themes: [] } } as unknown as StoredMandate['revocations'][0];

  test.each<[boolean, string, Partial<StoredMandate>]>([
    [true, 'the service', {}],
    [true, 'its theme', { remainingScope: theme }],
    [true, 'this application', { application: `applications/${APPLICATION}` }],
    [false, 'another application', { application: 'applications/01JAPP00000000000000000002' }],
    [false, 'another service', { remainingScope: { publicServices: ['publicServices/x'], themes: [] } }],
    [false, 'the theme without this service', { remainingScope: theme, revocations: [revocation] }],
    [false, 'nothing after its end', { state: 'expired' }],
    [false, 'another person', { person: ana }],
    [false, 'another ground', { ground: { kind: 'kinship' } }],
    [false, 'training', { training: true }],
  ])('returns %s for a mandate that covers %s', (expected, _, change) => {
    expect(coversSubject({ ...mandate, ...change }, subjectOf(present))).toBe(expected);
  });

  test('compares the representative', () => {
    const other = { ...mandate, person: ana, ground: { kind: 'notarial' } } as StoredMandate;
    expect(coversSubject({ ...other, representative: ion }, subjectOf(represented))).toBe(true);
    expect(coversSubject({ ...other, representative: { ...ion, idnp: ana.idnp } }, subjectOf(represented))).toBe(false);
    expect(coversSubject(other, subjectOf(represented))).toBe(false);
  });

  test('findStandingMandates returns the one that ends last first', () => {
    const longer = { ...mandate, name: 'mandates/2', expireTime: '2027-06-01T00:00:00Z' };
    const found = findStandingMandates([mandate, { ...longer, state: 'revoked' }, longer], subjectOf(present));
    expect(found).toEqual([longer, mandate]);
  });
});

describe('mandateBasis', () => {
  const values = { '/behalf': 'self', '/applicant/idnp': '2900 00000 0012', '/applicant/familyName': 'EXEMPLU' };

  test('ignores how a person was typed, and what no mandate names', () => {
    const same = { ...values, '/applicant/idnp': '2900000000012', '/applicant/familyName': 'Exemplu' };
    expect(mandateBasis({ ...same, '/mandate/reference': 'x', '/contact/phone': '1' })).toBe(mandateBasis(values));
  });

  test.each([
    { '/applicant/idnp': '2900000000034' },
    { '/applicant/familyName': 'Altul' },
    { '/behalf': 'other' },
    { '/applicant/without': true, '/applicant/foreignDocument/number': 'A1' },
  ])('changes with %o', (change) => {
    expect(mandateBasis({ ...values, ...change } as typeof values)).not.toBe(mandateBasis(values));
  });

  test('changes with the document of another person', () => {
    const other = { ...values, '/behalf': 'other', '/mandate/kind': 'kinship', '/mandate/reference': '12' };
    expect(mandateBasis({ ...other, '/mandate/reference': '13' })).not.toBe(mandateBasis(other));
  });

  test('withoutMandateName keeps the term', () => {
    expect(
      withoutMandateName({ '/mandate/name': 'm', '/mandate/services': ['x'], '/mandate/term': 'days-31' }),
    ).toEqual(...[{ '/mandate/term': 'days-31' }]);
  });
});
