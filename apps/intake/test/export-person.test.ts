import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ExportPersonRequest } from '@cups/contracts/gen/cups/intake/v1/ExportPersonRequest.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { clientFor, eventually, idnp, person, readJournal } from '@cups/testing';
import type { ActionRecord } from '../src/domain/application.ts';
import { openStoredApplications } from './stored-applications.ts';
import { idOf, useIntake } from './world.ts';

/** The copy of everything about a person, at all centres. */

const scene = useIntake({ topics: true });
const { at } = scene;
const [NORTH, SOUTH] = ['CU-361', 'CU-362'];
const OPERATOR = 'operators/s-361';

let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  journal = await readJournal(scene.world.place, 'intake');
  // Intake refuses copies until it has checked that all applications can be found.
  await eventually(() => copyOf(616));
});
afterAll(() => journal.stop());

const supervisor = (operator = OPERATOR) => scene.world.deskAt(scene.port, 'CU-001', { role: 'supervisor', operator });
const copyOf = (n: number, more: ExportPersonRequest = {}, operator = OPERATOR) =>
  supervisor(operator).exportPerson({
    idnp: idnp(n),
    reason: 'COPY_REASON_PERSON_REQUEST',
    evidence: 'CD-12/2026',
    ...more,
  });
const isRefused = (reason: string) => expect.objectContaining({ reason }) as unknown as Error;
const namesOf = ({ applications }: { applications: { application: { name: string } | null }[] }) =>
  applications.map(({ application }) => application?.name);

describe('a copy', () => {
  test('has the applications of all centres, drafts included, with all that the desk recorded', async () => {
    const filed = await at(NORTH).file(610);
    await at(NORTH).addNote({ requestId: randomUUID(), name: filed.name, text: 'Will call on Monday' });
    await at(NORTH).read(filed.name);
    const draft = await at(SOUTH).open(610);
    await at(SOUTH).file(611);
    const { applications, unreadable, nextPageToken } = await copyOf(610);
    expect({ unreadable, nextPageToken }).toEqual({ unreadable: [], nextPageToken: '' });
    expect(applications.map(({ application }) => application?.name)).toEqual([draft.name, filed.name]);
    expect(applications[1]).toMatchObject({
      roles: ['applicant'],
      application: { content: { applicant: person(610) }, notes: [{ text: 'Will call on Monday' }] },
      actions: [{ kind: 'submit' }, { kind: 'note' }],
      submissions: [{ name: `${filed.name}/submissions/1`, content: { applicant: { idnp: idnp(610) } } }],
      accesses: [{ kind: 'ACCESS_KIND_DETAILS', operator: `operators/${NORTH!.toLowerCase()}-specialist` }],
    });
    expect(applications[1]?.application).toMatchObject({ allowedActions: [], buckets: [] });
  });

  test('names the other people of an application without what identifies or reaches them', async () => {
    const contact = { phone: '+37369123456' };
    const { name } = await at(NORTH).open(612, { represented: person(613), contact });
    const [seen] = (await copyOf(613)).applications;
    expect(seen).toMatchObject({ roles: ['represented'], application: { name } });
    const { applicant, represented, contact: shown } = seen!.application!.content!;
    expect(applicant).toMatchObject({ givenName: person(612).givenName, idnp: '', birthDate: '' });
    expect(represented).toMatchObject({ idnp: idnp(613) });
    expect(shown).toBeNull();
    const [own] = (await copyOf(612)).applications;
    expect(own!.application!.content).toMatchObject({ contact, represented: { idnp: '', birthDate: '' } });
  });

  test('comes in pages that belong to one copy and one person', async () => {
    for (const centre of [NORTH, SOUTH, NORTH]) await at(centre).open(614);
    const first = await copyOf(614, { pageSize: 2 });
    const pageToken = first.nextPageToken;
    expect(first.applications).toHaveLength(2);
    await expect(copyOf(615, { pageToken })).rejects.toEqual(isRefused('PAGE_TOKEN_INVALID'));
    const second = await copyOf(614, { pageSize: 2, pageToken });
    expect({ copy: second.copy, token: second.nextPageToken }).toEqual({ copy: first.copy, token: '' });
    expect(new Set([...namesOf(first), ...namesOf(second)]).size).toBe(3);
  });

  test('has a history that no single response could hold, in parts that follow each other', async () => {
    const [older, long] = [await at(SOUTH).file(620), await at(NORTH).file(620)];
    const stored = await openStoredApplications(scene.world);
    const ROWS = 2_300;
    const rowAt = (n: number): ActionRecord => {
      const time = new Date();
      const agencyText = { ro: `${n} ${'ă'.repeat(2_000)}` };
      return {
        kind: 'progressed',
        actor: 'agencies/asp',
        occurTime: time,
        recordTime: time,
        cause: `e-${n}`,
        fromState: 'submitted',
        toState: 'submitted',
        agencyText,
      };
    };
    await stored.applications.update(idOf(long.name), { scope: 'service', cause: {}, now: new Date() }, (app) => ({
      document: { ...app, history: [...app.history, ...Array.from({ length: ROWS }, (_, n) => rowAt(n))] },
      events: [],
    }));
    await stored.close();
    const pages = [await copyOf(620)];
    for (let next = pages[0]!.nextPageToken; next !== ''; next = pages.at(-1)!.nextPageToken)
      pages.push(await copyOf(620, { pageToken: next }));
    const parts = pages
      .flatMap(({ applications }) => applications)
      .filter((one) => one.application?.name === long.name);
    expect(parts.length).toBeGreaterThan(3);
    const texts = parts.flatMap(({ actions }) =>
      actions.flatMap(({ agencyText }) => agencyText?.ro.split(' ')[0] ?? []),
    );
    expect(texts).toEqual(Array.from({ length: ROWS }, (_, n) => String(n)));
    const counts = parts.map(({ earlierActions, actions }) => [earlierActions, actions.length] as const);
    for (const [n, [earlier]] of counts.entries())
      expect(earlier).toBe(counts.slice(0, n).reduce((sum, [, count]) => sum + count, 0));
    expect(parts.map(({ submissions }) => submissions.length)).toEqual(parts.map((_, n) => (n === 0 ? 1 : 0)));
    expect(pages.flatMap(namesOf)).toContain(older.name);
    expect(new Set(pages.map(({ copy }) => copy)).size).toBe(1);
  });

  test('of a stranger is empty, and recorded all the same', async () => {
    const { copy, applications } = await copyOf(616);
    expect(applications).toEqual([]);
    const [entry] = await journal.until(({ key }) => key === copy, 1);
    expect(entry).toMatchObject({
      action: 'export-person',
      resource: `personCopies/${copy}`,
      ground: 'session',
      reason: 'person-request',
    });
  });
});

