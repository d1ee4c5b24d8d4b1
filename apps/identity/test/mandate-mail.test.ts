import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { IdentityEvents } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import { eventCodec } from '@cups/contracts/proto';
import { connectDatabase, openStore } from '@cups/store';
import { captureLog, eventually, idnp, person, readJournal, readTopic } from '@cups/testing';
import { CodeMailCounts } from '../src/mandates/mail-limits.ts';
import { problemWith, shareWorld } from './identity-world.ts';
import type { Client, SharedWorld } from './identity-world.ts';

/** The one-time code by email, up to what notifications gets and reports. */

const EMAIL = 'ana@example.org';
/** An address for each person: the emails to one are limited. */
const emailOf = (n: number): string => `ana.${n}@example.org`;
const MINUTE_MS = 60_000;

let world: SharedWorld;
let desk: Client;
let notifications: Client;
beforeAll(async () => {
  world = await shareWorld();
  desk = world.client(await world.signIn('cu-001-specialist'));
  notifications = world.client(undefined, { from: 'notifications' });
});
afterAll(() => world.stop());

async function grant(n: number): Promise<string> {
  const { givenName, familyName } = person(n);
  const { mandate } = await desk.createMandate({
    requestId: randomUUID(),
    person: { idnp: idnp(n), givenName, familyName },
    scope: { themes: ['property'] },
    term: 'MANDATE_TERM_DAYS_31',
    ground: { kind: 'MANDATE_GROUND_PRESENT_AND_SIGNING' },
    language: 'ru',
  });
  return mandate!.name;
}
const rawOf = async (name: string): Promise<string> => {
  const { mongoUri, prefix } = world.where;
  const database = await connectDatabase({ uri: mongoUri, database: `${prefix}cups-identity` });
  const raw = await database.db
    .collection<{ _id: string }>('mandates')
    .findOne({ _id: name.slice('mandates/'.length) });
  await database.close();
  return JSON.stringify(raw);
};
const deliveryOf = async (name: string) => (await desk.getMandateCodeStatus({ name })).supportingCode?.delivery;

test('reaches notifications once, sealed until then, and becomes evidence when the person says it', async () => {
  const topic = await readTopic(world.where, 'cups.mandates');
  const name = await grant(200);
  const { supportingCode } = await desk.mailMandateCode({ name, email: EMAIL });
  expect(supportingCode).toMatchObject({
    channel: 'MANDATE_CODE_CHANNEL_EMAIL',
    delivery: 'MANDATE_CODE_DELIVERY_PENDING',
    confirmTime: null,
  });
  const requests = () => topic.events.filter(({ subject, type }) => subject === name && type.endsWith('CodeRequested'));
  await topic.until(() => requests().length === 1);
  await topic.stop();
  const event = eventCodec<IdentityEvents>('cups.identity.v1').decode(requests()[0]!)!;
  expect(event).toMatchObject({ data: { ref: { mandate: name }, expireTime: supportingCode!.expireTime } });
  const { codeId } = event.data as { codeId: string };
  const mail = await notifications.getMandateCodeMail({ name, codeId });
  expect(mail).toMatchObject({ email: EMAIL, language: 'ru', centreName: 'Lozova' });
  expect(mail.code).toMatch(/^\d{6}$/);
  for (const secret of [mail.code, EMAIL]) {
    expect(await rawOf(name)).not.toContain(secret);
    expect(JSON.stringify(world.log.lines)).not.toContain(secret);
    expect(Buffer.from(requests()[0]!.data).includes(secret)).toBe(false);
  }
  await notifications.recordMandateCodeDelivery({ name, codeId, delivery: 'MANDATE_CODE_DELIVERY_SENT' });
  expect(await deliveryOf(name)).toBe('MANDATE_CODE_DELIVERY_SENT');
  await expect(notifications.getMandateCodeMail({ name, codeId })).rejects.toEqual(problemWith('NOT_FOUND'));
  const { mandate, confirmed } = await desk.confirmMandateCode({ name, code: mail.code });
  expect(confirmed).toBe(true);
  expect(mandate!.supportingCode).toMatchObject({
    channel: 'MANDATE_CODE_CHANNEL_EMAIL',
    confirmTime: expect.anything(),
    issuedBy: 'operators/cu-001-specialist',
    confirmedBy: 'operators/cu-001-specialist',
    address: EMAIL,
  });
  expect(await rawOf(name)).not.toContain(EMAIL);
  // A printed code is weaker evidence.
  await expect(desk.sendMandateCode({ name })).rejects.toEqual(problemWith('ACTION_NOT_ALLOWED'));
  expect(mandate!.ground!.kind).toBe('MANDATE_GROUND_PRESENT_AND_SIGNING');
  await expect(desk.mailMandateCode({ name, email: EMAIL })).rejects.toEqual(problemWith('ACTION_NOT_ALLOWED'));
});

test('has an entry for the sending and for the read', async () => {
  const journal = await readJournal(world.where, 'identity');
  const name = await grant(201);
  await desk.mailMandateCode({ name, email: emailOf(201) });
  const codeId = await codeIdOf(name);
  await notifications.getMandateCodeMail({ name, codeId });
  const entries = await journal.until(({ key }) => name.endsWith(key), 3);
  await journal.stop();
  expect(entries).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ action: 'send-mandate-code', actor: 'operators/cu-001-specialist', ground: 'session' }),
      expect.objectContaining({ action: 'read-details', actor: 'services/notifications', ground: 'platform-rule' }),
    ]),
  );
});

