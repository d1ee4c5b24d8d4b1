import { describe, expect, test } from '@jest/globals';
import type { Content } from '@cups/application';
import { shapeViolations } from '@cups/application';
import fc from 'fast-check';
import { askedOften, isOpenHere, servicesFor } from '../src/visit/model/finding.ts';
import { fieldsNeeded, fieldsOf, formOf, sectionsOf } from '../src/visit/model/form.ts';
import { lacksOf } from '../src/visit/model/missing.ts';
import { carriedOver, offersFor } from '../src/visit/model/offers.ts';
import { beside, screenOf, screensOf, stepsOf } from '../src/visit/model/screens.ts';
import { changesOf, contentIn, merged, sendableOf } from '../src/visit/model/sending.ts';
import { cheapest, costsOf, deliveriesOf, onlyCost, papersAsked, paysOut } from '../src/visit/model/service.ts';
import { contentOf, typedOf } from '../src/visit/model/typed.ts';
import type { Typed } from '../src/visit/model/typed.ts';
import { registry, serviceNamed, services } from './services.ts';

/** A visit without a page: what is typed, what of it is sent, which screens there are, and what is missing. */

const TODAY = '2026-11-26';
const PERSON: Typed = {
  '/applicant/idnp': '2900 00000 0012',
  '/applicant/familyName': 'EXEMPLU',
  '/applicant/givenName': 'ion',
  '/applicant/birthDate': '4.5.61',
  '/applicant/language': 'ro',
  '/contact/means': 'none',
  '/behalf': 'self',
};
const reading = (code: string) => ({ form: formOf(serviceNamed(code)), today: TODAY });
const screens = (code: string, typed: Typed) => screensOf(serviceNamed(code), typed, contentOf(typed, reading(code)));
const lacks = (code: string, typed: Typed) =>
  lacksOf(typed, { registry, service: serviceNamed(code), today: TODAY }, screens(code, typed)).map(
    ({ at, screen, violation }) => `${screen} ${at} ${violation.rule}`,
  );

describe('a service is found', () => {
  test.each([
    ['buletin', 'identity-card'],
    ['копия свидетельства', 'civil-status-extract'],
    ['cazer', 'criminal-record'],
    ['propiska', 'residence-registration'],
  ])('as people say it: %s', (query, code) => {
    expect(servicesFor(registry, query)?.[0]?.code).toBe(code);
  });

  test('By no word that tells services apart nothing is found, and what is asked often can be filed here', () => {
    expect(servicesFor(registry, 'de la')).toBeUndefined();
    expect(servicesFor(registry, 'xyzzy')).toEqual([]);
    expect(askedOften(registry)).toHaveLength(3);
    expect(askedOften(registry).every(isOpenHere)).toBe(true);
  });
});

describe('what is typed', () => {
  test('is mended, and goes where the content has it', () => {
    expect(contentOf(PERSON, reading('civil-status-extract'))).toEqual({
      applicant: {
        idnp: '2900000000012',
        familyName: 'Exemplu',
        givenName: 'Ion',
        birthDate: '1961-05-04',
        language: 'ro',
      },
      contact: { none: true },
      mandate: { kind: 'own-presence' },
    });
  });

  test('of another person counts only while it is for another, and is kept', () => {
    const other = Object.assign({}, PERSON, {
      '/behalf': 'other',
      '/mandate/kind': 'kinship',
      '/mandate/reference': 'certificat 12',
      '/represented/givenName': 'Ana',
    });
    const content = contentOf(other, reading('civil-status-extract'));
    expect(content.mandate).toEqual({ kind: 'kinship', reference: 'certificat 12' });
    expect(content.represented).toEqual({ givenName: 'Ana' });
    const back = contentOf(Object.assign({}, other, { '/behalf': 'self' }), reading('civil-status-extract'));
    expect(back).not.toHaveProperty('represented');
    expect(back.mandate).toEqual({ kind: 'own-presence' });
  });

  test('of a form is read by its fields', () => {
    const typed: Typed = {
      '/answers/childIdnp': '2900 00000 0034',
      '/answers/childBirthDate': '5.3.26',
      '/answers/payout': 'bank',
      '/answers/iban': 'md24 ag00 0225 1000 1310 4168',
    };
    expect(contentOf(typed, reading('birth-allowance')).answers).toEqual({
      childIdnp: '2900000000034',
      childBirthDate: '2026-03-05',
      payout: 'bank',
      iban: 'MD24AG000225100013104168',
    });
    const twins = contentOf(
      { '/answers/childIdnps': ['2900 00000 0034', '', '2900000000046'] },
      reading('twins-support-allowance'),
    );
    expect(twins.answers).toEqual({ childIdnps: ['2900000000034', '2900000000046'] });
  });

  test('comes back from the content as the controls show it', () => {
    const typed: Typed = Object.assign({}, PERSON, {
      '/contact/means': 'email',
      '/contact/email': 'ion@mail.example',
      '/contact/phone': '+37369012345',
      '/answers/payout': 'post',
      '/evidence/identity-document/how': 'seen',
      '/evidence/identity-document/number': 'A 00000001',
      '/evidence/birth-certificate/how': 'code',
      '/evidence/birth-certificate/code': 'AB12',
      '/costOption': 'standard',
      '/delivery/kind': 'post',
      '/delivery/note': 'str. Florilor 1',
    });
    const content = contentOf(typed, reading('birth-allowance'));
    expect(shapeViolations(content)).toEqual([]);
    expect(contentOf(typedOf(content, reading('birth-allowance').form), reading('birth-allowance'))).toEqual(content);
  });
});

