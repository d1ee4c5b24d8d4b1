import { describe, expect, test } from '@jest/globals';
import type { Application, ApplicationAction, ApplicationDetails, Catalog } from '../src/api/types.ts';
import { canScanAgain, findRescanKinds } from '../src/documents/refused-scans.ts';
import { findReplacement } from '../src/documents/replacement.ts';
import { isVerificationLink } from '../src/print/catalog-lookups.ts';
import { buildResultCover } from '../src/print/result-cover.ts';
import { parseApplicationName } from '../src/supervisor/application-name.ts';

/** Results that the agency replaced, their cover sheets, scans to repeat, and holds. */

const ID = '01JDVMPX4V4M1J6Y9X2S5T8ZAB';
const at = (day: number) => `2026-11-0${day}T10:00:00Z`;
const entry = (kind: string, day: number, superseded: boolean): ApplicationAction =>
  ({ kind, recordTime: at(day), result: { superseded } }) as ApplicationAction;

function detailsOf(decision: object, history: ApplicationAction[] = []) {
  return { application: { decision } as Application, history };
}

describe('findReplacement', () => {
  const first = entry('decided', 1, true);
  const second = entry('result-corrected', 2, true);
  const third = entry('result-corrected', 3, false);
  const history = [first, second, third];

  test('names the correction after each result, and the valid number', () => {
    const details = detailsOf({ correctTime: at(3), resultNumber: 'N-3' }, history);
    expect(findReplacement(first, details)).toEqual({ kind: 'corrected', time: at(2), number: 'N-3' });
    expect(findReplacement(second, details)).toEqual({ kind: 'corrected', time: at(3), number: 'N-3' });
    expect(findReplacement(third, details)).toBeUndefined();
  });

  test('prefers a revocation without a text, and ignores one that was corrected since', () => {
    const revoked = detailsOf({ revokeTime: at(4), correctTime: at(3) }, history);
    expect(findReplacement(first, revoked)).toEqual({ kind: 'revoked', time: at(4) });
    const corrected = detailsOf({ revokeTime: at(2), correctTime: at(3) }, history);
    expect(findReplacement(first, corrected)?.kind).toBe('corrected');
  });
});

describe('buildResultCover', () => {
  const application = {
    agency: 'agencies/asp',
    trackingNumber: 'A1B2-C3D4',
    serviceTitle: { ro: 'Extras', ru: 'Выписка' },
    applicant: { language: 'ru' },
    training: false,
  } as Application;
  const facts = {
    application,
    catalog: undefined,
    specialist: 'Ana Test',
    document: { sha256: 'ab'.repeat(32), pages: 2 },
    number: 'N-1',
    verificationUrl: undefined,
    replacement: undefined,
    now: at(5),
  };

  test('has no warning and no code for a valid result without a verification address', () => {
    const { warnings, qr, facts: lines } = buildResultCover(facts);
    expect(warnings).toEqual([]);
    expect(qr).toBeUndefined();
    expect(Object.fromEntries(lines.map(([[name], value]) => [name, value]))).toEqual({
      'Număr de urmărire': 'A1B2-C3D4',
      Serviciul: 'Extras / Выписка',
      Instituția: 'agencies/asp',
      'Numărul rezultatului': 'N-1',
      'Documentul, SHA-256': Array.from({ length: 8 }, () => 'abababab').join(' '),
      Pagini: '2',
      Tipărit: '05.11.2026, 12:00',
      Specialistul: 'Ana Test',
    });
  });

  test('says in both languages that a result is replaced, and marks a training', () => {
    const replacement = { kind: 'corrected' as const, time: at(4), number: 'N-2' };
    const { warnings } = buildResultCover({
      ...facts,
      application: Object.assign({}, application, { training: true }),
      replacement,
    });
    expect(warnings.map(([ro]) => ro)).toEqual([
      'ÎNLOCUIT la 04.11.2026, 12:00. Acest document nu mai este valabil.',
      'Rezultatul valabil are numărul N-2.',
      'Exercițiu: fără valoare juridică',
    ]);
    expect(warnings[0]?.[1]).toMatch(/^ЗАМЕНЁН 04\.11\.2026/);
  });
});

