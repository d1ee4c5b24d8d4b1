import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Problem } from '@cups/problem';
import { DEVICE_ID, DEVICE_RESPONSES, KEY_SHARE } from './device-fixtures.ts';
import { startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { HAND_IN_KEY } from './quarantine-fixtures.ts';

let gateway: Gateway;
let refusal: Problem | undefined;
let keyRefusal: Problem | undefined;
beforeAll(async () => {
  gateway = await startGateway({
    identity: {
      ContactDevice: () => (refusal ? Promise.reject(refusal) : DEVICE_RESPONSES.ContactDevice()),
    },
    intake: { GetHandInKey: () => (keyRefusal ? Promise.reject(keyRefusal) : Promise.resolve(HAND_IN_KEY)) },
  });
});
afterAll(() => gateway.stop());

const CONTACT = `/api/v1/devices/${DEVICE_ID}/contact`;
const contacts = () => gateway.calls.identity.filter(({ method }) => method === 'ContactDevice');

describe('a contact of a device', () => {
  test('returns the key share as base64url, and no cache keeps it', async () => {
    const reply = await gateway.send('POST', CONTACT, { body: {} });
    expect(reply.status).toBe(200);
    const { keyShare, offlineGrant } = reply.body as Record<string, string>;
    expect(offlineGrant).toBe('a.b.c');
    expect(keyShare).toMatch(/^[\w-]{43}$/);
    expect(Buffer.from(keyShare!, 'base64url')).toEqual(KEY_SHARE);
    expect(reply.headers['cache-control']).toBe('no-store');
  });

  test('returns the hand-in key, and works while intake cannot read it', async () => {
    expect((await gateway.send('POST', CONTACT, { body: {} })).body).toMatchObject({ handInKey: HAND_IN_KEY });
    keyRefusal = new Problem({ reason: 'STORE_UNAVAILABLE', message: 'No.' });
    try {
      const reply = await gateway.send('POST', CONTACT, { body: {} });
      expect([reply.status, 'handInKey' in (reply.body as object)]).toEqual([200, false]);
    } finally {
      keyRefusal = undefined;
    }
  });

  test('needs no body and no idempotency key', async () => {
    const reply = await gateway.send('POST', CONTACT, { headers: { 'Idempotency-Key': '' } });
    expect(reply.status).toBe(200);
    expect(contacts().at(-1)!.request).toMatchObject({ chainHead: '' });
  });

  test.each(['DEVICE_REVOKED', 'OPERATOR_SUSPENDED'] as const)('passes %s on as 403', async (reason) => {
    refusal = new Problem({ reason, message: 'No.' });
    try {
      const reply = await gateway.send('POST', CONTACT, { body: {} });
      expect([reply.status, (reply.body as { reason: string }).reason]).toEqual([403, reason]);
    } finally {
      refusal = undefined;
    }
  });

  test('reaches identity only with a session, a ULID and a UUID', async () => {
    const before = contacts().length;
    const anonymous = await gateway.send('POST', CONTACT, { body: {}, cookie: '' });
    expect(anonymous.status).toBe(401);
    for (const id of ['x', DEVICE_ID.toLowerCase(), `${DEVICE_ID}X`])
      expect((await gateway.send('POST', `/api/v1/devices/${id}/contact`, { body: {} })).status).toBe(400);
    for (const body of [{ chainHead: 'x' }, { chainHead: 7 }, { keyShare: 'x' }, [], 'x'])
      expect((await gateway.send('POST', CONTACT, { body })).status).toBe(400);
    expect((await gateway.send('POST', CONTACT, { body: { chainHead: 'x'.repeat(5000) } })).status).toBe(413);
    expect(contacts()).toHaveLength(before);
  });
});
