import { describe, expect, test } from '@jest/globals';
import type { Content } from '@cups/application';
import { validateContentShape } from '@cups/application';
import fc from 'fast-check';
import { findFrequentServices, isAvailableHere, searchServices } from '../src/visit/model/service-search.ts';
import { findRequiredFields, fieldsOf, formSchemaOf, sectionsOf } from '../src/visit/model/form.ts';
import { findMissingFields } from '../src/visit/model/missing-fields.ts';
import { carryOverPerson, suggestFor } from '../src/visit/model/suggestions.ts';
import { adjacentScreen, findScreen, resolveScreens, resolveSteps } from '../src/visit/model/screens.ts';
import { diffContent, pickContent, mergeDraft, toSendableContent } from '../src/visit/model/draft-merge.ts';
import {
  findCheapestOption,
  splitCostOptions,
  listDeliveryKinds,
  findOnlyCostOption,
  findRequestedEvidence,
  isPayout,
} from '../src/visit/model/service.ts';
import { missingFieldText } from '../src/visit/field-texts.ts';
import { toContent, toFormValues, withoutDocumentProof } from '../src/visit/model/form-values.ts';
import type { FormValues } from '../src/visit/model/form-values.ts';
import { catalog, findServiceByCode, services } from './services.ts';

const TODAY = '2026-11-26';
const PERSON: FormValues = {
  '/applicant/idnp': '2900 00000 0012',
  '/applicant/familyName': 'EXEMPLU',
  '/applicant/givenName': 'ion',
  '/applicant/birthDate': '4.5.61',
  '/applicant/language': 'ro',
  '/contact/means': 'none',
  '/behalf': 'self',
};
const formContext = (code: string) => ({ form: formSchemaOf(findServiceByCode(code)), today: TODAY });
const screens = (code: string, values: FormValues) =>
  resolveScreens(findServiceByCode(code), values, toContent(values, formContext(code)));
const missingFieldTexts = (code: string, values: FormValues) =>
  findMissingFields(values, { catalog, service: findServiceByCode(code), today: TODAY }, screens(code, values)).map(
    ({ pointer: at, screen, violation }) => `${screen} ${at} ${violation.rule}`,
  );

describe('searchServices', () => {
  test.each([
    ['buletin', 'identity-card'],
    ['копия свидетельства', 'civil-status-extract'],
    ['cazer', 'criminal-record'],
    ['propiska', 'residence-registration'],
    ['revizuire pensie', 'pension-reexamination'],
    ['пересмотр пенсии', 'pension-reexamination'],
    ['ajutor social', 'social-aid'],
    ['социальная помощь', 'social-aid'],
  ])('finds a service by the query %s', (query, code) => {
    expect(searchServices(catalog, query)?.[0]?.code).toBe(code);
  });

  test('ignores insignificant words; frequent services are available here', () => {
    expect(searchServices(catalog, 'de la')).toBeUndefined();
    expect(searchServices(catalog, 'xyzzy')).toEqual([]);
    expect(findFrequentServices(catalog)).toHaveLength(3);
    expect(findFrequentServices(catalog).every(isAvailableHere)).toBe(true);
  });
});

describe('withoutDocumentProof', () => {
  test('keeps the words about documents, but neither their scans nor how they were shown', () => {
    const content: Content = {
      applicant: { givenName: 'Ion' },
      evidence: [
        { kind: 'identity-document', number: 'A1', originalSeen: true, copy: 'documents/01J00000000000000000000001' },
        { kind: 'power', copy: 'documents/01J00000000000000000000002' },
      ],
    };
    const values = toFormValues(content, formSchemaOf(findServiceByCode('civil-status-extract')));
    expect(withoutDocumentProof(values)).toEqual({
      '/applicant/givenName': 'Ion',
      '/evidence/identity-document/number': 'A1',
    });
  });
});

