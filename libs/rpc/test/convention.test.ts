import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto';
import type { JsonWebKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadService, messageType, protoDir } from '@cups/contracts/proto';
import { fakeService, createTestKeys } from '@cups/testing';
import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import type { MethodDefinition, ServiceError } from '@grpc/grpc-js';

/** A client by docs/reference/grpc.md alone. It uses no client, token or status code of the platform. */

const keys = createTestKeys();
const page = readFileSync(join(protoDir(), '../docs/reference/grpc.md'), 'utf8');
let fake: Awaited<ReturnType<typeof fakeService>>;
let client: Client;

beforeAll(async () => {
  fake = await fakeService('cups.identity.v1.IdentityService', { GetCentre: () => Promise.resolve({}) } as object, {
    service: 'identity',
    keys,
  });
  client = new Client(fake.address, credentials.createInsecure());
});
afterAll(async () => {
  client.close();
  await fake.close();
  keys.remove();
});

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A service token of the gateway for identity, with overrides of the documented values. */
function token({ header = {}, claims = {} }: { header?: object; claims?: object } = {}): string {
  const jwk = JSON.parse(readFileSync(join(keys.dir, 'gateway.key.jwk'), 'utf8')) as JsonWebKey;
  const kid = createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${jwk.x}"}`).digest('base64url');
  const iat = Math.floor(Date.now() / 1000);
  const head = Object.assign({ alg: 'EdDSA', typ: 'cups-service+jwt', kid }, header);
  const body = Object.assign({ iss: 'gateway', aud: 'identity', iat, exp: iat + 300 }, claims);
  const text = `${part(head)}.${part(body)}`;
  return `${text}.${sign(null, Buffer.from(text), createPrivateKey({ key: jwk, format: 'jwk' })).toString('base64url')}`;
}

/** Calls a method, by default GetCentre, and returns its error or undefined. */
function call(
  bearer: string | undefined,
  { method = 'GetCentre', seconds = 5 } = {},
): Promise<ServiceError | undefined> {
  const service = loadService<Record<string, MethodDefinition<object, object>>>('cups.identity.v1.IdentityService');
  const { path, requestSerialize, responseDeserialize } = service[method]!;
  const metadata = new Metadata();
  if (bearer) metadata.set('authorization', `Bearer ${bearer}`);
  metadata.set('x-request-id', randomUUID());
  metadata.set('traceparent', `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`);
  const deadline = seconds === Infinity ? Infinity : Date.now() + seconds * 1000;
  return new Promise((resolve) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, {}, metadata, { deadline }, (error) =>
      resolve(error ?? undefined),
    );
  });
}

/** Returns the reason in the trailers, as documented. */
function reasonOf(error: ServiceError | undefined): string | undefined {
  const [bytes] = error?.metadata.get('grpc-status-details-bin') ?? [];
  const found = messageType<{ details: { type_url: string; value: Buffer }[] }>('google.rpc.Status').decode(
    bytes as Buffer,
  );
  const info = found.details.find(({ type_url: name }) => name === 'type.googleapis.com/google.rpc.ErrorInfo')!;
  const { reason, domain } = messageType<{ reason: string; domain: string }>('google.rpc.ErrorInfo').decode(info.value);
  expect(domain).toBe('cups');
  return reason;
}

describe('a client written by the documentation', () => {
  test('is accepted', async () => {
    expect(await call(token())).toBeUndefined();
  });

  const now = Math.floor(Date.now() / 1000);
  test.each<[string, { header?: object; claims?: object }]>([
    ['another type', { header: { typ: 'JWT' } }],
    ['an invalid key ID', { header: { kid: 'gateway' } }],
    ['another audience', { claims: { aud: 'intake' } }],
    ['a list of audiences', { claims: { aud: ['identity'] } }],
    ['another issuer', { claims: { iss: 'intake' } }],
    ['a longer lifetime', { claims: { exp: now + 400, iat: now } }],
    ['a clock more than a minute ahead', { claims: { iat: now + 120, exp: now + 300 } }],
  ])('is rejected with %s', async (_name, given) => {
    const error = await call(token(given));
    expect([error?.code, reasonOf(error)]).toEqual([status.UNAUTHENTICATED, 'TOKEN_INVALID']);
  });

  test('is accepted with a clock half a minute ahead', async () => {
    const iat = Math.floor(Date.now() / 1000) + 30;
    expect(await call(token({ claims: { iat, exp: iat + 300 } }))).toBeUndefined();
  });

  test('is rejected without a deadline', async () => {
    const error = await call(token(), { seconds: Infinity });
    expect([error?.code, reasonOf(error)]).toEqual([status.INVALID_ARGUMENT, 'DEADLINE_MISSING']);
  });

  test('finds every gRPC code of a service in the documentation', () => {
    const documented = [...page.matchAll(/^\| `([A-Z_]+)` /gm)].map(([, name]) => name);
    const silent = ['OK', 'UNKNOWN', 'OUT_OF_RANGE', 'UNIMPLEMENTED', 'DATA_LOSS'];
    const all = Object.keys(status).filter((name) => /^[A-Z]/.test(name) && !silent.includes(name));
    expect(documented.sort()).toEqual(all.sort());
  });
});
