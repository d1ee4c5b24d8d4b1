import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ExportPersonRequest } from '@cups/contracts/gen/cups/intake/v1/ExportPersonRequest.ts';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import { clientFor, eventually, idnp, person, readJournal } from '@cups/testing';
import { useIntake } from './world.ts';

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