describe('toContent', () => {
  test('normalizes values into content', () => {
    expect(toContent(PERSON, formContext('civil-status-extract'))).toEqual({
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

  test('includes the represented person only for another person', () => {
    const other = Object.assign({}, PERSON, {
      '/behalf': 'other',
      '/mandate/kind': 'kinship',
      '/mandate/reference': 'certificat 12',
      '/represented/givenName': 'Ana',
    });
    const content = toContent(other, formContext('civil-status-extract'));
    expect(content.mandate).toEqual({ kind: 'kinship', reference: 'certificat 12' });
    expect(content.represented).toEqual({ givenName: 'Ana' });
    const back = toContent(Object.assign({}, other, { '/behalf': 'self' }), formContext('civil-status-extract'));
    expect(back).not.toHaveProperty('represented');
    expect(back.mandate).toEqual({ kind: 'own-presence' });
  });

  test('parses answers by the kind of their field', () => {
    const values: FormValues = {
      '/answers/childIdnp': '2900 00000 0034',
      '/answers/childBirthDate': '5.3.26',
      '/answers/payout': 'bank',
      '/answers/iban': 'md24 ag00 0225 1000 1310 4168',
    };
    expect(toContent(values, formContext('birth-allowance')).answers).toEqual({
      childIdnp: '2900000000034',
      childBirthDate: '2026-03-05',
      payout: 'bank',
      iban: 'MD24AG000225100013104168',
    });
    const twins = toContent(
      { '/answers/childIdnps': ['2900 00000 0034', '', '2900000000046'] },
      formContext('twins-support-allowance'),
    );
    expect(twins.answers).toEqual({ childIdnps: ['2900000000034', '2900000000046'] });
  });

  test('round-trips through toFormValues', () => {
    const values: FormValues = Object.assign({}, PERSON, {
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
    const content = toContent(values, formContext('birth-allowance'));
    expect(validateContentShape(content)).toEqual([]);
    expect(
      toContent(toFormValues(content, formContext('birth-allowance').form), formContext('birth-allowance')),
    ).toEqual(content);
  });
});

describe('toSendableContent', () => {
  test.each<[string, FormValues, Content]>([
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
  ])('omits %s', (_, values, content) =>
    expect(toSendableContent(values, formContext('birth-allowance'))).toEqual(content),
  );

  test('returns a valid shape for any input', () => {
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
      fc.property(fc.dictionary(at, value), (values) => {
        const content = toSendableContent(Object.assign({}, values, fixed), formContext('birth-allowance'));
        expect(validateContentShape(content)).toEqual([]);
      }),
    );
  });

  test('diffContent returns changed members, and null for removed ones', () => {
    const before: Content = { applicant: { givenName: 'Ion' }, costOption: 'standard', contact: { none: true } };
    const after: Content = { contact: { none: true }, applicant: { givenName: 'Ion', familyName: 'Exemplu' } };
    expect(diffContent(before, after)).toEqual({ applicant: after.applicant, costOption: null });
    expect(diffContent(after, after)).toEqual({});
    expect(pickContent(Object.assign({ state: 'draft', id: '1' }, before))).toEqual(before);
  });
});

describe('mergeDraft', () => {
  const base = toSendableContent(PERSON, formContext('birth-allowance'));
  const theirs = (more: Content): Content => Object.assign({}, base, more);

  test('merges fields that one side changed', () => {
    const values = Object.assign({}, PERSON, { '/applicant/givenName': 'Ioan' });
    const { typed: next, conflicts } = mergeDraft(
      values,
      base,
      theirs({ contact: { phone: '+37369012345' }, answers: { payout: 'post' } }),
      formContext('birth-allowance'),
    );
    expect(conflicts).toEqual([]);
    expect(next).toMatchObject({
      '/applicant/givenName': 'Ioan',
      '/contact/means': 'phone',
      '/contact/phone': '+37369012345',
      '/answers/payout': 'post',
    });
  });

  test('returns conflicts and keeps the local value', () => {
    const values = Object.assign({}, PERSON, { '/applicant/givenName': 'Ioan', '/applicant/birthDate': '5.5' });
    const { typed: next, conflicts } = mergeDraft(
      values,
      base,
      theirs({ applicant: Object.assign({}, base.applicant, { givenName: 'Ionel', birthDate: '1962-05-04' }) }),
      formContext('birth-allowance'),
    );
    expect(conflicts).toEqual([
      { at: '/applicant/givenName', mine: 'Ioan', theirs: 'Ionel' },
      { at: '/applicant/birthDate', mine: '5.5', theirs: '04.05.1962' },
    ]);
    expect(next['/applicant/givenName']).toBe('Ioan');
  });

  test('reports no conflict for equal changes', () => {
    const values = Object.assign({}, PERSON, { '/applicant/givenName': 'IOAN' });
    const same = theirs({ applicant: Object.assign({}, base.applicant, { givenName: 'Ioan' }) });
    expect(mergeDraft(values, base, same, formContext('birth-allowance')).conflicts).toEqual([]);
  });
});

describe('resolveScreens', () => {
  test('returns seven screens for a simple service', () => {
    expect(screens('criminal-record', PERSON)).toEqual(
      ...[['service', 'person', 'form-1', 'papers', 'cost', 'mandate', 'review']],
    );
  });

  test('adds the behalf screen for another person, and one per form section', () => {
    const other = Object.assign({}, PERSON, { '/behalf': 'other' });
    expect(screens('birth-allowance', other)).toEqual(
      ...[['service', 'person', 'behalf', 'form-1', 'form-2', 'papers', 'cost', 'mandate', 'review']],
    );
    expect(resolveSteps(screens('birth-allowance', other))).toHaveLength(7);
  });

  test('findScreen returns the screen of a violation', () => {
    const all = screens('birth-allowance', PERSON);
    const service = findServiceByCode('birth-allowance');
    const places = ['/applicant/idnp', '/answers/iban', '/evidence/identity-document/how', '/delivery/kind', '/x'];
    expect(places.map((at) => findScreen(at, service, all))).toEqual(['person', 'form-2', 'papers', 'cost', 'review']);
    expect(findScreen('/mandate/kind', service, all)).toBe('person');
    expect(findScreen('/mandate/name', service, all)).toBe('mandate');
    expect([adjacentScreen(all, 'person', 1), adjacentScreen(all, 'service', -1)]).toEqual(['form-1', 'service']);
  });

  test('parses every form of the repository completely', () => {
    for (const service of services) {
      const form = formSchemaOf(service);
      const names = Object.keys((form?.['properties'] ?? {}) as object);
      expect(sectionsOf(form).flatMap(({ fields }) => fields.map(({ name }) => name))).toEqual(names);
      for (const { title, kind, choices } of fieldsOf(form)) {
        expect(title.ro && title.ru && title.en).toBeTruthy();
        expect(kind === 'choice' ? choices.length : 1).toBeGreaterThan(0);
      }
    }
  });
});

describe('findMissingFields', () => {
  test('lists the controls of an empty draft by screen', () => {
    expect(missingFieldTexts('birth-allowance', { '/behalf': 'self' })).toEqual([
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
      'mandate /mandate/name REQUIRED',
    ]);
  });

  test('returns nothing for a complete draft', () => {
    const values = Object.assign({}, PERSON, {
      '/answers/childIdnp': '2900000000034',
      '/answers/childBirthDate': '05.03.2026',
      '/answers/payout': 'post',
      '/evidence/identity-document/how': 'seen',
      '/evidence/birth-certificate/how': 'code',
      '/evidence/birth-certificate/code': 'AB12',
      '/costOption': 'standard',
      '/delivery/kind': 'at-centre',
      '/mandate/name': 'mandates/01JMANDATE0000000000000001',
    });
    expect(missingFieldTexts('birth-allowance', values)).toEqual([]);
    expect(missingFieldTexts('birth-allowance', Object.assign({}, values, { '/answers/payout': 'bank' }))).toEqual([
      'form-2 /answers/iban REQUIRED',
    ]);
    // Answers that no longer apply do not count.
    expect(missingFieldTexts('birth-allowance', Object.assign({}, values, { '/answers/iban': 'MD1' }))).toEqual([]);
    const unseen = Object.assign({}, values, { '/evidence/birth-certificate/code': '' });
    expect(missingFieldTexts('birth-allowance', unseen)).toEqual([
      'papers /evidence/birth-certificate/how EVIDENCE_NOT_VERIFIED',
    ]);
  });

  test('requires the represented person and the mandate', () => {
    expect(missingFieldTexts('criminal-record', Object.assign({}, PERSON, { '/behalf': 'other' })).slice(0, 5)).toEqual(
      [
        'behalf /represented/idnp REQUIRED',
        'behalf /represented/familyName REQUIRED',
        'behalf /represented/givenName REQUIRED',
        'behalf /represented/birthDate REQUIRED',
        'behalf /mandate/kind REQUIRED',
      ],
    );
  });

  test('accepts foreign documents if the agency does', () => {
    const foreign = Object.assign({}, PERSON, {
      '/applicant/without': true,
      '/applicant/foreignDocument/country': 'RO',
      '/applicant/foreignDocument/kind': 'passport',
      '/applicant/foreignDocument/number': '123',
    });
    const personErrors = (code: string) => missingFieldTexts(code, foreign).filter((text) => text.startsWith('person'));
    expect(personErrors('civil-status-extract')).toEqual([]);
    expect(personErrors('birth-allowance')).toEqual(['person /applicant/without FOREIGN_DOCUMENT_NOT_TAKEN']);
  });

  test('asks about names in Cyrillic until the clerk confirms this spelling', () => {
    const cyrillic = Object.assign({}, PERSON, { '/applicant/familyName': 'РОТАРУ' });
    const names = (values: FormValues) =>
      missingFieldTexts('birth-allowance', values).filter((text) => /(family|given)Name/.test(text));
    const asked = 'person /applicant/familyName FORBIDDEN_VALUE';
    expect(names(PERSON)).toEqual([]);
    expect(names(cyrillic)).toEqual([asked]);
    const confirmed = Object.assign({}, cyrillic, { '/applicant/familyName/spelling': 'Ротару' });
    expect(names(confirmed)).toEqual([]);
    expect(names(Object.assign({}, confirmed, { '/applicant/familyName': 'Русу' }))).toEqual([asked]);
    const represented = Object.assign({}, PERSON, { '/behalf': 'other', '/represented/familyName': 'Русу' });
    expect(names(represented)).toContain('behalf /represented/familyName FORBIDDEN_VALUE');
    const context = { form: formSchemaOf(findServiceByCode('birth-allowance')), today: TODAY };
    expect(toContent(confirmed, context).applicant).toMatchObject({ familyName: 'Ротару' });
    expect(JSON.stringify(toContent(confirmed, context))).not.toContain('spelling');
  });

  test('findRequiredFields follows the answers', () => {
    const form = formSchemaOf(findServiceByCode('birth-allowance'))!;
    expect([...findRequiredFields(form, {})]).toEqual(['childIdnp', 'childBirthDate', 'payout']);
    expect(findRequiredFields(form, { payout: 'bank' }).has('iban')).toBe(true);
  });
});

describe('missingFieldText', () => {
  const textFor = (pointer: string, rule: 'REQUIRED' | 'DATE', values: FormValues = {}) =>
    missingFieldText(
      { pointer, screen: 'person', violation: { field: pointer, rule, message: '' } },
      { values, service: findServiceByCode('birth-allowance'), language: 'ro' },
    );

  test('asks to choose an option, or to complete a text', () => {
    expect(textFor('/applicant/language', 'REQUIRED')).toBe('Alegeți o variantă.');
    expect(textFor('/answers/payout', 'REQUIRED')).toBe('Alegeți o variantă.');
    expect(textFor('/applicant/givenName', 'REQUIRED')).toBe('Completați acest câmp.');
  });

  test('asks for digits if a date contains letters', () => {
    const at = '/applicant/birthDate';
    expect(textFor(at, 'DATE', { [at]: '4 mai 1961' })).toBe('Scrieți data cu cifre: 04.05.1961.');
    expect(textFor(at, 'DATE', { [at]: '31.2.90' })).toMatch(/^Această zi nu există/);
  });
});

describe('requirements of a service', () => {
  const kinds = (code: string, values: FormValues) =>
    findRequestedEvidence(findServiceByCode(code), toContent(values, formContext(code))).map(({ kind }) => kind);

  test('request documents by answers and mandate', () => {
    expect(kinds('old-age-pension', {})).not.toContain('work-book');
    expect(kinds('old-age-pension', { '/answers/workedBefore1999': true })).toContain('work-book');
    expect(kinds('population-register-extract', PERSON)).toEqual(['identity-document']);
    const guardian: FormValues = { '/behalf': 'other', '/mandate/kind': 'guardianship' };
    expect(kinds('population-register-extract', guardian)).toEqual(['identity-document', 'power-of-attorney']);
  });

  test('separate reductions, which are never the default', () => {
    const extract = findServiceByCode('population-register-extract');
    const { plain, reduced } = splitCostOptions(extract);
    expect([plain.length, reduced.map(({ option }) => option.code)]).toEqual([6, ['electronic-free', 'free']]);
    expect(reduced[0]?.reduction?.legalReason).toMatch(/HG 966/);
    expect(findCheapestOption(extract)?.code).toBe('electronic');
    expect(findOnlyCostOption(extract)).toBeUndefined();
    expect(findOnlyCostOption(findServiceByCode('birth-allowance'))?.code).toBe('standard');
    expect(services.filter((service) => findOnlyCostOption(service)?.reduction)).toEqual([]);
  });

  test('derive delivery kinds from outputs', () => {
    const ways = ['population-register-extract', 'birth-allowance', 'civil-status-extract', 'property-list'];
    expect(ways.map((code) => listDeliveryKinds(findServiceByCode(code)))).toEqual([
      ['at-centre', 'electronic', 'post'],
      ['at-centre'],
      ['at-centre', 'electronic'],
      ['at-centre', 'electronic', 'post'],
    ]);
    expect(isPayout(findServiceByCode('birth-allowance'))).toBe(true);
    expect(isPayout(findServiceByCode('property-list'))).toBe(false);
  });
});

describe('suggestFor', () => {
  const allowance = findServiceByCode('birth-allowance');
  const fields = (code: string) => fieldsOf(formSchemaOf(findServiceByCode(code)));

  test('suggests values for empty fields with the same meaning', () => {
    const other = { service: allowance, values: { '/answers/childIdnp': '2900 00000 0034' } };
    const current = { service: undefined, values: PERSON };
    expect(suggestFor(fields('child-raising-allowance'), current, [other])).toMatchObject([
      { value: '2900 00000 0034', source: allowance.version?.title },
    ]);
    const name = fields('child-raising-allowance').find(({ reuse }) => reuse === 'child.idnp')!.name;
    const filled = { service: undefined, values: Object.assign({}, PERSON, { [`/answers/${name}`]: '1' }) };
    expect(suggestFor(fields('child-raising-allowance'), filled, [other])).toEqual([]);
  });

  test('carryOverPerson keeps person and contact only', () => {
    const values = Object.assign({}, PERSON, { '/evidence/identity-document/how': 'seen', '/costOption': 'free' });
    expect(Object.keys(carryOverPerson(values))).toEqual([
      ...['/applicant/idnp', '/applicant/familyName', '/applicant/givenName', '/applicant/birthDate'],
      ...['/applicant/language', '/contact/means'],
    ]);
  });
});