describe('what may be sent', () => {
  test.each<[string, Typed, Content]>([
    ['half an IDNP', { '/applicant/idnp': '2900', '/applicant/givenName': 'Ion' }, { applicant: { givenName: 'Ion' } }],
    ['a wrong IDNP', { '/applicant/idnp': '2900000000013' }, {}],
    ['half a date', { '/applicant/birthDate': '4.5', '/applicant/language': 'ro' }, { applicant: { language: 'ro' } }],
    ['half an address', { '/contact/means': 'email', '/contact/email': 'ion@' }, {}],
    [
      'a document of another state without its number',
      { '/applicant/without': true, '/applicant/foreignDocument/country': 'RO', '/applicant/givenName': 'Ion' },
      { applicant: { givenName: 'Ion' } },
    ],
    ['a wrong answer', { '/answers/childIdnp': '29', '/answers/payout': 'post' }, { answers: { payout: 'post' } }],
    ['a mandate without its kind', { '/behalf': 'other', '/mandate/reference': '12' }, {}],
    [
      'a paper that comes later',
      { '/evidence/identity-document/how': 'later', '/evidence/birth-certificate/how': 'seen' },
      { evidence: [{ kind: 'birth-certificate', originalSeen: true }] },
    ],
  ])('is not %s', (_, typed, content) => expect(sendableOf(typed, reading('birth-allowance'))).toEqual(content));

  test('has the right shape, whatever is typed', () => {
    const at = fc.constantFrom(
      ...['/applicant/idnp', '/applicant/givenName', '/applicant/birthDate', '/contact/email', '/contact/phone'],
      ...['/mandate/kind', '/mandate/date', '/represented/idnp', '/costOption', '/delivery/kind', '/delivery/note'],
      ...['/answers/childIdnp', '/answers/childBirthDate', '/answers/iban', '/evidence/identity-document/number'],
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('2900000000012', '4.5.61', 'post', 'kinship'),
    );
    const fixed = { '/behalf': 'other', '/contact/means': 'email', '/evidence/identity-document/how': 'seen' };
    fc.assert(
      fc.property(fc.dictionary(at, value), (typed) => {
        const content = sendableOf(Object.assign({}, typed, fixed), reading('birth-allowance'));
        expect(shapeViolations(content)).toEqual([]);
      }),
    );
  });

  test('An edit names what differs, whole, and null for what went', () => {
    const before: Content = { applicant: { givenName: 'Ion' }, costOption: 'standard', contact: { none: true } };
    const after: Content = { contact: { none: true }, applicant: { givenName: 'Ion', familyName: 'Exemplu' } };
    expect(changesOf(before, after)).toEqual({ applicant: after.applicant, costOption: null });
    expect(changesOf(after, after)).toEqual({});
    expect(contentIn(Object.assign({ state: 'draft', id: '1' }, before))).toEqual(before);
  });
});

describe('after a colleague wrote', () => {
  const base = sendableOf(PERSON, reading('birth-allowance'));
  const theirs = (more: Content): Content => Object.assign({}, base, more);

  test('what only the colleague changed is taken, and what only this desk changed stays', () => {
    const typed = Object.assign({}, PERSON, { '/applicant/givenName': 'Ioan' });
    const { typed: next, conflicts } = merged(
      typed,
      base,
      theirs({ contact: { phone: '+37369012345' }, answers: { payout: 'post' } }),
      reading('birth-allowance'),
    );
    expect(conflicts).toEqual([]);
    expect(next).toMatchObject({
      '/applicant/givenName': 'Ioan',
      '/contact/means': 'phone',
      '/contact/phone': '+37369012345',
      '/answers/payout': 'post',
    });
  });

  test('what both changed is told, and the own value stays until somebody chooses', () => {
    const typed = Object.assign({}, PERSON, { '/applicant/givenName': 'Ioan', '/applicant/birthDate': '5.5' });
    const { typed: next, conflicts } = merged(
      typed,
      base,
      theirs({ applicant: Object.assign({}, base.applicant, { givenName: 'Ionel', birthDate: '1962-05-04' }) }),
      reading('birth-allowance'),
    );
    expect(conflicts).toEqual([
      { at: '/applicant/givenName', mine: 'Ioan', theirs: 'Ionel' },
      { at: '/applicant/birthDate', mine: '5.5', theirs: '04.05.1962' },
    ]);
    expect(next['/applicant/givenName']).toBe('Ioan');
  });

  test('the same change of both is none', () => {
    const typed = Object.assign({}, PERSON, { '/applicant/givenName': 'IOAN' });
    const same = theirs({ applicant: Object.assign({}, base.applicant, { givenName: 'Ioan' }) });
    expect(merged(typed, base, same, reading('birth-allowance')).conflicts).toEqual([]);
  });
});

