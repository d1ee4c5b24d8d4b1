import { createHash, createPublicKey, constants, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AgencyApi, AgencyApiError, parseAgencyKey } from '../src/http/agency-api.ts';
import { createClientAssertion } from '../src/http/client-assertion.ts';

const ID = '01KAVX3Z5T8W9Q2M4N6P7R8S9V';
const PATH = `/agency/v1/documents/${ID}`;
const DELIVERY = `${ID}-asp`;
const content = randomBytes(300_000);
const sha256 = createHash('sha256').update(content).digest('hex');
const contentDigest = `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
const privateKey = generateKeyPairSync('ed25519').privateKey;
const jwkText = (key: KeyObject): string => JSON.stringify({ ...key.export({ format: 'jwk' }), kid: 'k1' });
const key = parseAgencyKey(jwkText(privateKey));

/** A stand-in of the platform: issues numbered tokens, and answers with the next handler of the test. */
type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;
let server: Server;
let url: string;
let now: Date;
let handlers: Handler[] = [];
let tokens = 0;
let requests: { path: string; headers: IncomingMessage['headers'] }[] = [];
let refuseTokens = false;

beforeAll(async () => {
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(request, response, Buffer.concat(parts)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  now = new Date('2026-11-30T09:00:00Z');
  handlers = [];
  requests = [];
  tokens = 0;
  refuseTokens = false;
});

function answer(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  requests.push({ path: request.url ?? '', headers: request.headers });
  if (request.url !== '/agency/v1/token') return handlers.shift()!(request, response, body);
  if (refuseTokens) return sendJson(response, 401, { error: 'invalid_client' });
  tokens += 1;
  sendJson(response, 200, { access_token: `token-${tokens}`, token_type: 'Bearer', expires_in: 300 });
}

const sendJson = (response: ServerResponse, status: number, body: unknown, headers = {}): void =>
  void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const problem =
  (status: number, reason: string, headers = {}): Handler =>
  (_request, response) =>
    sendJson(response, status, { status, reason }, headers);
const HEADERS = { 'content-type': 'application/pdf', etag: `"${sha256}"`, 'content-digest': contentDigest };
const whole: Handler = (_request, response) => void response.writeHead(200, HEADERS).end(content);
/** Sends the start of the content, then cuts the line. */
const cutAfter =
  (bytes: number): Handler =>
  (_request, response) => {
    response.writeHead(200, { ...HEADERS, 'content-length': content.length });
    response.write(content.subarray(0, bytes), () => setTimeout(() => response.destroy(), 20));
  };
const rest: Handler = (request, response) => {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')![1]);
  const range = `bytes ${from}-${content.length - 1}/${content.length}`;
  response.writeHead(206, { ...HEADERS, 'content-range': range }).end(content.subarray(from));
};
const open = () => new AgencyApi({ url, code: 'asp', key, retryMs: 1, now: () => now });
const failure = async (work: Promise<unknown>): Promise<AgencyApiError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AgencyApiError);
  return error as AgencyApiError;
};
const documentRequests = () => requests.filter(({ path }) => path !== '/agency/v1/token');

describe('an assertion', () => {
  const verified = (assertion: string, publicKey: KeyObject): boolean => {
    const [head = '', body = '', signature = ''] = assertion.split('.');
    const { alg } = JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg: string };
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const form = alg.startsWith('PS') ? pss : { dsaEncoding: 'ieee-p1363' as const };
    const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`;
    const bytes = Buffer.from(`${head}.${body}`);
    return verify(hash, bytes, { key: publicKey, ...form }, Buffer.from(signature, 'base64url'));
  };

  test.each([
    ['EdDSA', generateKeyPairSync('ed25519').privateKey],
    ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey],
    ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey],
    ['PS256', generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey],
  ])('is signed with %s and valid for a minute', (alg, own) => {
    const audience = 'https://cups.example/agency/v1/token';
    const time = new Date('2026-11-30T09:00:00Z');
    const create = () => createClientAssertion(parseAgencyKey(jwkText(own)), { code: 'asp', audience, now: time });
    const assertion = create();
    const [head, claims] = assertion.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(head!)).toEqual({ alg, kid: 'k1', typ: 'JWT' });
    const iat = time.getTime() / 1000;
    const jti = expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown;
    expect(JSON.parse(claims!)).toEqual({ iss: 'asp', sub: 'asp', aud: audience, iat, exp: iat + 60, jti });
    expect(verified(assertion, createPublicKey(own))).toBe(true);
    expect(create().split('.')[1]).not.toBe(assertion.split('.')[1]);
  });

  test.each([
    ['no JSON', 'secret', /not a private JWK/],
    [
      'a public key',
      JSON.stringify({ ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: 'k' }),
      /not a private/,
    ],
    ['no kid', JSON.stringify(privateKey.export({ format: 'jwk' })), /no kid/],
    ['a small RSA key', jwkText(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey), /at least 2048/],
    ['another curve', jwkText(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey), /P-384/],
  ])('needs a key: %s is refused', (_what, text, sentence) => {
    expect(() => parseAgencyKey(text)).toThrow(sentence);
  });
});

