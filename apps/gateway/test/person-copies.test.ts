import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { idnp, person } from '@cups/testing';
import { application, ID, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** The copy of a person's data, composed from all services. The gateway checks responses against openapi.yaml. */

const PATH = '/api/v1/person-copies';
const BODY = { idnp: idnp(1), reason: 'person-request', evidence: 'CD-12/2026' };
interface ListFile {
  pages: object[];
}
const gone = () => Promise.reject(new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'gone' }));

describe('a copy', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGateway({
      intake: {
        ExportPerson: ({ pageToken }) =>
          Promise.resolve({
            copy: ID,
            applications: [
              {
                roles: ['represented'],
                application: application({ content: { applicant: { givenName: 'Ana' }, represented: person(1) } }),
              },
            ],
            nextPageToken: pageToken === '' ? 'next' : '',
          }),
      },
    });
  });
  afterAll(() => gateway.stop());

  test('has the parts of all services, and on its first page mandates and terms', async () => {
    const { status, body } = await gateway.send('POST', PATH, { body: BODY });
    expect([status, body]).toMatchObject([
      200,
      {
        copy: ID,
        applications: [
          {
            roles: ['represented'],
            application: { id: ID, applicant: { givenName: 'Ana' }, represented: { idnp: idnp(1) } },
            notices: [{ emailAddress: 'ana@example.md' }],
            documents: [{ application: NAME }],
            journal: { application: NAME },
          },
        ],
        mandates: [{ person: { idnp: idnp(1) } }],
        nextPageToken: 'next',
      },
    ]);
    const { retention, applications } = body as { retention: object[]; applications: { journal: ListFile }[] };
    // The fake journal has a next page for ever.
    const page = { checkpoint: 'cups.md/journal\n42\n', entries: [expect.objectContaining({ index: 41 })] };
    expect(applications[0]?.journal.pages).toEqual(Array(5).fill(page));
    expect(retention).toContainEqual(
      expect.objectContaining({ category: 'closed-applications', days: 1095, source: 'no legal source' }),
    );
    expect(JSON.stringify(body)).not.toContain('"code"');
  });

  test('has neither on a later page', async () => {
    const { body } = await gateway.send('POST', PATH, { body: { ...BODY, pageToken: 'next' } });
    expect(body).not.toHaveProperty('mandates');
    expect(body).not.toHaveProperty('nextPageToken');
  });

  test.each([
    ['without a reason', { reason: undefined }],
    ['with another reason', { reason: 'curiosity' }],
    ['with a sentence as evidence', { evidence: 'asked, at the desk' }],
    ['with a wrong number', { idnp: '2900000000018' }],
  ])('%s is refused before any call', async (_what, more) => {
    const before = gateway.calls.intake.length;
    expect((await gateway.send('POST', PATH, { body: { ...BODY, ...more } })).status).toBe(400);
    expect(gateway.calls.intake).toHaveLength(before);
  });

  test('leaves no personal number in the log', () => {
    expect(gateway.log()).not.toContain(idnp(1));
  });
});

test('a page that continues a history has nothing else of the application', async () => {
  const states = { fromState: 'STATE_SUBMITTED', toState: 'STATE_SUBMITTED' } as const;
  const note = { kind: 'note', actor: 'operators/ana', recordTime: { seconds: '1764000000', nanos: 0 }, ...states };
  const continued = await startGateway({
    intake: {
      ExportPerson: () =>
        Promise.resolve({
          copy: ID,
          applications: [{ roles: ['applicant'], application: application(), actions: [note], earlierActions: 7 }],
        }),
    },
    journal: { ListEntries: gone },
    documents: { ExportDocuments: gone },
    notifications: { ExportNotices: gone },
  });
  const { status, body } = await continued.send('POST', PATH, { body: BODY });
  expect([status, body]).toMatchObject([
    200,
    { applications: [{ earlierActions: 7, history: [{ kind: 'note' }], notices: [], documents: [], submissions: [] }] },
  ]);
  expect(body).not.toHaveProperty('unavailableParts');
  await continued.stop();
});

test('a copy without a journal says so, and without another service there is none', async () => {
  const partial = await startGateway({ journal: { ListEntries: gone } });
  const { body } = await partial.send('POST', PATH, { body: BODY });
  expect(body).toMatchObject({ unavailableParts: ['journal'], unreadable: [NAME] });
  await partial.stop();
  const none = await startGateway({ documents: { ExportDocuments: gone } });
  expect((await none.send('POST', PATH, { body: BODY })).status).toBe(503);
  await none.stop();
});