describe('the screens', () => {
  test('of a simple service for oneself are six', () => {
    expect(screens('criminal-record', PERSON)).toEqual(['service', 'person', 'form-1', 'papers', 'cost', 'review']);
  });

  test('show on whose behalf only for another, and each part of a form', () => {
    const other = Object.assign({}, PERSON, { '/behalf': 'other' });
    expect(screens('birth-allowance', other)).toEqual(
      ...[['service', 'person', 'behalf', 'form-1', 'form-2', 'papers', 'cost', 'review']],
    );
    expect(stepsOf(screens('birth-allowance', other))).toHaveLength(6);
  });

  test('lead to the field that a violation names', () => {
    const all = screens('birth-allowance', PERSON);
    const service = serviceNamed('birth-allowance');
    const places = ['/applicant/idnp', '/answers/iban', '/evidence/identity-document/how', '/delivery/kind', '/x'];
    expect(places.map((at) => screenOf(at, service, all))).toEqual(['person', 'form-2', 'papers', 'cost', 'review']);
    expect(screenOf('/mandate/kind', service, all)).toBe('person');
    expect([beside(all, 'person', 1), beside(all, 'service', -1)]).toEqual(['form-1', 'service']);
  });

  test('Each form of the country is shown whole: every field in one part, by a control that is known', () => {
    for (const service of services) {
      const form = formOf(service);
      const names = Object.keys((form?.['properties'] ?? {}) as object);
      expect(sectionsOf(form).flatMap(({ fields }) => fields.map(({ name }) => name))).toEqual(names);
      for (const { title, kind, choices } of fieldsOf(form)) {
        expect(title.ro && title.ru && title.en).toBeTruthy();
        expect(kind === 'choice' ? choices.length : 1).toBeGreaterThan(0);
      }
    }
  });
});

describe('what is missing', () => {
  test('of an empty draft is named by its controls, on their screens', () => {
    expect(lacks('birth-allowance', { '/behalf': 'self' })).toEqual([
      'person /applicant/idnp REQUIRED',
      'person /applicant/familyName REQUIRED',
      'person /applicant/givenName REQUIRED',
      'person /applicant/birthDate REQUIRED',
      'person /applicant/language REQUIRED',
      'person /contact/means CONTACT_MISSING',
      'form-1 /answers/childIdnp REQUIRED',
      'form-1 /answers/childBirthDate REQUIRED',
      'form-2 /answers/payout REQUIRED',
      'papers /evidence/identity-document/how EVIDENCE_MISSING',
      'papers /evidence/birth-certificate/how EVIDENCE_MISSING',
      'cost /costOption REQUIRED',
      'cost /delivery/kind REQUIRED',
    ]);
  });

  test('of a full one is nothing', () => {
    const typed = Object.assign({}, PERSON, {
      '/answers/childIdnp': '2900000000034',
      '/answers/childBirthDate': '05.03.2026',
      '/answers/payout': 'post',
      '/evidence/identity-document/how': 'seen',
      '/evidence/birth-certificate/how': 'code',
      '/evidence/birth-certificate/code': 'AB12',
      '/costOption': 'standard',
      '/delivery/kind': 'at-centre',
    });
    expect(lacks('birth-allowance', typed)).toEqual([]);
    expect(lacks('birth-allowance', Object.assign({}, typed, { '/answers/payout': 'bank' }))).toEqual([
      'form-2 /answers/iban REQUIRED',
    ]);
    // What was typed before the other answer does not count any more.
    expect(lacks('birth-allowance', Object.assign({}, typed, { '/answers/iban': 'MD1' }))).toEqual([]);
    const unseen = Object.assign({}, typed, { '/evidence/birth-certificate/code': '' });
    expect(lacks('birth-allowance', unseen)).toEqual(['papers /evidence/birth-certificate/how EVIDENCE_UNSEEN']);
  });

  test('for another person is also who it is, and the ground', () => {
    expect(lacks('criminal-record', Object.assign({}, PERSON, { '/behalf': 'other' })).slice(0, 5)).toEqual([
      'behalf /represented/idnp REQUIRED',
      'behalf /represented/familyName REQUIRED',
      'behalf /represented/givenName REQUIRED',
      'behalf /represented/birthDate REQUIRED',
      'behalf /mandate/kind REQUIRED',
    ]);
  });

  test('A document of another state is taken by agencies that say so', () => {
    const foreign = Object.assign({}, PERSON, {
      '/applicant/without': true,
      '/applicant/foreignDocument/country': 'RO',
      '/applicant/foreignDocument/kind': 'passport',
      '/applicant/foreignDocument/number': '123',
    });
    const told = (code: string) => lacks(code, foreign).filter((one) => one.startsWith('person'));
    expect(told('civil-status-extract')).toEqual([]);
    expect(told('birth-allowance')).toEqual(['person /applicant/without FOREIGN_DOCUMENT_NOT_TAKEN']);
  });

  test('A field is needed when the answers so far make it so', () => {
    const form = formOf(serviceNamed('birth-allowance'))!;
    expect([...fieldsNeeded(form, {})]).toEqual(['childIdnp', 'childBirthDate', 'payout']);
    expect(fieldsNeeded(form, { payout: 'bank' }).has('iban')).toBe(true);
  });
});

