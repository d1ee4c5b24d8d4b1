import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { CreateMandateRequest } from '@cups/contracts/gen/cups/identity/v1/CreateMandateRequest.ts';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { newUlid } from '@cups/contracts/node';
import { eventCodec } from '@cups/contracts/proto';
import { createEvent, eventually, idnp, person, publishEvents, readJournal } from '@cups/testing';
import { shareWorld } from './identity-world.ts';
import type { Client, SharedWorld } from './identity-world.ts';

/** A mandate for one application ends with it, and any on request of one of its people. */

let world: SharedWorld;
let desk: Client;
let journal: Awaited<ReturnType<typeof readJournal>>;
beforeAll(async () => {
  world = await shareWorld();
  desk = world.client(await world.signIn('cu-001-specialist'));
  journal = await readJournal(world.where, 'identity');
});
afterAll(async () => {
  await journal.stop();
  await world.stop();
});

async function grant(n: number, application?: string, more: CreateMandateRequest = {}) {
  const { givenName, familyName } = person(n);
  const { mandate } = await desk.createMandate({
    requestId: randomUUID(),
    person: { idnp: idnp(n), givenName, familyName },
    scope: { themes: ['property'] },
    ...(application
      ? { term: 'MANDATE_TERM_THIS_APPLICATION' as const, application }
      : { term: 'MANDATE_TERM_DAYS_31' as const }),
    ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
    language: 'ro',
    ...more,
  });
  return mandate!;
}

/** Publishes the erasure of an application on request, twice. */
async function publishErasure(id: string, mandates: string[] = []): Promise<void> {
  const application = `applications/${id}`;
  const type = 'cups.intake.v1.ApplicationErased' as const;
  const ref = { application, centre: 'centres/CU-001' };
  const data = eventCodec<IntakeEvents>('cups.intake.v1').encode({ type, data: { ref, cause: 'requested', mandates } });
  const event = createEvent({
    ...{ topic: 'cups.applications', key: id, subject: application, type, sequence: 9, source: '/cups/intake', data },
  });
  await publishEvents(world.where, [event, event]);
}

const untilExpired = (name: string) =>
  eventually(async () => {
    const { mandate } = await desk.getMandate({ name });
    return mandate!.state === 'MANDATE_STATE_EXPIRED' && mandate;
  });

test('ends and is erased with its application, and no other', async () => {
  const id = newUlid(new Date());
  const application = `applications/${id}`;
  const [bound, standing] = [await grant(210, application), await grant(210)];
  await publishErasure(id);
  const { name } = bound;
  const ended = await untilExpired(name);
  expect(ended).toMatchObject({ person: { givenName: '', familyName: '', idnp: '' }, code: '' });
  expect(ended!.text!.text).toBe('');
  const entries = await journal.until(({ subject }) => subject === name, 3);
  expect(entries.map(({ action, ground }) => [action, ground])).toEqual([
    ['grant-mandate', 'own-presence'],
    ['expire-mandate', 'platform-rule'],
    ['erase-mandate', 'person-request'],
  ]);
  expect((await desk.getMandate({ name: standing.name })).mandate).toMatchObject({
    state: 'MANDATE_STATE_ACTIVE',
    person: { idnp: idnp(210) },
  });
});

test('for any application ends and is erased when intake says that none needs it', async () => {
  const [free, needed] = [await grant(211), await grant(211)];
  await publishErasure(newUlid(new Date()), [free.name]);
  expect(await untilExpired(free.name)).toMatchObject({ person: { givenName: '', familyName: '', idnp: '' } });
  const entries = await journal.until(({ subject }) => subject === free.name, 3);
  expect(entries.at(-1)).toMatchObject({ action: 'erase-mandate', ground: 'person-request' });
  expect((await desk.getMandate({ name: needed.name })).mandate!.person).toMatchObject({ idnp: idnp(211) });
});

test('of a person is found for both its people, and erased by name', async () => {
  const intake = world.client(undefined, { from: 'intake' });
  const { givenName, familyName } = person(213);
  const representative = { idnp: idnp(213), givenName, familyName };
  const ground = { kind: 'MANDATE_GROUND_NOTARIAL' as const, reference: 'N-3', date: '2026-01-10', notary: 'Ana Rusu' };
  const [through, own] = [await grant(212, undefined, { representative, ground }), await grant(213)];
  const namesOf = async (n: number) => (await intake.listPersonMandates({ idnp: idnp(n) })).names;
  expect(await namesOf(213)).toEqual([own.name, through.name]);
  expect(await namesOf(212)).toEqual([through.name]);
  const names = [own.name, through.name, `mandates/${newUlid(new Date())}`];
  expect((await intake.eraseMandates({ names, validateOnly: true })).names.toSorted()).toEqual(
    [own.name, through.name].toSorted(),
  );
  expect((await desk.getMandate({ name: own.name })).mandate!.state).toBe('MANDATE_STATE_ACTIVE');
  expect((await intake.eraseMandates({ names })).names).toHaveLength(2);
  expect((await intake.eraseMandates({ names })).names).toEqual([]);
  for (const n of [212, 213]) expect(await namesOf(n)).toEqual([]);
  const { mandate } = await desk.getMandate({ name: through.name });
  expect(JSON.stringify(mandate)).not.toContain(idnp(213));
  expect(mandate).toMatchObject({ state: 'MANDATE_STATE_EXPIRED', text: { text: '' } });
});
