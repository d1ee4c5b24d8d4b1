import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectDatabase, openStore } from '@cups/store';
import type { SealingKeys } from '@cups/store';
import { eventually, idnp, person, silentLog } from '@cups/testing';
import { openDetails, sealDetails, withoutOwnCode } from '../src/mandates/details.ts';
import { MandateErasure } from '../src/mandates/erasure.ts';
import { openMandates } from '../src/mandates/store.ts';
import type { MandateDetails } from '../src/mandates/details.ts';
import { createPersonNumbers } from '../src/person-numbers.ts';
import { shareWorld } from './identity-world.ts';
import type { SharedWorld } from './identity-world.ts';

/** Details of mandates, each sealed under a data key of its own. */

/** Every key is destroyed. */
const NO_KEYS: SealingKeys = {
  create: () => Promise.reject(new Error('No key is created.')),
  find: () => Promise.resolve(undefined),
  findMany: () => Promise.resolve({ keys: new Map(), unreadable: new Set() }),
  isDestroyed: () => Promise.resolve(true),
};

interface RawMandate {
  _id: string;
  schemaVersion: number;
  person: { sealed: unknown };
  text: { sha256: string };
}

let world: SharedWorld;
let database: Awaited<ReturnType<typeof connectDatabase>>;
beforeAll(async () => {
  world = await shareWorld();
  const { mongoUri, prefix } = world.where;
  database = await connectDatabase({ uri: mongoUri, database: `${prefix}cups-identity` });
});
afterAll(async () => {
  await database.close();
  await world.stop();
});

/** The keys of personal numbers, as identity reads them. */
function personNumbers() {
  const file = readFileSync(join(world.keys.dir, 'identity-persons.jwks'), 'utf8');
  const { keys } = JSON.parse(file) as { keys: { kid: string; use: string; k: string }[] };
  const secrets = keys.map(({ kid, use, k }) => ({ kid, use, secret: new Uint8Array(Buffer.from(k, 'base64url')) }));
  return createPersonNumbers(() => secrets);
}

test('seals the details under the key of the mandate, also those of an earlier release', async () => {
  const { givenName, familyName } = person(160);
  const desk = world.client(await world.signIn('cu-001-specialist'));
  const { mandate } = await desk.createMandate({
    requestId: randomUUID(),
    person: { idnp: idnp(160), givenName, familyName },
    scope: { themes: ['property'] },
    term: 'MANDATE_TERM_DAYS_31',
    ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
    language: 'ro',
  });
  const id = mandate!.name.slice('mandates/'.length);
  const stored = database.db.collection<RawMandate>('mandates');
  const isSealed = async () => {
    const { person: raw, schemaVersion } = (await stored.findOne({ _id: id }))!;
    return typeof raw.sealed !== 'string' && schemaVersion === 4;
  };
  expect(await isSealed()).toBe(true);

  const details: MandateDetails = {
    person: { idnp: idnp(160), givenName, familyName: 'Anterior' },
    reference: '',
    titles: {},
    text: 'Text',
    romanianText: 'Text',
  };
  // Releases before schema version 3 kept the mandate's own code.
  const withCode = Object.assign({}, details, { code: mandate!.code });
  const former = await sealDetails(personNumbers(), id, withCode);
  await stored.updateOne({ _id: id }, { $set: { person: former, schemaVersion: 1 }, $inc: { revision: 1 } });
  expect((await desk.getMandate({ name: mandate!.name })).mandate!.person).toMatchObject({ familyName: 'Anterior' });
  const tool = world.client(undefined, { from: 'ops' });
  await eventually(async () => (await tool.inspectPersonKeys({})).waiting === 0 && (await isSealed()));
  const { person: shown, code } = (await desk.getMandate({ name: mandate!.name })).mandate!;
  expect(shown).toMatchObject({ familyName: 'Anterior' });
  expect(code).toBe('');
  // The person's sheet still works.
  const { mandate: held } = await world.client().getMandateByCode({ code: mandate!.code });
  expect(held!.state).toBe('MANDATE_STATE_ACTIVE');
});

test('of an earlier release lose the own code of the mandate, and nothing else', () => {
  const details = { person: { givenName: 'Ana', familyName: 'Rusu' }, reference: '', titles: {}, text: 'Text' };
  expect(JSON.parse(withoutOwnCode(JSON.stringify({ ...details, code: '7K2M-4QXN-8RTA-3V' })))).toEqual(details);
});

test('erases the people of a mandate at the end of its term, and tells the journal', async () => {
  const { givenName, familyName } = person(161);
  const desk = world.client(await world.signIn('cu-001-specialist'));
  const { mandate } = await desk.createMandate({
    requestId: randomUUID(),
    person: { idnp: idnp(161), givenName, familyName },
    scope: { themes: ['property'] },
    term: 'MANDATE_TERM_DAYS_31',
    ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
    language: 'ro',
  });
  const id = mandate!.name.slice('mandates/'.length);
  const { mongoUri, prefix } = world.where;
  const store = openStore({ uri: mongoUri, database: `${prefix}cups-identity`, log: silentLog });
  const destroyed: string[] = [];
  const keys = {
    ...NO_KEYS,
    destroy: (owner: string) => Promise.resolve(void destroyed.push(owner)),
  };
  const mandates = openMandates(store, keys);
  await eventually(() => store.ready());
  const now = new Date(Date.now() + 100 * 86_400_000);
  const erasure = new MandateErasure({ mandates, dataKeys: keys, now: () => now });
  // Other tests of this identity revoked mandates of their own.
  await erasure.expire(now, 100);
  expect(destroyed).not.toContain(id);
  destroyed.length = 0;
  const stored = database.db.collection<RawMandate>('mandates');
  await stored.updateOne({ _id: id }, { $set: { state: 'expired' }, $inc: { revision: 1 } });
  expect(await erasure.expire(new Date(), 10)).toBe(0);
  expect(await erasure.expire(now, 10)).toBe(1);
  expect(await erasure.expire(now, 10)).toBe(0);
  expect(destroyed).toEqual([id]);
  const raw = (await stored.findOne({ _id: id }))!;
  expect(raw.person).toEqual({ kid: '', hash: [] });
  expect(raw.text.sha256).toBe('');
  // An earlier release left the hash of the text, which names the person.
  await stored.updateOne({ _id: id }, { $set: { 'text.sha256': 'ab12' }, $inc: { revision: 1 } });
  await new MandateErasure({ mandates, dataKeys: keys, now: () => now }).expire(new Date(0), 10);
  expect((await stored.findOne({ _id: id }))!.text.sha256).toBe('');
  const shown = (await desk.getMandate({ name: mandate!.name })).mandate!;
  expect(shown.person).toMatchObject({ givenName: '', familyName: '' });
  const tool = world.client(undefined, { from: 'ops' });
  expect((await tool.inspectPersonKeys({})).waiting).toBe(0);
  await store.close();
});

test('shows nobody once the key of a mandate is destroyed', async () => {
  const erased = await openDetails(personNumbers(), { _id: '01JAAAAAAAAAAAAAAAAAAAAAAA', person: {} });
  expect(erased).toMatchObject({ person: { givenName: '', familyName: '' }, text: '' });
});