describe('a token', () => {
  test('is shared by concurrent requests and renewed before it expires', async () => {
    const api = open();
    handlers = [whole, whole, whole, whole];
    await Promise.all([api.fetchCopy(PATH, sha256), api.fetchCopy(PATH, sha256)]);
    now = new Date(now.getTime() + 269_000);
    await api.fetchCopy(PATH, sha256);
    expect(tokens).toBe(1);
    now = new Date(now.getTime() + 2000);
    await api.fetchCopy(PATH, sha256);
    expect(documentRequests().map(({ headers }) => headers.authorization)).toEqual(
      ['token-1', 'token-1', 'token-1', 'token-2'].map((token) => `Bearer ${token}`),
    );
  });

  test('that the platform refuses is replaced once', async () => {
    handlers = [problem(401, 'SESSION_EXPIRED'), whole];
    await open().fetchCopy(PATH, sha256);
    expect(tokens).toBe(2);
    handlers = [problem(401, 'SESSION_EXPIRED'), problem(401, 'SESSION_EXPIRED')];
    expect(await failure(open().fetchCopy(PATH))).toMatchObject({ status: 401, reason: 'SESSION_EXPIRED' });
  });

  test('is not requested again after invalid_client', async () => {
    refuseTokens = true;
    expect(await failure(open().fetchCopy(PATH))).toMatchObject({ status: 401, reason: 'invalid_client' });
    expect(requests).toHaveLength(1);
  });

  test.each(['http://cups.example', 'ftp://cups.example', 'http://127.0.0.1.evil.example'])(
    'is never sent to %s',
    (address) => {
      expect(() => new AgencyApi({ url: address, code: 'asp', key })).toThrow('https');
    },
  );

  test('does not follow a redirect', async () => {
    const redirect: Handler = (_request, response) => void response.writeHead(302, { location: `${url}/steal` }).end();
    handlers = Array.from({ length: 5 }, () => redirect);
    expect(await failure(open().fetchCopy(PATH))).toMatchObject({ reason: 'CONNECTION_FAILED' });
    expect(requests.some(({ path }) => path === '/steal')).toBe(false);
  });
});

