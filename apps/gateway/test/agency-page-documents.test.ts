import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import request from 'supertest';
import { ID, NAME, startGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';

/** Documents in the page of an agency: its clerks read the copies that were filed, and upload results. */

const DELIVERY = `/api/v1/deliveries/${ID}-asp`;
const RELEASED = { application: NAME, delivery: `deliveries/${ID}-asp` };
const bytes = randomBytes(200_000);

let gateway: Gateway;
let cookie = '';
beforeAll(async () => {
  gateway = await startGateway();
  cookie = await clerkOf('asp');
});
afterAll(() => gateway.stop());
beforeEach(() => void gateway.calls.intake.splice(0));

const clerkOf = (code: string): Promise<string> => {
  const session = { role: 'agency-clerk' as const, agency: `agencies/${code}`, operator: `operators/${code}-clerk` };
  return gateway.cookieOf(gateway.keys.session(session).token);
};

const get = (path: string, as = cookie) => request(gateway.url).get(path).set({ Cookie: as });
const upload = (as = cookie, key: string = randomUUID(), path = `${DELIVERY}/documents`) =>
  request(gateway.url)
    .post(path)
    .set({ Cookie: as, 'Content-Type': 'application/octet-stream', 'Idempotency-Key': key })
    .set({ 'Content-Digest': `sha-256=:${createHash('sha256').update(bytes).digest('base64')}:` })
    .serialize((body: unknown) => body as string)
    .send(bytes);

test('a clerk uploads a result once, and follows its check', async () => {
  const key = randomUUID();
  const first = await upload(cookie, key);
  const { id } = first.body as { id: string };
  expect([first.status, first.get('location')]).toEqual([201, `${DELIVERY}/documents/${id}`]);
  expect((await upload(cookie, key)).body).toMatchObject({ id });
  expect((await get(`${DELIVERY}/documents/${id}`)).body).toMatchObject({
    ...{ id, state: 'available', mediaType: 'application/pdf', bytes: bytes.length },
  });
});

test('a clerk reads a copy that was filed, after the access is recorded', async () => {
  const { name } = gateway.stored.add(bytes, RELEASED);
  const reply = await get(`${DELIVERY}/${name}/content`).responseType('arraybuffer');
  expect([reply.status, bytes.equals(reply.body as Buffer)]).toEqual([200, true]);
  expect(reply.headers).toMatchObject({ 'content-security-policy': "sandbox; default-src 'none'" });
  expect(gateway.calls.intake.map(({ method }) => method)).toEqual(['RecordAgencyAccess']);
});

test('a clerk of another agency finds nothing, and no document under another delivery', async () => {
  const { name } = gateway.stored.add(bytes, RELEASED);
  const stranger = await clerkOf('cnas');
  expect((await get(`${DELIVERY}/${name}/content`, stranger)).status).toBe(404);
  expect((await upload(stranger)).status).toBe(404);
  const other = `/api/v1/deliveries/01JAPP00000000000000000009-asp`;
  expect((await get(`${other}/${name}/content`)).status).toBe(404);
  expect(gateway.calls.intake).toEqual([]);
});