describe('the record', () => {
  test('is an entry of the copy, and one of each application in its access log and the journal', async () => {
    const { name } = await at(NORTH).open(617);
    const { copy } = await copyOf(617);
    const [exported] = await journal.until(({ key }) => key === copy, 1);
    const [, read] = await journal.until(({ key }) => key === name.slice('applications/'.length), 2);
    expect([exported, read]).toMatchObject([
      { action: 'export-person', actor: OPERATOR, ground: 'session', result: 'done' },
      { action: 'read-copy', actor: OPERATOR, resource: name },
    ]);
    const { entries } = await at(NORTH).listAccessLogEntries({ name });
    expect(entries).toMatchObject([{ kind: 'ACCESS_KIND_COPY', operator: OPERATOR }]);
  });

  test('of an administrator names their tool', async () => {
    const { name } = await at(NORTH).open(618);
    const ops = clientFor<IntakeServiceDefinition>('cups.intake.v1.IntakeService', {
      address: `127.0.0.1:${scene.port}`,
      keys: scene.world.keys,
      from: 'ops',
      to: 'intake',
    });
    const request = { idnp: idnp(618), reason: 'COPY_REASON_COURT', evidence: '4-17/26' } as const;
    await expect(ops.exportPerson(request)).rejects.toEqual(isRefused('INVALID_ARGUMENT'));
    const { copy } = await ops.exportPerson({ ...request, actor: 'maria' });
    ops.close();
    const [entry] = await journal.until(({ key }) => key === copy, 1);
    expect(entry).toMatchObject({ actor: 'services/ops', ground: 'operations' });
    const [read] = (await at(NORTH).listAccessLogEntries({ name })).entries;
    expect(read).toMatchObject({ operator: 'operators/ops', centre: '' });
  });
});

describe('a request', () => {
  test.each<[string, ExportPersonRequest, string]>([
    ['a wrong number', { idnp: '2900000000018' }, 'IDNP_INVALID'],
    ['no reason', { reason: 'COPY_REASON_UNSPECIFIED' }, 'INVALID_ARGUMENT'],
    ['no evidence', { evidence: '' }, 'INVALID_ARGUMENT'],
    ['free text as evidence', { evidence: 'asked, at the desk' }, 'INVALID_ARGUMENT'],
    ['the number of a person as evidence', { evidence: 'CD 2900 0000 0001 2' }, 'INVALID_ARGUMENT'],
    ['a negative page size', { pageSize: -1 }, 'INVALID_ARGUMENT'],
    ['a foreign page token', { pageToken: 'bm9uZQ' }, 'PAGE_TOKEN_INVALID'],
  ])('with %s is refused', async (_what, more, reason) => {
    await expect(copyOf(619, more)).rejects.toEqual(isRefused(reason));
  });

  test('of a specialist is refused', async () => {
    await expect(at(NORTH).exportPerson({ idnp: idnp(619) })).rejects.toEqual(isRefused('PERMISSION_DENIED'));
  });

  test('after 60 copies within an hour is refused', async () => {
    const operator = 'operators/s-362';
    await Promise.all(Array.from({ length: 60 }, () => copyOf(619, {}, operator)));
    await expect(copyOf(619, {}, operator)).rejects.toEqual(isRefused('RATE_LIMITED'));
  });
});
