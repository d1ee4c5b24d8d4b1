import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toTimestamp } from '@cups/contracts/proto';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { eventually, idnp, captureLog } from '@cups/testing';
import { access } from '../src/access.ts';
import { openAccessLog, openAccessLogRows } from '../src/store/access-log.ts';
import { useIntake } from './world.ts';

/** Every RPC that returns personal data is recorded: desk reads in the access log, all calls in the service log. */

const scene = useIntake();
const CENTRE = 'CU-340';
const SUBJECT = '01JDZ3V7Q8R9S0T1V2W3X4Y5ZA';
const DEVICE = '01JDZ3V7Q8R9S0T1V2W3X4Y5Z9';
type Desk = ReturnType<typeof scene.at>;

/** Desk reads, each with the subject of its entry. A list has one entry for the centre. */
const READS: Record<string, [call: (here: Desk, name: string) => Promise<unknown>, subject: 'application' | 'centre']> =
  {
    GetApplication: [(here, name) => here.getApplication({ name }), 'application'],
    ListApplications: [(here) => here.listApplications({}), 'centre'],
    SearchApplications: [(here) => here.searchApplications({ query: idnp(1) }), 'application'],
    ListQueue: [(here) => here.listQueue({}), 'centre'],
    ListQueueChanges: [(here) => here.listQueueChanges({ cursor: Buffer.from('q0').toString('base64url') }), 'centre'],
    ListCollections: [(here) => here.listCollections({}), 'centre'],
    LookUpPerson: [(here) => here.lookUpPerson({ idnp: idnp(1) }), 'application'],
    GetApplicationDetails: [(here, name) => here.getApplicationDetails({ name }), 'application'],
    GetFiledSubmission: [(here, name) => here.getFiledSubmission({ name: `${name}/submissions/1` }), 'application'],
    RecordAccess: [(here, name) => here.recordAccess({ name, kind: 'ACCESS_KIND_SLIP' }), 'application'],
    ListApplicationActions: [(here, name) => here.listApplicationActions({ name }), 'application'],
    UpdateOfflineCopy: [(here) => here.updateOfflineCopy({ device: DEVICE }), 'application'],
    RecordOfflineReads: [
      (here, name) =>
        here.recordOfflineReads({ device: DEVICE, reads: [{ application: name, readTime: toTimestamp(new Date()) }] }),
      'application',
    ],
  };

/** Methods without an entry, by reason. */
const NOT_RECORDED: Record<string, string[]> = {
  'a write is recorded in the history with its actor': [
    ...['CreateApplication', 'UpdateApplication', 'SubmitApplication', 'WithdrawApplication', 'SupplyDocuments'],
    ...['HandOverResult', 'ConfirmOutcome', 'RenewApplication', 'RecordPayment', 'AddNote', 'AssignApplication'],
    ...[
      'ChooseCollectionCentre',
      'ChangeContact',
      'CorrectApplication',
      'SendMessage',
      'PrepareComplaint',
      'RecordComplaint',
      'RecordComplaintAnswer',
      'AnswerPassingOn',
      'ConfirmCollectionArrival',
      'HandOverCollection',
    ],
    ...['ConfirmArrival', 'MarkDeskAlertsSeen', 'RecordPersonNotification'],
  ],
  'another centre reads it; collections.test.ts covers it': ['GetCollection'],
  'a supervisor reads it; export-person.test.ts covers it': ['ExportPerson'],
  'a head or supervisor decides about it; quarantined-acts.test.ts covers it': [
    'GetQuarantinedAct',
    'ReleaseQuarantinedAct',
  ],
  'it names a mandate; mandate-applications.test.ts covers it': ['ListMandateApplications'],
  'a system of an agency reads it; a test below covers it': ['RecordAgencyAccess'],
  'a clerk of an agency reads it; agency-clerk.test.ts covers it': ['GetAgencyApplication', 'ListAgencyApplicants'],
  'a service reads it for itself; only the service log records it': [
    'GetSubmission',
    'GetAgencyMessage',
    'GetNoticeContext',
  ],
};

let store: Store;
let name: string;
beforeAll(async () => {
  const { mongoUri, prefix } = scene.world.place;
  store = openStore({ uri: mongoUri, database: `${prefix}cups-intake`, log: captureLog().log });
  await eventually(() => store.ready());
  ({ name } = await scene.at(CENTRE).file(1));
});
afterAll(() => store.close());
const entries = () => store.collection<{ _id: string; operator: string }>('accessLog').find({}).toArray();

test('covers every method with personal data', () => {
  const personal = Object.entries(access).filter(([, row]) => row.personalData);
  const named = [...Object.keys(READS), ...Object.values(NOT_RECORDED).flat()];
  expect(personal.map(([method]) => method).sort()).toEqual(named.sort());
});

