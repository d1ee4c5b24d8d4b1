import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { IdentityEvents } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import { eventCodec } from '@cups/contracts/proto';
import { eventually, idnp, person, readTopic } from '@cups/testing';
import { startWorld } from './identity-world.ts';
import type { Client, World } from './identity-world.ts';

/** Mandates outlive the clerk who recorded them and the centre that held them, and end at their term. */

const DAY_MS = 86_400_000;

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** Records a mandate of the n-th person for 31 days. */
async function grant(desk: Client, n: number) {
  const { givenName, familyName } = person(n);
  const { mandate } = await desk.createMandate({
    requestId: randomUUID(),
    person: { idnp: idnp(n), givenName, familyName },
    scope: { themes: ['property', 'transport'] },
    term: 'MANDATE_TERM_DAYS_31',
    ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
    language: 'ro',
  });
  return mandate!;
}

test('survives the leaving of the clerk: a colleague sees and revokes it', async () => {
  const leaving = world.client(await world.signIn('cu-003-specialist'));
  const { name } = await grant(leaving, 170);
  const manager = world.client(await world.signIn('cu-003-manager'));
  const centre = 'centres/CU-003';
  await manager.removeOperator({ requestId: randomUUID(), name: 'operators/cu-003-specialist', centre });
  const { mandate } = await manager.getMandate({ name });
  expect(mandate).toMatchObject({ grantedBy: 'operators/cu-003-specialist', state: 'MANDATE_STATE_ACTIVE' });
  const { revocation } = await manager.revokeMandate({
    name,
    requestId: randomUUID(),
    scope: { themes: ['property'] },
  });
  expect(revocation).toMatchObject({ actor: 'operators/cu-003-manager', whole: false });
});

test('survives the closing of its centre: the centre that inherits it sees, counts and revokes it', async () => {
  for (const code of ['CU-961', 'CU-962']) world.newCentre(code);
  const former = await eventually(() => world.signIn('cu-961-specialist').catch(() => undefined));
  const { name, code } = await grant(world.client(former), 171);
  const early = world.client(await eventually(() => world.signIn('cu-962-specialist').catch(() => undefined)));
  await expect(early.getMandate({ name })).rejects.toMatchObject({ reason: 'NOT_FOUND' });
  world.write('CU-961', world.textOf('CU-961').replace('status: active', 'status: closed\ntransferTo: CU-962'));
  const heir = await eventually(async () => {
    const signedIn = await world.client().createSession({ provider: 'local', operator: 'cu-962-specialist' });
    return signedIn.session?.inheritedCentres.length === 1 && world.client(signedIn.assertion);
  });
  expect((await heir.getMandate({ name })).mandate).toMatchObject({ centre: 'centres/CU-961' });
  // The person sees who may act now.
  expect((await world.client().getMandateByCode({ code })).mandate).toMatchObject({ centreName: 'Test CU-962' });
  expect((await heir.listMandates({})).mandates.map((one) => one.name)).toEqual([name]);
  expect(await heir.countMandates({})).toEqual({ count: 1 });
  const { mandate } = await heir.revokeMandate({ name, requestId: randomUUID() });
  expect(mandate).toMatchObject({ state: 'MANDATE_STATE_REVOKED' });
  expect(await heir.countMandates({})).toEqual({ count: 0 });
});

test('reminds 14 days before its end, and ends with an event and an entry', async () => {
  const { name, expireTime } = await grant(world.client(await world.signIn('cu-001-specialist')), 172);
  const end = Number(expireTime!.seconds) * 1_000;
  const mandates = await readTopic(world.where, 'cups.mandates');
  const entries = await readTopic(world.where, 'cups.journal.identity');
  /** A process looks for due timers when it starts. */
  const startUntil = async (event: string) => {
    const started = await world.start();
    await eventually(() => world.log.lines.some((line) => line['event'] === event && line['resource'] === name));
    await started.stop();
  };
  await world.withClock(async (setClock) => {
    setClock(new Date(end - 13 * DAY_MS));
    await startUntil('mandate-ending-soon');
    setClock(new Date(end));
    await startUntil('mandate-expired');
  });
  const own = () => mandates.events.filter(({ subject }) => subject === name);
  await mandates.until(() => own().length === 2);
  expect(own().map((event) => eventCodec<IdentityEvents>('cups.identity.v1').decode(event)!.type)).toEqual([
    'cups.identity.v1.MandateGranted',
    'cups.identity.v1.MandateExpired',
  ]);
  await entries.until(() => entries.events.filter(({ subject }) => subject === name).length === 2);
  await Promise.all([mandates.stop(), entries.stop()]);
});