/** Reads the ID of the newest code from the store, as the event names it. */
async function codeIdOf(name: string): Promise<string> {
  const { supportingCode } = JSON.parse(await rawOf(name)) as { supportingCode: { id: string } };
  return supportingCode.id;
}

describe('is refused', () => {
  test('for a second email within a minute, and for a sixth of the same person within an hour', async () => {
    const [first, second] = [await grant(202), await grant(202)];
    const start = Date.now();
    await world.withClock(async (setClock) => {
      const after = (minutes: number) => setClock(new Date(start + minutes * MINUTE_MS));
      after(0);
      await desk.mailMandateCode({ name: first, email: emailOf(202) });
      await expect(desk.mailMandateCode({ name: first, email: emailOf(202) })).rejects.toMatchObject({
        reason: 'RATE_LIMITED',
        retryAfterMs: MINUTE_MS,
      });
      for (const minutes of [1, 2]) {
        after(minutes);
        for (const name of [first, second]) await desk.mailMandateCode({ name, email: emailOf(202) });
      }
      after(5);
      await expect(desk.mailMandateCode({ name: second, email: emailOf(202) })).rejects.toMatchObject({
        retryAfterMs: 55 * MINUTE_MS,
      });
    });
  });

  test('to one address for a sixth invented person at once, in whatever case it is written', async () => {
    const address = 'Victim@Example.org';
    const names = await Promise.all(Array.from({ length: 12 }, (_, at) => grant(230 + at)));
    const spellings = [address, address.toLowerCase(), address.toUpperCase()];
    const sent = await Promise.allSettled(
      names.map((name, at) => desk.mailMandateCode({ name, email: spellings[at % 3]! })),
    );
    const refused = sent.filter((one): one is PromiseRejectedResult => one.status === 'rejected');
    expect(sent.length - refused.length).toBe(5);
    for (const { reason } of refused)
      expect(reason).toMatchObject({ reason: 'RATE_LIMITED', metadata: { limit: 'address' } });
    expect(refused[0]!.reason).toMatchObject({ retryAfterMs: expect.any(Number) as unknown });
    const other = await grant(243);
    await desk.mailMandateCode({ name: other, email: emailOf(243) });
  });

  test('beyond the limits of an operator and of a centre, whatever the addresses', async () => {
    const { mongoUri: uri, prefix } = world.where;
    const store = openStore({ uri, database: `${prefix}cups-identity`, log: captureLog('test').log });
    const counts = new CodeMailCounts(store, { address: 5, operator: 2, centre: 3 });
    await eventually(() => store.ready());
    const now = new Date('2026-03-02T09:10:00.000Z');
    const take = (address: string, operator: string) =>
      counts.take({ address, operator: `operators/${operator}`, centre: 'centres/CU-099' }, now);
    for (const address of ['a', 'b']) await take(address, 'ana');
    const retryAfterMs = 50 * MINUTE_MS;
    await expect(take('c', 'ana')).rejects.toMatchObject({ metadata: { limit: 'operator' }, retryAfterMs });
    await take('d', 'ion');
    await expect(take('e', 'ion')).rejects.toMatchObject({ metadata: { limit: 'centre' }, retryAfterMs });
    const next = new Date('2026-03-02T10:00:00.000Z');
    await counts.take({ address: 'e', operator: 'operators/ana', centre: 'centres/CU-099' }, next);
    await store.close();
  });

  test('to an invalid address, of a foreign mandate, and to other services', async () => {
    const name = await grant(203);
    await expect(desk.mailMandateCode({ name, email: 'ana' })).rejects.toMatchObject({
      violations: [{ field: '/email', rule: 'EMAIL' }],
    });
    const elsewhere = world.client(await world.signIn('cu-002-specialist'));
    await expect(elsewhere.mailMandateCode({ name, email: EMAIL })).rejects.toEqual(problemWith('NOT_FOUND'));
    await expect(elsewhere.getMandateCodeStatus({ name })).rejects.toEqual(problemWith('NOT_FOUND'));
    await expect(desk.getMandateCodeMail({ name, codeId: 'x' })).rejects.toEqual(problemWith('PERMISSION_DENIED'));
  });
});

test('ends by itself if notifications never sends it, and a failure is seen at the desk', async () => {
  const [silent, failed] = [await grant(204), await grant(205)];
  for (const name of [silent, failed]) await desk.mailMandateCode({ name, email: emailOf(204) });
  const codeId = await codeIdOf(failed);
  await notifications.recordMandateCodeDelivery({
    name: failed,
    codeId,
    delivery: 'MANDATE_CODE_DELIVERY_REFUSED',
  });
  expect(await deliveryOf(failed)).toBe('MANDATE_CODE_DELIVERY_REFUSED');
  await world.withClock(async (setClock) => {
    setClock(new Date(Date.now() + 11 * MINUTE_MS));
    await eventually(async () => (await deliveryOf(silent)) === 'MANDATE_CODE_DELIVERY_UNAVAILABLE', {
      timeoutMs: 20_000,
    });
  });
  const { supportingCode, timer } = JSON.parse(await rawOf(silent)) as {
    supportingCode: object;
    timer: { kind: string };
  };
  expect(supportingCode).not.toHaveProperty('mail');
  expect(timer.kind).toBe('remind');
});
