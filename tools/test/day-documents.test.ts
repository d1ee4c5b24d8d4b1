import { describe, expect, test } from '@jest/globals';
import type { Desk } from '../day/desk.ts';
import { checkDocuments, checkFetches } from '../day/reconcile-documents.ts';
import type { ExpectedApplication, Reconciliation } from '../day/reconcile.ts';

/** The books of a day must notice each document that is missing, doubled or different. */

const ID = '01JD000000000000000000000Q';
const SCAN = 'documents/01JD0000000000000000000001';
const REFUSED = 'documents/01JD0000000000000000000002';
const RESULT = 'documents/01JD0000000000000000000003';

const BOOK: ExpectedApplication = {
  id: ID,
  centre: 'CU-001',
  service: 'criminal-record',
  agency: 'mai',
  state: 'closed',
  actions: ['submit', 'hand-over'],
  notices: [],
  mandates: [],
  uploads: [
    { name: SCAN, kind: 'identity-document', sha256: 'aa', pages: 3 },
    { name: REFUSED, kind: 'identity-document', sha256: 'bb', pages: 1, refusal: 'PDF_SCRIPT' },
  ],
  results: [{ name: RESULT, sha256: 'cc' }],
};

/** What the API answers when everything is in order. */
const createAnswers = () => ({
  documents: [
    {
      ...{ name: SCAN, purpose: 'evidence', kind: 'identity-document', uploadSha256: 'aa' },
      ...{ state: 'ready', pages: 3, refusal: undefined as string | undefined },
    },
    {
      ...{ name: REFUSED, purpose: 'evidence', kind: 'identity-document', uploadSha256: 'bb' },
      ...{ state: 'refused', pages: undefined, refusal: 'PDF_SCRIPT' },
    },
    {
      ...{ name: RESULT, purpose: 'result', kind: 'result', uploadSha256: 'cc' },
      ...{ state: 'ready', pages: 1, refusal: undefined },
    },
  ],
  application: {
    id: ID,
    documents: [{ name: SCAN, state: 'ready' }],
    handOver: { documentSha256s: ['cc'] },
  },
  entries: [
    { kind: 'document', operator: 'operators/cu-001-specialist', agency: undefined as string | undefined },
    { kind: 'document', operator: 'operators/agency.mai', agency: 'agencies/mai' },
  ],
});
type Answers = ReturnType<typeof createAnswers>;

const openFakeDesk = ({ documents, application, entries }: Answers): Desk =>
  ({
    call: (_method: string, path: string) => {
      if (path.endsWith('/documents')) return Promise.resolve({ body: { documents } });
      return Promise.resolve({ body: path.includes('/access-log') ? { entries } : application });
    },
  }) as unknown as Desk;
const openBalance = (): Reconciliation => ({ lost: [], doubled: [], states: [], notices: 0, fetches: 0 });

describe('checkDocuments', () => {
  async function check(spoil: (answers: Answers) => void): Promise<Pick<Reconciliation, 'lost' | 'doubled'>> {
    const answers = createAnswers();
    spoil(answers);
    const { lost, doubled } = await checkTo(openBalance(), answers);
    return { lost, doubled };
  }
  async function checkTo(balance: Reconciliation, answers: Answers): Promise<Reconciliation> {
    await checkDocuments(balance, BOOK, openFakeDesk(answers), 0);
    return balance;
  }

  test('accepts documents that are as acknowledged', async () => {
    expect(await check(() => {})).toEqual({ lost: [], doubled: [] });
  });

  test.each<[what: string, spoil: (answers: Answers) => void, lost: string[]]>([
    ['a missing upload', ({ documents }) => documents.splice(0, 1), [`document ${SCAN}`]],
    ['another content', ({ documents }) => (documents[0]!.uploadSha256 = 'dd'), [`the content of ${SCAN}`]],
    ['another number of pages', ({ documents }) => (documents[0]!.pages = 2), [`the content of ${SCAN}`]],
    ['an unexpected refusal', ({ documents }) => (documents[0]!.state = 'refused'), [`the content of ${SCAN}`]],
    ['a check that does not end', ({ documents }) => (documents[0]!.state = 'checking'), [`the content of ${SCAN}`]],
    ['an accepted script', ({ documents }) => (documents[1]!.state = 'ready'), [`the content of ${REFUSED}`]],
    ['another refusal', ({ documents }) => (documents[1]!.refusal = 'DAMAGED'), [`the content of ${REFUSED}`]],
    ['an erased result', ({ documents }) => (documents[2]!.state = 'erased'), [`result ${RESULT}`]],
    ['a missing reference', ({ application }) => application.documents.pop(), [`reference of ${ID} to ${SCAN}`]],
    [
      'a reference without the result of the check',
      ({ application }) => (application.documents[0]!.state = 'checking'),
      [`the check of ${SCAN} in ${ID}`],
    ],
    [
      'a hand-over of another content',
      ({ application }) => (application.handOver.documentSha256s = ['dd']),
      [`hash of ${RESULT} in the hand-over of ${ID}`],
    ],
  ])('reports %s', async (_what, spoil, lost) => {
    expect(await check(spoil)).toEqual({ lost, doubled: [] });
  });

  test('reports a doubled upload, and a document that nobody uploaded', async () => {
    const twice = await check(({ documents }) => documents.push(documents[0]!));
    expect(twice).toEqual({ lost: [], doubled: [`document ${SCAN} (2)`] });
    const unknown = 'documents/01JD0000000000000000000009';
    const more = await check(({ documents }) => documents.push({ ...documents[0]!, name: unknown }));
    expect(more).toEqual({ lost: [], doubled: [`a document of ${ID}, ${unknown}`] });
  });
});

describe('checkFetches', () => {
  async function check(spoil: (answers: Answers) => void, everyAgency: boolean) {
    const answers = createAnswers();
    spoil(answers);
    const balance = openBalance();
    const desks = new Map([['centres/CU-001', openFakeDesk(answers)]]);
    const fetches = await checkFetches(balance, [BOOK], desks, { everyAgency, waitSeconds: 0 });
    return { fetches, lost: balance.lost };
  }
  const remove = ({ entries }: Answers) => void entries.pop();

  test('counts the fetches of the agency, and not the readings of the desk', async () => {
    expect(await check(() => {}, true)).toEqual({ fetches: 1, lost: [] });
  });

  test('reports a copy that an agency with a system did not fetch', async () => {
    expect(await check(remove, true)).toEqual({ fetches: 0, lost: [`fetches of ${ID} by mai: 0 of 1`] });
  });

  test('accepts an agency without a system', async () => {
    expect(await check(remove, false)).toEqual({ fetches: 0, lost: [] });
  });
});