describe.each(Object.entries(READS))('%s', (method, [call, subject]) => {
  test(`adds one entry for the ${subject} and one log line`, async () => {
    const [before, lines] = [await entries(), scene.world.lines.length];
    await call(scene.at(CENTRE), name);
    const known = new Set(before.map(({ _id }) => String(_id)));
    const added = (await entries()).filter(({ _id }) => !known.has(String(_id)));
    const subjectId = subject === 'centre' ? CENTRE : name.slice('applications/'.length);
    expect(added.map(({ _id }) => String(_id).split('/')[0])).toContain(subjectId);
    expect(new Set(added.map((entry) => String(entry['operator'])))).toEqual(new Set([`operators/cu-340-specialist`]));
    if (subject === 'centre') expect(added).toHaveLength(1);
    const logged = scene.world.lines.slice(lines).filter(({ event }) => event === 'personal-data-read');
    const resource = subject === 'centre' ? `centres/${CENTRE}` : name;
    expect(logged).toContainEqual(expect.objectContaining({ method: `IntakeService.${method}`, resource }));
  });
});

test('records no access for a queue page without changes', async () => {
  const here = scene.at(CENTRE);
  const cursor = Buffer.from(`q${Date.now() + 3_600_000}`).toString('base64url');
  const before = (await entries()).length;
  expect((await here.listQueueChanges({ cursor })).applications).toEqual([]);
  expect((await entries()).length).toBe(before);
});

describe('what documents are', () => {
  const kindsBy = async (operator: string, id: string) =>
    (await scene.at(CENTRE).listAccessLogEntries({ name: id })).entries.filter((one) => one.operator === operator);
  const facts = (id: string) => ({ name: id, kind: 'ACCESS_KIND_DOCUMENT' as const, factsOnly: true });

  test('adds an entry an hour for each operator, and the agency', async () => {
    const { name: id } = await scene.at(CENTRE).file(2);
    const [desk, agency] = [scene.at(CENTRE), scene.world.agencySystem(scene.port, 'asp')];
    for (let time = 0; time < 3; time++) {
      await desk.recordAccess(facts(id));
      await agency.recordAgencyAccess({ name: id, factsOnly: true });
    }
    const kind = 'ACCESS_KIND_DOCUMENT_FACTS';
    expect(await kindsBy('operators/cu-340-specialist', id)).toMatchObject([{ kind, centre: `centres/${CENTRE}` }]);
    expect(await kindsBy('operators/agency.asp', id)).toMatchObject([{ kind, agency: 'agencies/asp' }]);
    await desk.recordAccess({ ...facts(id), factsOnly: false });
    expect(await kindsBy('operators/cu-340-specialist', id)).toMatchObject([
      { kind: 'ACCESS_KIND_DOCUMENT' },
      { kind },
    ]);
  });

  test('adds the next entry after an hour, and one for another operator or centre before', async () => {
    const log = openAccessLog(store, openAccessLogRows(store));
    await eventually(() => store.ready());
    const start = Date.parse('2026-11-24T08:00:00Z');
    const read = (minutes: number, operator = 'operators/a', centre = 'centres/CU-001') => {
      const entry = { operator, centre, kind: 'document-facts' as const, time: new Date(start + minutes * 60_000) };
      return log.writeHourly(SUBJECT, { entry, cause: { requestId: randomUUID() } });
    };
    for (const minutes of [0, 1, 59, 61, 62]) await read(minutes);
    await read(63, 'operators/b');
    await read(64, 'operators/b', 'centres/CU-002');
    const { entries: found } = await log.list(SUBJECT, { pageSize: 10, pageToken: '' });
    expect(found.map(({ time }) => (time.getTime() - start) / 60_000)).toEqual([64, 63, 61, 0]);
  });
});

describe('RecordAgencyAccess', () => {
  test('adds an entry of the agency to an application of that agency', async () => {
    await scene.world.agencySystem(scene.port, 'asp').recordAgencyAccess({ name });
    expect((await scene.at(CENTRE).listAccessLogEntries({ name })).entries[0]).toMatchObject({
      operator: 'operators/agency.asp',
      agency: 'agencies/asp',
      centre: '',
      kind: 'ACCESS_KIND_DOCUMENT',
    });
  });

  test('refuses an application of another agency, and a desk', async () => {
    const before = (await entries()).length;
    await expect(scene.world.agencySystem(scene.port, 'cnas').recordAgencyAccess({ name })).rejects.toMatchObject({
      reason: 'NOT_FOUND',
    });
    await expect(scene.at(CENTRE).recordAgencyAccess({ name })).rejects.toMatchObject({ reason: 'PERMISSION_DENIED' });
    expect((await entries()).length).toBe(before);
  });
});

test('records a write in the history instead', async () => {
  const here = scene.at(CENTRE);
  await here.addNote({ requestId: randomUUID(), name, text: 'x' });
  expect((await here.history(name)).at(-1)).toMatchObject({ kind: 'note', actor: 'operators/cu-340-specialist' });
});
