import { randomUUID } from 'node:crypto';
import { person } from '@cups/testing';
import { expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

/** SubmitApplication: a complete draft is filed. */

const scene = useIntake();
const { at } = scene;

test('A draft that is not complete is told all that is missing at once, without a value, and stays a draft.', async () => {
  const answers = Buffer.from('{"act":"wedding","x":1}');
  const draft = await at().open(6, { evidence: [], answers, contact: null });
  const refused = at().submit(draft.name);
  await expect(refused).rejects.toMatchObject({
    reason: 'FILE_INCOMPLETE',
    violations: [
      { field: '/contact', rule: 'CONTACT_MISSING' },
      { field: '/evidence', rule: 'EVIDENCE_MISSING', params: { kind: 'identity-document' } },
      { field: '/answers/act', rule: 'ONE_OF' },
      { field: '/answers/x', rule: 'UNKNOWN_FIELD' },
    ],
  });
  const problem: unknown = await refused.catch((error: unknown) => error);
  expect(JSON.stringify(problem)).not.toContain('wedding');
  expect((await at().read(draft.name)).state).toBe('STATE_DRAFT');
});

test('Births, powers and documents of days to come are refused.', async () => {
  const applicant = { ...person(8), birthDate: '2090-01-01' };
  const draft = await at().open(8, { applicant });
  await expect(at().submit(draft.name)).rejects.toMatchObject({
    reason: 'FILE_INCOMPLETE',
    violations: [{ field: '/applicant/birthDate', rule: 'NOT_AFTER', params: { other: 'today' } }],
  });
});

test('A draft that is filed has a due date, a submission and one row in its history.', async () => {
  const app = await at().file(7);
  expect(app).toMatchObject({ state: 'STATE_SUBMITTED', submissionCount: 1, etag: '"2"', noDueDateReason: '' });
  expect(app.dueDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(await at().history(app.name)).toMatchObject([
    { kind: 'submit', by: 'operators/cu-001-specialist', fromState: 'STATE_DRAFT', toState: 'STATE_SUBMITTED' },
  ]);
});

test('A repeated submit answers the application as it is, and leaves a look at it.', async () => {
  const { name, etag } = await at().open(7);
  const given = { requestId: randomUUID(), name, etag };
  const first = await at().submitApplication(given);
  const before = scene.world.lines.length;
  const again = await at().submitApplication(given);
  expect([first.replayed, again.replayed]).toEqual([false, true]);
  expect(again.application!.etag).toBe(first.application!.etag);
  const looks = scene.world.lines.slice(before).filter(({ event }) => event === 'personal-data-read');
  expect(looks).toMatchObject([{ method: 'IntakeService.SubmitApplication', resource: name }]);
});

test('A request id of a submit may come with another call: it is another request.', async () => {
  const { name } = await at().open(7);
  const requestId = randomUUID();
  await at().submitApplication({ requestId, name });
  const withdrawn = await at().withdrawApplication({ requestId, name });
  expect(withdrawn).toMatchObject({ replayed: false, application: { state: 'STATE_WITHDRAWN' } });
});

test('A submit with a stale etag is refused, and one without an etag is not.', async () => {
  const { name } = await at().open(7);
  const stale = at().submitApplication({ requestId: randomUUID(), name, etag: '"7"' });
  await expect(stale).rejects.toMatchObject({ reason: 'ETAG_STALE' });
  expect((await at().submit(name)).state).toBe('STATE_SUBMITTED');
});

test('While all neighbours are away a draft is filed by an intake that never read its version, and a new one says who is missing.', async () => {
  const draft = await at('CU-006').open(9);
  const away = { catalogAddress: '127.0.0.1:1', identityAddress: '127.0.0.1:1', kafkaBrokers: ['127.0.0.1:1'] };
  const lonely = scene.world.deskAt((await scene.world.start(away)).grpcPort, 'CU-006');
  expect((await lonely.submit(draft.name)).state).toBe('STATE_SUBMITTED');
  await expect(lonely.open()).rejects.toMatchObject({ reason: 'NEIGHBOUR_UNAVAILABLE' });
});