describe('a copy', () => {
  test('is fetched whole and verified by the message or by the response', async () => {
    handlers = [whole, whole];
    for (const expected of [sha256, undefined]) {
      const { bytes, ...facts } = await open().fetchCopy(PATH, expected);
      expect(facts).toEqual({ sha256, mediaType: 'application/pdf' });
      expect(bytes.equals(content)).toBe(true);
    }
  });

  test('continues where the line was cut', async () => {
    handlers = [cutAfter(100_000), rest];
    expect((await open().fetchCopy(PATH, sha256)).bytes.equals(content)).toBe(true);
    const [, second] = documentRequests();
    expect(Number(/\d+/.exec(second!.headers.range ?? '')![0])).toBeGreaterThan(0);
    expect(second!.headers['if-range']).toBe(`"${sha256}"`);
  });

  test('starts again if the content is another one', async () => {
    handlers = [cutAfter(100_000), whole];
    expect((await open().fetchCopy(PATH, sha256)).bytes.equals(content)).toBe(true);
  });

  test('is fetched twice if its digest differs, then refused', async () => {
    const damaged: Handler = (_request, response) =>
      void response.writeHead(200, HEADERS).end(Buffer.concat([content.subarray(1), Buffer.from([1])]));
    handlers = [damaged, whole];
    expect((await open().fetchCopy(PATH, sha256)).sha256).toBe(sha256);
    handlers = [damaged, damaged];
    expect(await failure(open().fetchCopy(PATH, sha256))).toMatchObject({ reason: 'DIGEST_MISMATCH' });
    const silent: Handler = (_request, response) => void response.writeHead(200).end(content);
    handlers = [silent, silent];
    expect(await failure(open().fetchCopy(PATH))).toMatchObject({ reason: 'DIGEST_MISMATCH' });
  });

  test('is refused if a range is not the requested one', async () => {
    const other: Handler = (_request, response) =>
      void response.writeHead(206, { ...HEADERS, 'content-range': `bytes 0-9/${content.length}` }).end('x');
    handlers = [cutAfter(100_000), other];
    expect(await failure(open().fetchCopy(PATH, sha256))).toMatchObject({ reason: 'RESPONSE_INVALID' });
  });

  test.each([
    [409, 'DOCUMENT_NOT_READY', { 'retry-after': '7' }, 7000],
    [410, 'DOCUMENT_REFUSED', {}, undefined],
    [404, 'NOT_FOUND', {}, undefined],
    [400, 'INVALID_ARGUMENT', { 'retry-after': 'Mon, 01 Jan 2029 00:00:00 GMT' }, undefined],
  ])('reports %i at once', async (status, reason, headers, retryAfterMs) => {
    handlers = [problem(status, reason, headers)];
    const error = await failure(open().fetchCopy(PATH, sha256));
    expect(error).toMatchObject({ status, reason, retryAfterMs, isTransient: false });
  });

  test('is fetched again after 429, 503 and an error without a body, at most five times', async () => {
    const empty: Handler = (_request, response) => void response.writeHead(500).end();
    handlers = [
      problem(503, 'UPSTREAM_UNAVAILABLE', { 'retry-after': '0' }),
      problem(429, 'RATE_LIMITED'),
      empty,
      whole,
    ];
    expect((await open().fetchCopy(PATH, sha256)).sha256).toBe(sha256);
    handlers = Array.from({ length: 6 }, () => empty);
    expect(await failure(open().fetchCopy(PATH, sha256))).toMatchObject({ status: 500, reason: 'HTTP_500' });
    expect(handlers).toHaveLength(1);
  });

  test.each(['https://evil.example/x', '//evil.example/x', `${PATH}/../../token`, `${PATH}?x`, 'seen', ''])(
    'is never fetched from %j',
    async (path) => {
      expect(await failure(open().fetchCopy(path))).toMatchObject({ reason: 'COPY_PATH_INVALID' });
      expect(requests).toEqual([]);
    },
  );
});

describe('a result', () => {
  test('is uploaded with its digest, and repeated with the same key', async () => {
    const bodies: Buffer[] = [];
    const accept: Handler = (_request, response, body) => {
      bodies.push(body);
      sendJson(response, 201, { id: ID, state: 'coming' });
    };
    handlers = [problem(503, 'OVERLOADED'), accept, problem(409, 'X')];
    expect(await open().uploadResult(DELIVERY, content)).toEqual({ id: ID, state: 'coming' });
    expect(bodies[0]?.equals(content)).toBe(true);
    const [first, second] = documentRequests();
    expect(second).toEqual(first);
    expect(second).toMatchObject({
      path: `/agency/v1/deliveries/${DELIVERY}/documents`,
      headers: {
        'content-length': String(content.length),
        'content-digest': contentDigest,
        'content-type': 'application/octet-stream',
        'idempotency-key': expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown as string,
      },
    });
  });

  test('is polled until it is checked', async () => {
    const state =
      (body: object): Handler =>
      (_request, response) =>
        sendJson(response, 200, body);
    handlers = [state({ id: ID, state: 'available', sha256 })];
    expect(await open().waitUntilChecked(ID)).toEqual({ id: ID, state: 'available', sha256 });
    handlers = [state({ id: ID, state: 'coming' })];
    expect(await open().waitUntilChecked(ID, 0)).toEqual({ id: ID, state: 'coming' });
    handlers = [state({ id: ID, state: 'lost' })];
    expect(await failure(open().getStatus(ID))).toMatchObject({ reason: 'RESPONSE_INVALID' });
  });

  test('needs a delivery', async () => {
    for (const delivery of ['', 'x', `${DELIVERY}/..`, `${ID}-`])
      expect(await failure(open().uploadResult(delivery, content))).toMatchObject({ reason: 'DELIVERY_INVALID' });
    expect(requests).toEqual([]);
  });
});
