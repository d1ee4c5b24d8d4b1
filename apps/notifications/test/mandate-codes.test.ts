import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@cups/testing';
import { ulid } from 'ulid';
import { codeRequested, shareNotifications } from './harness.ts';
import type { FakeCode } from './harness.ts';

/** One-time codes for mandates: from the event to the mail folder and the report to identity. */

let harness: Awaited<ReturnType<typeof shareNotifications>>;
beforeAll(async () => {
  harness = await shareNotifications();
});
afterAll(() => harness.stop());

const inMinutes = (count: number) => new Date(Date.now() + count * 60_000);
const mailOf = (language: string) => ({ email: 'ana@example.org', code: '048213', language, centreName: 'Lozova' });
/** Publishes a request for a code that identity has. */
async function request(mail: FakeCode['mail'], expireTime = inMinutes(10)): Promise<string> {
  const id = ulid();
  harness.codes.set(id, { mail });
  await harness.publish(codeRequested(ulid(), id, expireTime));
  return id;
}
const wasAsked = (id: string) =>
  harness.identity.calls.some(({ request: asked }) => JSON.stringify(asked).includes(id));
const reported = (id: string) => eventually(() => harness.codes.get(id)?.delivery);

test('sends the code in the language of the person and reports it', async () => {
  const ids = [await request(mailOf('ru')), await request(mailOf('ro'))];
  expect(await Promise.all(ids.map(reported))).toEqual(['MANDATE_CODE_DELIVERY_SENT', 'MANDATE_CODE_DELIVERY_SENT']);
  const { head, text } = harness.readMail(`mandate-code-${ids[0]}`);
  expect(text).toContain('Ваш код: 048213.');
  expect(text).toContain('Lozova');
  expect(head).toContain('To: ana@example.org');
  expect(head).not.toContain('048213');
  expect(harness.readMail(`mandate-code-${ids[1]}`).text).toContain('Codul dumneavoastră este 048213.');
  const log = JSON.stringify(harness.log.lines);
  expect(log).not.toContain('048213');
  expect(log).not.toContain('ana@example.org');
});

test('repeats while identity is unavailable', async () => {
  const id = await request('unavailable');
  await eventually(() => wasAsked(id));
  harness.codes.set(id, { mail: mailOf('en') });
  expect(await reported(id)).toBe('MANDATE_CODE_DELIVERY_SENT');
});

test('sends nothing that expired or was replaced', async () => {
  const late = await request(mailOf('ro'), inMinutes(-1));
  const gone = await request(undefined);
  const last = await request(mailOf('ro'));
  await reported(last);
  await eventually(() => wasAsked(gone));
  expect(wasAsked(late)).toBe(false);
  expect(harness.codes.get(late)?.delivery).toBeUndefined();
  for (const id of [late, gone]) expect(existsSync(join(harness.config.mailDir, `mandate-code-${id}.eml`))).toBe(false);
});