describe('the verification address of an agency', () => {
  const catalog = {
    agencies: [
      { name: 'agencies/asp', displayName: { ro: 'ASP' }, verificationHosts: ['verify.example.md'] },
      { name: 'agencies/cnas', displayName: { ro: 'CNAS' } },
    ],
  } as unknown as Catalog;

  test.each([
    ['of a listed host', 'asp', 'https://verify.example.md/r/77', true],
    ['of a listed host, in capitals', 'asp', 'https://VERIFY.example.md/r/77', true],
    ['of another host', 'asp', 'https://evil.example/r/77', false],
    ['of a subdomain', 'asp', 'https://a.verify.example.md/', false],
    ['of a host that ends alike', 'asp', 'https://notverify.example.md/', false],
    ['of another port', 'asp', 'https://verify.example.md:8443/', false],
    ['with the host as user name', 'asp', 'https://verify.example.md@evil.example/', false],
    ['with a user name', 'asp', 'https://a@verify.example.md/', false],
    ['without TLS', 'asp', 'http://verify.example.md/', false],
    ['with a script', 'asp', 'javascript:alert(1)', false],
    ['that is no address', 'asp', 'verify.example.md', false],
    ['of an agency without a list', 'cnas', 'https://verify.example.md/', false],
    ['of an unknown agency', 'mai', 'https://verify.example.md/', false],
  ])('%s: link', (_what, code, url, isLink) => {
    expect(isVerificationLink(catalog, { agency: `agencies/${code}`, url })).toBe(isLink);
  });

  test('is no link while the catalog loads', () => {
    const url = 'https://verify.example.md/';
    expect(isVerificationLink(undefined, { agency: 'agencies/asp', url })).toBe(false);
  });

  test.each([
    ['asp', 'Verificare', true],
    ['cnas', 'Adresa indicată de instituție, neconfirmată', false],
  ])('on the cover sheet, of %s: %s', (code, label, hasCode) => {
    const url = 'https://verify.example.md/r/77';
    const { qr, facts } = buildResultCover({
      application: { agency: `agencies/${code}`, trackingNumber: 'A1B2-C3D4', training: false } as Application,
      catalog: Object.assign({ centre: { displayName: 'Lozova', timeZone: 'Europe/Chisinau' } }, catalog),
      specialist: 'Ana Test',
      document: { sha256: 'ab'.repeat(32), pages: 2 },
      number: undefined,
      verificationUrl: url,
      replacement: undefined,
      now: at(5),
    });
    expect(facts.map(([[name], value]) => [name, value])).toContainEqual([label, url]);
    expect(qr !== undefined).toBe(hasCode);
  });
});

describe('refused scans', () => {
  const details = (allowedActions: string[]) =>
    ({
      application: {
        allowedActions,
        evidence: [
          { kind: 'birth-certificate', copy: 'documents/1' },
          { kind: 'power-of-attorney', copy: 'documents/2' },
        ],
        documents: [
          { name: 'documents/1', state: 'refused' },
          { name: 'documents/2', state: 'ready' },
          { name: 'documents/0', state: 'refused' },
        ],
        documentRequest: { evidenceKinds: ['other'] },
      },
    }) as unknown as ApplicationDetails;

  test('join the answer to a request of other documents', () => {
    expect(findRescanKinds(details(['supply-documents']))).toEqual(['birth-certificate']);
    expect(canScanAgain(details(['supply-documents']), 'birth-certificate')).toBe(true);
    expect(canScanAgain(details(['supply-documents']), 'power-of-attorney')).toBe(false);
  });

  test('cannot be repeated without a request', () => {
    expect(canScanAgain(details([]), 'birth-certificate')).toBe(false);
  });
});

test.each([
  [ID, true],
  [` ${ID.toLowerCase()} `, true],
  [`applications/${ID}`, true],
  [`https://cups.example.md/applications/${ID}/`, true],
  [ID.slice(1), false],
  [`${ID}X`, false],
  [`documents/${ID}`, false],
  ['2900000000001', false],
  ['', false],
])('parseApplicationName reads %p', (text, isName) => {
  expect(parseApplicationName(text)).toBe(isName ? `applications/${ID}` : undefined);
});
