import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { newUlid } from '@cups/contracts/node';
import { eventCodec } from '@cups/contracts/proto';
import { createEvent, eventually, idnp, person, publishEvents, readJournal } from '@cups/testing';
import { shareWorld } from './identity-world.ts';
import type { Client, SharedWorld } from './identity-world.ts';

/** A mandate for one application ends with it. */

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

async function grant(n: number, application?: string) {
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
  });
  return mandate!;
}

test('ends and is erased with its application, and no other', async () => {
  const id = newUlid(new Date());
  const application = `applications/${id}`;
  const [bound, standing] = [await grant(210, application), await grant(210)];
  const type = 'cups.intake.v1.ApplicationErased' as const;
  const ref = { application, centre: 'centres/CU-001' };
  const data = eventCodec<IntakeEvents>('cups.intake.v1').encode({ type, data: { ref, cause: 'requested' } });
  const event = createEvent({
    ...{ topic: 'cups.applications', key: id, subject: application, type, sequence: 9, source: '/cups/intake', data },
  });
  await publishEvents(world.where, [event, event]);
  const { name } = bound;
  const ended = await eventually(async () => {
    const { mandate } = await desk.getMandate({ name });
    return mandate!.state === 'MANDATE_STATE_EXPIRED' && mandate;
  });
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
