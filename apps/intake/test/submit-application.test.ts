import { randomUUID } from 'node:crypto';
import { person } from '@cups/testing';
import { describe, expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

const scene = useIntake();
const { at } = scene;

describe('SubmitApplication', () => {
  test('reports everything that is missing, without values, and keeps the draft', async () => {
    const answers = Buffer.from('{"act":"wedding","x":1}');
    const draft = await at().open(6, { evidence: [], answers, contact: null });
    const refused = at().submit(draft.name);
    await expect(refused).rejects.toMatchObject({
      reason: 'APPLICATION_INCOMPLETE',
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

  test('rejects dates in the future', async () => {
    const applicant = { ...person(8), birthDate: '2090-01-01' };
    const draft = await at().open(8, { applicant });
    await expect(at().submit(draft.name)).rejects.toMatchObject({
      reason: 'APPLICATION_INCOMPLETE',
      violations: [{ field: '/applicant/birthDate', rule: 'NOT_AFTER', params: { other: 'today' } }],
    });
  });

  test('rejects a person of more than 120 years', async () => {
    const draft = await at().open(8, { applicant: { ...person(8), birthDate: '1856-05-04' } });
    await expect(at().submit(draft.name)).rejects.toMatchObject({
      reason: 'APPLICATION_INCOMPLETE',
      violations: [{ field: '/applicant/birthDate', rule: 'NOT_BEFORE' }],
    });
  });

  test('sets the due date, submission and history entry', async () => {
    const app = await at().file(7);
    expect(app).toMatchObject({ state: 'STATE_SUBMITTED', submissionCount: 1, etag: '"2"', noDueDateReason: '' });
    expect(app.dueDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
    expect(await at().history(app.name)).toMatchObject([
      { kind: 'submit', actor: 'operators/cu-001-specialist', fromState: 'STATE_DRAFT', toState: 'STATE_SUBMITTED' },
    ]);
  });

  test('replays a retry and logs the access', async () => {
    const { name, etag } = await at().open(7);
    const given = { requestId: randomUUID(), name, etag };
    const first = await at().submitApplication(given);
    const before = scene.world.lines.length;
    const again = await at().submitApplication(given);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.application!.etag).toBe(first.application!.etag);
    const logged = scene.world.lines.slice(before).filter(({ event }) => event === 'personal-data-read');
    expect(logged).toMatchObject([{ method: 'IntakeService.SubmitApplication', resource: name }]);
  });

  test('accepts a request ID that another method used', async () => {
    const { name } = await at().open(7);
    const requestId = randomUUID();
    await at().submitApplication({ requestId, name });
    const withdrawn = await at().withdrawApplication({ requestId, name });
    expect(withdrawn).toMatchObject({ replayed: false, application: { state: 'STATE_WITHDRAWN' } });
  });

  test('rejects a stale etag and accepts none', async () => {
    const { name } = await at().open(7);
    const stale = at().submitApplication({ requestId: randomUUID(), name, etag: '"7"' });
    await expect(stale).rejects.toMatchObject({ reason: 'ETAG_STALE' });
    expect((await at().submit(name)).state).toBe('STATE_SUBMITTED');
  });

  test('files without upstream services, and rejects a new draft', async () => {
    const draft = await at('CU-006').open(9);
    const unreachable = {
      catalogAddress: '127.0.0.1:1',
      identityAddress: '127.0.0.1:1',
      kafkaBrokers: ['127.0.0.1:1'],
    };
    const isolated = scene.world.deskAt((await scene.world.start(unreachable)).grpcPort, 'CU-006');
    expect((await isolated.submit(draft.name)).state).toBe('STATE_SUBMITTED');
    await expect(isolated.open()).rejects.toMatchObject({ reason: 'UPSTREAM_UNAVAILABLE' });
  });
});
