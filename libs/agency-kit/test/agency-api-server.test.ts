import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { KeyPairKeyObjectResult } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AgencyApiServer } from '../src/api/agency-api-server.ts';
import { parseRegisteredKey } from '../src/api/verify-assertion.ts';
import { AgencyApi, parseAgencyKey } from '../src/http/agency-api.ts';
import { createClientAssertion } from '../src/http/client-assertion.ts';

const DELIVERY = '01KAVX3Z5T8W9Q2M4N6P7R8S9T-asp';
const SCAN = Buffer.from('a synthetic scan');
const jwkOf = (key: KeyPairKeyObjectResult['publicKey'], kid = 'k1') => ({ ...key.export({ format: 'jwk' }), kid });
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const key = parseAgencyKey(JSON.stringify(jwkOf(privateKey)));
const server = new AgencyApiServer('asp', parseRegisteredKey(JSON.stringify({ keys: [jwkOf(publicKey)] })));

beforeAll(() => server.start(0));
afterAll(() => server.stop());

const connect = (privateJwk: object = jwkOf(privateKey), code = 'asp') =>
  new AgencyApi({ url: server.origin, code, key: parseAgencyKey(JSON.stringify(privateJwk)), retryMs: 1 });

describe('the agency API of the kit', () => {
  test('returns a copy, and knows that it was fetched', async () => {
    const { copy, copySha256 } = server.publish(SCAN);
    expect(server.isFetched(copy)).toBe(false);
    expect((await connect().fetchCopy(copy, copySha256)).bytes).toEqual(SCAN);
    expect(server.isFetched(copy)).toBe(true);
  });
  test('announces another digest for a wrong copy', async () => {
    const { copy, copySha256 } = server.publish(SCAN, Buffer.from('announced'));
    await expect(connect().fetchCopy(copy, copySha256)).rejects.toMatchObject({ reason: 'DIGEST_MISMATCH' });
    expect(server.isFetched(copy)).toBe(true);
  });
  test('continues a copy at a range', async () => {
    const { copy } = server.publish(SCAN);
    const body = new URLSearchParams({ client_assertion: assertionFor() });
    const issued = await fetch(`${server.origin}/agency/v1/token`, { method: 'POST', body });
    const { access_token: token } = (await issued.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${token}`, range: 'bytes=2-' };
    const response = await fetch(`${server.origin}${copy}`, { headers });
    expect([response.status, await response.text()]).toEqual([206, SCAN.subarray(2).toString()]);
  });
  test('stores a result once per key, for its delivery', async () => {
    const id = randomUUID();
    const first = await connect().uploadResult(DELIVERY, SCAN, id);
    expect(await connect().uploadResult(DELIVERY, SCAN, id)).toEqual(first);
    expect([server.isResultOf(first.id, DELIVERY), server.isResultOf(first.id, 'another')]).toEqual([true, false]);
    expect(await connect().waitUntilChecked(first.id)).toEqual({ id: first.id, state: 'available' });
  });
  test.each([
    ['the signature', () => connect(jwkOf(generateKeyPairSync('ed25519').privateKey)), /signature/],
    ['kid', () => connect(jwkOf(privateKey, 'another')), /kid/],
    ['iss', () => connect(undefined, 'mai'), /iss and sub/],
  ])('issues no token if %s is wrong, and says why to the kit only', async (_what, api, problem) => {
    await expect(api().getStatus('01KBG4E2S4V6X8Z0B2D4F6H8K0')).rejects.toMatchObject({ reason: 'invalid_client' });
    expect(server.problem).toMatch(problem);
  });
  test('accepts an assertion once, for its own address', async () => {
    const ask = (assertion: string) =>
      fetch(`${server.origin}/agency/v1/token`, {
        method: 'POST',
        body: new URLSearchParams({ client_assertion: assertion }),
      });
    const assertion = assertionFor();
    expect([(await ask(assertion)).status, (await ask(assertion)).status]).toEqual([200, 401]);
    expect(server.problem).toBe('jti was used');
    expect((await ask(assertionFor('https://elsewhere.example/agency/v1/token'))).status).toBe(401);
    expect(server.problem).toMatch(/^aud is not/);
  });
});

const assertionFor = (audience = `${server.origin}/agency/v1/token`) =>
  createClientAssertion(key, { code: 'asp', audience, now: new Date() });
