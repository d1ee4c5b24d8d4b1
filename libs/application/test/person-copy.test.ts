import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { extractText, getDocumentProxy } from 'unpdf';
import type { Language } from '../src/content.ts';
import { joinCopyPages, renderCopy } from '../src/person-copy/index.ts';
import type { CopyFonts, PersonCopyPage } from '../src/person-copy/index.ts';

/** The document with the copy of a person's data, read back from the PDF. */

const TIME = '2026-11-24T08:00:00.000Z';
const SHA256 = 'ab'.repeat(32);
const ID = '01JDZ3V7Q8R9S0T1V2W3X4Y5Z6';
const NOTE = 'Țăran Șerban sună mâine; Щербакова Ганна Їжакевич №7';

const page = (more: Partial<PersonCopyPage> = {}): PersonCopyPage => ({
  copy: ID,
  applications: [
    {
      roles: ['applicant'],
      application: {
        id: ID,
        centre: 'centres/CU-001',
        agency: 'agencies/asp',
        state: 'submitted',
        serviceTitle: { ro: 'Extras', ru: 'Выписка', en: 'Extract' },
        createTime: TIME,
        restriction: { restrictTime: '2026-11-25T09:30:00.000Z' },
        applicant: { givenName: 'Ștefan', familyName: 'Țurcanu', idnp: '2900000000012' },
        notes: [{ text: NOTE, recordTime: TIME }],
        complaints: [
          { text: { ro: 'Către conducător\nCer o decizie.' }, prepareTime: TIME },
          { text: { ro: 'A doua' }, prepareTime: TIME, answer: { text: 'Decizia vine.', recordTime: TIME } },
        ],
      },
      history: [
        { kind: 'submit', recordTime: TIME, actor: 'operators/one', deskTime: { time: '2026-11-23T06:10:00.000Z' } },
        { kind: 'answer-date-passed', recordTime: TIME, actor: 'timer' },
      ],
      submissions: [
        {
          name: `applications/${ID}/submissions/1`,
          submitTime: TIME,
          answers: { act: 'birth', urgent: true },
          formSchema: {
            properties: {
              act: {
                'x-title': { ro: 'Felul actului', ru: 'Вид акта', en: 'Kind of act' },
                oneOf: [{ const: 'birth', 'x-title': { ro: 'naștere', ru: 'рождение', en: 'birth' } }],
              },
            },
          },
        },
      ],
      recipients: ['agencies/asp'],
      accesses: [
        { operator: 'operators/one', accessTime: TIME, kind: 'details', centre: 'centres/CU-001' },
        { operator: 'operators/ops', accessTime: TIME, kind: 'copy' },
      ],
      notices: [{ notice: { createTime: TIME, channel: 'email', subject: 'Gata' }, emailAddress: 'ana@example.md' }],
      documents: [
        {
          name: `documents/${ID}`,
          kind: 'birth-certificate',
          purpose: 'evidence',
          state: 'ready',
          createTime: TIME,
          uploadSha256: 'cd'.repeat(32),
        },
      ],
      journal: { pages: [{ checkpoint: 'cups.md/journal\n42\nroot=\n\n— cups.md/journal sig\n', entries: [{}, {}] }] },
    },
  ],
  unreadable: [],
  mandates: [
    {
      name: `mandates/${ID}`,
      centre: 'centres/CU-001',
      state: 'revoked',
      grantTime: TIME,
      expireTime: TIME,
      text: { language: 'ro', text: 'Împuternicesc centrul.' },
      revocations: [{ revokeTime: TIME, receipt: 'R-1' }],
    },
  ],
  retention: [
    { category: 'closed-applications', days: 1095, source: 'no legal source', end: 'key-destroyed' },
    { category: 'journal-entries', source: 'no legal source', end: 'permanent' },
  ],
  operators: [{ name: 'operators/one', displayName: 'Ion Bîtcă' }],
  ...more,
});
const described = { reason: 'person-request', evidence: 'CD-12/2026', createTime: TIME } as const;

let fonts: CopyFonts;
beforeAll(async () => {
  const read = async (name: string) => new Uint8Array(await readFile(join(import.meta.dirname, '../fonts', name)));
  fonts = { regular: await read('onest-regular.ttf'), semibold: await read('onest-semibold.ttf') };
});

async function readBack(pages: PersonCopyPage[], language: Language): Promise<string[]> {
  const bytes = await renderCopy(joinCopyPages(pages, described), { language, fonts, sha256: SHA256 });
  const { text } = await extractText(await getDocumentProxy(bytes));
  return text.map((one) => one.replaceAll(/\s+/g, ' '));
}

describe('the document', () => {
  test.each<[Language, string[]]>([
    [
      'ro',
      [
        'Copia datelor cu caracter personal',
        'Cererea persoanei',
        'Felul actului naștere',
        '1095 de zile; fără temei legal expres',
      ],
    ],
    [
      'ru',
      ['Копия персональных данных', 'Запрос лица', 'Вид акта рождение', '1095 дн.; без прямого правового основания'],
    ],
    [
      'en',
      [
        'Copy of personal data',
        'Processing restricted 25 Nov 2026, 11:30',
        'Request of the person',
        'Time of the desk: 23 Nov 2026, 08:10',
        'the deadline for documents passed · Platform',
        'Platform administrator · everything, for a copy of the data',
        'Kind of act birth',
        '1095 days; no legal source',
      ],
    ],
  ])('has everything in %s, with the letters of all three languages', async (language, words) => {
    const text = (await readBack([page()], language)).join(' ');
    const common = [
      'Ștefan Țurcanu, IDNP 2900000000012',
      NOTE,
      'Ion Bîtcă',
      'ana@example.md',
      'Împuternicesc centrul.',
      'R-1',
      SHA256,
    ];
    for (const expected of [...words, ...common, 'cups.md/journal 42', '1 / ']) expect(text).toContain(expected);
  });

  test('numbers its pages, and keeps each line within them', async () => {
    const pages = Array.from({ length: 8 }, () => page({ nextPageToken: 'next' }));
    const texts = await readBack(pages, 'en');
    expect(texts.length).toBeGreaterThan(3);
    for (const [at, text] of texts.entries()) expect(text).toContain(`CUPS ${ID} · ${at + 1} / ${texts.length}`);
  });

  test('says what is missing', async () => {
    const [first = ''] = await readBack(
      [page({ applications: [], mandates: [], unavailableParts: ['journal'] })],
      'en',
    );
    expect(first).toContain('The journal was unavailable');
    expect(first).toContain('No applications. Mandates No mandates.');
  });
});

test('an application whose history continues on later pages is one', () => {
  const row = (n: number) => ({ kind: 'note' as const, recordTime: TIME, actor: `operators/${n}` });
  const [first] = page().applications;
  const part = (n: number, earlierActions?: number) =>
    page({ applications: [{ ...first!, history: [row(n)], ...(earlierActions ? { earlierActions } : {}) }] });
  const { applications } = joinCopyPages([part(1), part(2, 1), part(3, 2), page()], described);
  expect(applications.map(({ history }) => history)).toEqual([[row(1), row(2), row(3)], first!.history]);
  expect(applications[0]).not.toHaveProperty('earlierActions');
});

test('pages join to one copy with the names of all', () => {
  const more = { name: 'operators/two', displayName: 'Ana' };
  const { applications, operators, mandates } = joinCopyPages(
    [page(), page({ mandates: [], operators: [more] })],
    described,
  );
  expect([applications.length, mandates.length, operators.length]).toEqual([2, 1, 2]);
});
