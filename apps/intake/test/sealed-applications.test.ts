import { openStore } from '@cups/store';
import type { Store } from '@cups/store';
import { captureLog, eventually, person } from '@cups/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { useIntake } from './world.ts';

const scene = useIntake();
const { idnp: IDNP } = person(9_901);
const NAMES = ['Zgardan', 'Serafima', 'zgardan@example.com', '60990015', 'Act secret', 'notă secretă', IDNP];

type Raw = Record<string, unknown> & { _id: string };
let store: Store;
let keyStore: Store;
beforeAll(async () => {
  const { mongoUri: uri, prefix } = scene.world.place;
  const { log } = captureLog();
  store = openStore({ uri, database: `${prefix}cups-intake`, log });
  keyStore = openStore({ uri, database: `${prefix}cups-intake-keys`, log });
  await eventually(() => store.ready() && keyStore.ready());
});
afterAll(() => Promise.all([store.close(), keyStore.close()]));

const idOf = (name: string): string => name.slice('applications/'.length);
const raw = async (name: string): Promise<Raw> =>
  (await store.collection<Raw>('applications').findOne({ _id: idOf(name) }))!;
/** All texts and bytes of a stored document. */
const bytesOf = (document: object): string =>
  JSON.stringify(document, (_name, value: { type?: string; data?: number[] } | null) =>
    value?.type === 'Buffer' ? Buffer.from(value.data!).toString('latin1') : value,
  );
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

async function fileSecretly(centre: string) {
  const here = scene.at(centre);
  const opened = await here.open(1, {
    applicant: { ...person(9_901), givenName: 'Serafima', familyName: 'Zgardan' },
    contact: { email: 'zgardan@example.com', phone: '+37360990015' },
    answers: Buffer.from('{"act":"birth","note":"Act secret"}'),
  });
  const filed = await here.submit(opened.name);
  const { etag } = await here.read(filed.name);
  await here.addNote({ requestId: crypto.randomUUID(), name: filed.name, etag, text: 'notă secretă' });
  return { here, name: filed.name };
}

describe('a stored application', () => {
  test('names nobody, and reads as before', async () => {
    const { here, name } = await fileSecretly('CU-361');
    const stored = bytesOf(await raw(name));
    for (const text of NAMES) for (const form of [text, utf8(text)]) expect(stored).not.toContain(form);
    const app = await here.read(name);
    expect(app.content?.applicant).toMatchObject({ familyName: 'Zgardan', idnp: IDNP });
    expect((await here.searchApplications({ idnp: IDNP })).applications).toMatchObject([{ name }]);
    expect((await here.searchApplications({ query: 'zgard' })).applications).toMatchObject([{ name }]);
    expect((await here.lookUpPerson({ idnp: IDNP })).contact).toMatchObject({ email: 'zgardan@example.com' });
    const [row] = (await here.listQueue({ bucket: 'BUCKET_OPEN' })).applications;
    expect(JSON.stringify(row)).toContain('Zgardan');
  });

  test('is found in clear until the backfill has sealed it', async () => {
    const { here, name } = await fileSecretly('CU-362');
    const plain = await scene.world.start({ isSealing: false });
    await eventually(async () => bytesOf(await raw(name)).includes(utf8('Zgardan')));
    expect(await raw(name)).toMatchObject({ schemaVersion: 5, content: { applicant: { idnp: IDNP } } });
    await plain.stop();
    await store
      .collection<Raw>('applications')
      .updateOne({ _id: idOf(name) }, { $set: { schemaVersion: 4, names: [] } });
    const next = await scene.world.start();
    const there = scene.world.deskAt(next.grpcPort, 'CU-362');
    expect((await there.searchApplications({ idnp: IDNP })).applications).toMatchObject([{ name }]);
    await eventually(async () => !bytesOf(await raw(name)).includes(utf8('Zgardan')));
    expect((await there.searchApplications({ idnp: IDNP })).applications).toMatchObject([{ name }]);
    expect((await here.read(name)).content?.applicant).toMatchObject({ familyName: 'Zgardan' });
    await next.stop();
  });

  test('stays in lists and is readable after its key was destroyed', async () => {
    const { name } = await fileSecretly('CU-363');
    await keyStore.collection<Raw>('destroyedKeys').insertOne({ _id: idOf(name), destroyTime: new Date() } as never);
    await keyStore.collection<Raw>('dataKeys').deleteOne({ _id: idOf(name) });
    const fresh = await scene.world.start();
    const there = scene.world.deskAt(fresh.grpcPort, 'CU-363');
    const app = await there.read(name);
    expect(app).toMatchObject({ name, state: 'STATE_SUBMITTED', content: { applicant: null, contact: null } });
    const [row] = (await there.listQueue({ bucket: 'BUCKET_OPEN' })).applications;
    expect(row).toMatchObject({ name });
    const { etag } = app;
    const note = there.addNote({ requestId: crypto.randomUUID(), name, etag, text: 'new' });
    await expect(note).rejects.toMatchObject({ reason: 'PERSONAL_DATA_ERASED' });
    await fresh.stop();
  });
});
