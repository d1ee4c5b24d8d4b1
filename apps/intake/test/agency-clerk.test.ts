import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PERSON_HASH_KEY_SET, watchPersonHasher } from '@cups/rpc';
import { eventually, idnp, readJournal, silentLog } from '@cups/testing';
import { bridgeEvent, useIntake } from './world.ts';

/** What the clerks of an agency read: what was filed with them, and nothing else. */

const scene = useIntake({ topics: true });
const CENTRE = 'CU-345';
const OWN = 905;

let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  journal = await readJournal(scene.world.place, 'intake');
});
afterAll(() => journal.stop());

const clerk = (code = 'asp', options?: Parameters<typeof scene.world.agencyClerk>[2]) =>
  scene.world.agencyClerk(scene.port, code, options);

test('reads what was filed, without contact, payment and notes', async () => {
  const here = scene.at(CENTRE);
  const { name } = await here.file(1);
  await here.addNote({ requestId: randomUUID(), name, text: 'Call the neighbour first' });
  const read = await clerk().getAgencyApplication({ name });
  expect(read).toMatchObject({ name, state: 'STATE_SUBMITTED', ownApplication: false });
  expect(read.submissions).toHaveLength(1);
  expect(read.submissions[0]).toMatchObject({ trackingNumber: '' });
  expect(read.actions.map(({ kind }) => kind)).toEqual(['submit']);
  const text = JSON.stringify(read);
  expect(text).toContain(idnp(1));
  expect(text).not.toMatch(/neighbour|@|\+373/);
});

test('lists the names of its applicants only', async () => {
  const here = scene.at(CENTRE);
  const { name } = await here.file(2);
  const { applicants } = await clerk().listAgencyApplicants({ names: [name] });
  expect(applicants).toMatchObject([{ application: name, familyName: expect.any(String) }]);
  expect((await clerk('cnas').listAgencyApplicants({ names: [name] })).applicants).toEqual([]);
});

test('finds no draft, and no application of another agency', async () => {
  const here = scene.at(CENTRE);
  const draft = await here.open(3);
  await expect(clerk().getAgencyApplication({ name: draft.name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  const { name } = await here.submit(draft.name);
  await expect(clerk('cnas').getAgencyApplication({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  await expect(here.getAgencyApplication({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
});

test('reads nothing of an application that has ended', async () => {
  const here = scene.at(CENTRE);
  const { name } = await here.file(4);
  await here.withdrawApplication({ requestId: randomUUID(), name });
  const read = await clerk().getAgencyApplication({ name });
  expect(read).toMatchObject({ state: 'STATE_WITHDRAWN', submissions: [] });
  expect(JSON.stringify(read)).not.toContain(idnp(4));
});

test('sees the last day of its request, which the platform moved', async () => {
  const { world } = scene;
  const { name } = await scene.at(CENTRE).file(6);
  const asked = { evidenceKinds: ['birth-certificate'], answerBy: '2020-01-15' };
  await world.publish(bridgeEvent(name, 'DeliveryDocumentsRequested', 1, asked));
  const request = await eventually(
    async () => (await clerk().getAgencyApplication({ name })).documentRequest ?? undefined,
  );
  expect(request.requestedAnswerBy).toBe('2020-01-15');
  expect(request.answerBy > request.requestedAnswerBy).toBe(true);
});

test('decides no application of their own', async () => {
  const { name } = await scene.at(CENTRE).file(OWN);
  const file = join(scene.world.keysDir, PERSON_HASH_KEY_SET);
  const person = watchPersonHasher({ file, required: true, log: silentLog }).hash(idnp(OWN))!;
  const { ownApplication } = await clerk('asp', { person }).getAgencyApplication({ name });
  expect(ownApplication).toBe(true);
  const own = clerk('asp', { person, from: 'agency-bridge' });
  await expect(own.checkAgencyAct({ name })).rejects.toMatchObject({ reason: 'OWN_APPLICATION' });
  expect(await clerk('asp', { from: 'agency-bridge' }).checkAgencyAct({ name })).toEqual({});
});

test('leaves each read in the access log and in the journal, with the name of the clerk', async () => {
  const here = scene.at(CENTRE);
  const { name } = await here.file(5);
  const operator = 'operators/asp-clerk';
  await clerk().getAgencyApplication({ name });
  expect((await here.listAccessLogEntries({ name })).entries[0]).toMatchObject({
    operator,
    agency: 'agencies/asp',
    centre: '',
    kind: 'ACCESS_KIND_DETAILS',
  });
  const id = name.slice('applications/'.length);
  const entries = await journal.until(({ key }) => key === id, 3);
  expect(entries).toContainEqual(expect.objectContaining({ action: 'read-details', actor: operator, resource: name }));

  await clerk().listAgencyApplicants({ names: [name] });
  const [list] = await journal.until(({ key }) => key === 'asp', 1);
  expect(list).toMatchObject({ action: 'read-list', actor: operator, resource: 'agencies/asp' });
});
