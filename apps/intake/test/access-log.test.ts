import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { eventually, idnp, captureLog } from '@cups/testing';
import { access } from '../src/access.ts';
import { useIntake } from './world.ts';

/** Each call that shows personal data leaves an entry: a read of a desk in the access log, everything in the log of the service. */

const scene = useIntake();
const CENTRE = 'CU-340';
type Desk = ReturnType<typeof scene.at>;

/** Reads of a desk: how each is called, and what its entry is about. A list has one entry, of the centre. */
const READS: Record<string, [call: (here: Desk, name: string) => Promise<unknown>, of: 'application' | 'centre']> = {
  GetApplication: [(here, name) => here.getApplication({ name }), 'application'],
  ListApplications: [(here) => here.listApplications({}), 'centre'],
  SearchApplications: [(here) => here.searchApplications({ query: idnp(1) }), 'application'],
  ListQueue: [(here) => here.listQueue({}), 'centre'],
  ListQueueChanges: [(here) => here.listQueueChanges({ cursor: Buffer.from('q0').toString('base64url') }), 'centre'],
  LookUpPerson: [(here) => here.lookUpPerson({ idnp: idnp(1) }), 'application'],
  GetApplicationFile: [(here, name) => here.getApplicationFile({ name }), 'application'],
  GetFiledSubmission: [(here, name) => here.getFiledSubmission({ name: `${name}/submissions/1` }), 'application'],
  RecordAccess: [(here, name) => here.recordAccess({ name, kind: 'LOOK_KIND_SLIP' }), 'application'],
  ListApplicationActions: [(here, name) => here.listApplicationActions({ name }), 'application'],
};

/** What leaves no entry there, and why. */
const NOT_RECORDED: Record<string, string[]> = {
  'a write is in the history, with who did it': [
    ...['CreateApplication', 'UpdateApplication', 'SubmitApplication', 'WithdrawApplication', 'SupplyDocuments'],
    ...['HandOverResult', 'ConfirmOutcome', 'RenewApplication', 'RecordPayment', 'AddNote', 'AssignApplication'],
    ...['MarkDeskNotesSeen', 'RecordTelling'],
  ],
  'a service reads it for itself, and nobody is shown it; the log of the service has it': [
    'GetSubmission',
    'GetContact',
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
const entries = () => store.collection<{ _id: string; by: string }>('looks').find({}).toArray();

test('every method that shows personal data is read here, or says why it leaves no entry', () => {
  const personal = Object.entries(access).filter(([, row]) => row.personalData);
  const named = [...Object.keys(READS), ...Object.values(NOT_RECORDED).flat()];
  expect(personal.map(([method]) => method).sort()).toEqual(named.sort());
});

describe.each(Object.entries(READS))('%s', (method, [call, of]) => {
  test(`leaves one entry of the ${of}, and one line in the log`, async () => {
    const [before, lines] = [await entries(), scene.world.lines.length];
    await call(scene.at(CENTRE), name);
    const known = new Set(before.map(({ _id }) => String(_id)));
    const added = (await entries()).filter(({ _id }) => !known.has(String(_id)));
    const thing = of === 'centre' ? CENTRE : name.slice('applications/'.length);
    expect(added.map(({ _id }) => String(_id).split('/')[0])).toContain(thing);
    expect(new Set(added.map((entry) => String(entry['by'])))).toEqual(new Set([`operators/cu-340-specialist`]));
    if (of === 'centre') expect(added).toHaveLength(1);
    const told = scene.world.lines.slice(lines).filter(({ event }) => event === 'personal-data-read');
    const resource = of === 'centre' ? `centres/${CENTRE}` : name;
    expect(told).toContainEqual(expect.objectContaining({ method: `IntakeService.${method}`, resource }));
  });
});

test('a queue in which nothing has changed shows nobody, and leaves no entry', async () => {
  const here = scene.at(CENTRE);
  const cursor = Buffer.from(`q${Date.now() + 3_600_000}`).toString('base64url');
  const before = (await entries()).length;
  expect((await here.listQueueChanges({ cursor })).applications).toEqual([]);
  expect((await entries()).length).toBe(before);
});

test('a write leaves its act in the history instead', async () => {
  const here = scene.at(CENTRE);
  await here.addNote({ requestId: randomUUID(), name, text: 'x' });
  expect((await here.history(name)).at(-1)).toMatchObject({ kind: 'note', by: 'operators/cu-340-specialist' });
});
