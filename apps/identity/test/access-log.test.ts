import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { JournalEvents } from '@cups/contracts/gen/events/cups.journal.v1.ts';
import { eventCodec } from '@cups/contracts/proto';
import { connectDatabase } from '@cups/store';
import { idnp, person, readTopic } from '@cups/testing';
import { entryOfRead } from '../src/access-log.ts';
import { shareWorld } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

/** Reads of mandates and staff: a row before the response, and an entry for the journal. */

const { decode } = eventCodec<JournalEvents>('cups.journal.v1');
const SERVICE = 'publicServices/criminal-record';

let world: SharedWorld;
beforeAll(async () => {
  world = await shareWorld();
});
afterAll(() => world.stop());

interface StoredRow {
  _id: string;
  action: string;
  actor: string;
  centre: string;
}

/** Rows of a resource, oldest first. */
async function rowsOf(id: string) {
  const { mongoUri, prefix } = world.where;
  const database = await connectDatabase({ uri: mongoUri, database: `${prefix}cups-identity` });
  try {
    const rows = database.db.collection<StoredRow>('accessLog');
    return await rows
      .find({ _id: { $gt: `${id}/`, $lt: `${id}0` } })
      .sort({ _id: 1 })
      .toArray();
  } finally {
    await database.close();
  }
}

test('each read of a mandate has a row with its reader, before the response', async () => {
  const topic = await readTopic(world.where, 'cups.journal.identity');
  const desk = world.client(await world.signIn('cu-001-specialist'));
  const { givenName, familyName } = person(150);
  const { mandate } = await desk.createMandate({
    requestId: randomUUID(),
    person: { idnp: idnp(150), givenName, familyName },
    scope: { publicServices: [SERVICE] },
    titles: [{ publicService: SERVICE, title: { ro: 'Cazier' } }],
    term: 'MANDATE_TERM_DAYS_31',
    ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
    language: 'ro',
  });
  const { name, code } = mandate!;
  const id = name.slice('mandates/'.length);
  await desk.getMandate({ name });
  await desk.listMandates({ idnp: idnp(150) });
  await desk.listMandates({});
  await world.client().getMandateByCode({ code });
  const otherName = `mandates/${id.slice(0, -1)}${id.endsWith('0') ? '1' : '0'}`;
  await expect(desk.getMandate({ name: otherName })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  const centre = 'centres/CU-001';
  const clerk = { actor: 'operators/cu-001-specialist', centre };
  expect(await rowsOf(id)).toMatchObject([
    { action: 'read-details', ...clerk },
    { action: 'read-search', ...clerk },
    { action: 'read-details', actor: 'applicant', centre: '' },
  ]);
  expect((await rowsOf('CU-001')).filter(({ action }) => action === 'read-list').at(-1)).toMatchObject(clerk);

  const isOwn = ({ subject }: { subject: string }) => subject.startsWith(`accessLog/${id}.`);
  await topic.until(() => topic.events.filter(isOwn).length === 3);
  await topic.stop();
});

test('reads of staff have rows: a team, a member, and each person of the platform', async () => {
  const manager = world.client(await world.signIn('cu-001-manager'));
  await manager.listCentreOperators({ centre: 'centres/CU-001' });
  await manager.getOperator({ name: 'operators/cu-001-specialist', centre: 'centres/CU-001' });
  const supervisor = world.client(await world.signIn('supervisor'));
  // Other tests of the group add staff, so that the supervisor may be on a later page.
  for (let pageToken: string | undefined = ''; pageToken !== undefined;)
    pageToken = (await supervisor.listStaff({ pageSize: 200, pageToken })).nextPageToken || undefined;
  const team = (await rowsOf('CU-001')).filter(({ action }) => action === 'read-staff-list');
  expect(team.at(-1)).toMatchObject({ actor: 'operators/cu-001-manager', centre: 'centres/CU-001' });
  expect((await rowsOf('cu-001-specialist')).at(-1)).toMatchObject({ action: 'read-staff' });
  expect((await rowsOf('supervisor')).at(-1)).toMatchObject({
    action: 'read-staff-list',
    actor: 'operators/supervisor',
  });
});

test.each([
  ['mandates', '01JAAAAAAAAAAAAAAAAAAAAAAA', 'read-details', 'applicant', 'mandates/01JAAAAAAAAAAAAAAAAAAAAAAA'],
  ['mandates', '01JAAAAAAAAAAAAAAAAAAAAAAA', 'read-search', 'operators/cu-001-specialist', 'session'],
  ['centres', 'CU-001', 'read-list', 'operators/cu-001-specialist', 'session'],
  ['operators', 'cu-001-specialist', 'read-staff', 'operators/cu-001-manager', 'staff-administration'],
  ['centres', 'CU-001', 'read-staff-list', 'services/ops', 'operations'],
] as const)('a read of %s/%s as %s by %s has the ground %s', (resourceType, id, action, actor, ground) => {
  const event = entryOfRead({ _id: `${id}/01JBBBBBBBBBBBBBBBBBBBBBBB`, resourceType, action, actor, centre: '' });
  expect(event).toMatchObject({ key: id, subject: `accessLog/${id}.01JBBBBBBBBBBBBBBBBBBBBBBB` });
  const expected = { resource: `${resourceType}/${id}`, action, actor, ground, result: 'done' };
  expect(decode(event)!.data.entry).toMatchObject(expected);
});