describe('papers, prices and delivery', () => {
  const kinds = (code: string, typed: Typed) =>
    papersAsked(serviceNamed(code), contentOf(typed, reading(code))).map(({ kind }) => kind);

  test('A paper is asked for by what is answered and by the ground', () => {
    expect(kinds('old-age-pension', {})).not.toContain('work-book');
    expect(kinds('old-age-pension', { '/answers/workedBefore1999': true })).toContain('work-book');
    expect(kinds('population-register-extract', PERSON)).toEqual(['identity-document']);
    const guardian: Typed = { '/behalf': 'other', '/mandate/kind': 'guardianship' };
    expect(kinds('population-register-extract', guardian)).toEqual(['identity-document', 'power-of-attorney']);
  });

  test('Reductions stand apart with their law, and are never the only choice', () => {
    const extract = serviceNamed('population-register-extract');
    const { plain, reduced } = costsOf(extract);
    expect([plain.length, reduced.map(({ option }) => option.code)]).toEqual([6, ['electronic-free', 'free']]);
    expect(reduced[0]?.reduction?.legalReason).toMatch(/HG 966/);
    expect(cheapest(extract)?.code).toBe('electronic');
    expect(onlyCost(extract)).toBeUndefined();
    expect(onlyCost(serviceNamed('birth-allowance'))?.code).toBe('standard');
    expect(services.filter((service) => onlyCost(service)?.reduction)).toEqual([]);
  });

  test('A result reaches the person by what it is', () => {
    const ways = ['population-register-extract', 'birth-allowance', 'civil-status-extract', 'property-list'];
    expect(ways.map((code) => deliveriesOf(serviceNamed(code)))).toEqual([
      ['at-centre', 'electronic', 'post'],
      ['at-centre'],
      ['at-centre', 'electronic'],
      ['at-centre', 'electronic', 'post'],
    ]);
    expect(paysOut(serviceNamed('birth-allowance'))).toBe(true);
    expect(paysOut(serviceNamed('property-list'))).toBe(false);
  });
});

describe('what was given once in a visit', () => {
  const allowance = serviceNamed('birth-allowance');
  const fields = (code: string) => fieldsOf(formOf(serviceNamed(code)));

  test('is offered for fields of the same meaning that are empty', () => {
    const other = { service: allowance, typed: { '/answers/childIdnp': '2900 00000 0034' } };
    const here = { service: undefined, typed: PERSON };
    expect(offersFor(fields('child-raising-allowance'), here, [other])).toMatchObject([
      { value: '2900 00000 0034', from: allowance.version?.title },
    ]);
    const name = fields('child-raising-allowance').find(({ reuse }) => reuse === 'child.idnp')!.name;
    const filled = { service: undefined, typed: Object.assign({}, PERSON, { [`/answers/${name}`]: '1' }) };
    expect(offersFor(fields('child-raising-allowance'), filled, [other])).toEqual([]);
  });

  test('is carried over as the person and the contact, and nothing that was seen or decided', () => {
    const typed = Object.assign({}, PERSON, { '/evidence/identity-document/how': 'seen', '/costOption': 'free' });
    expect(Object.keys(carriedOver(typed))).toEqual([
      ...['/applicant/idnp', '/applicant/familyName', '/applicant/givenName', '/applicant/birthDate'],
      ...['/applicant/language', '/contact/means'],
    ]);
  });
});
