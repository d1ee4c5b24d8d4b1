import { createHash, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { REPLY_TYPES, toMessage, validateReply } from '@cups/agency-contract';
import type { AgencyEvent, OutgoingMessage } from '@cups/agency-contract';
import { Cases, newCounts } from '../src/cases.ts';
import { openAgencyDocuments } from '../src/documents.ts';
import { planReplies } from '../src/domain/plan.ts';
import type { SubmissionEvent } from '../src/domain/replies.ts';
import { requestOf, until } from './requests.ts';

const APPLICATION = 'applications/01KAVX3Z5T8W9Q2M4N6P7R8S01';
const COPY = '01KAVX3Z5T8W9Q2M4N6P7R8S9V';
const RESULT = '01KBG4E2S4V6X8Z0B2D4F6H8K0';
const SCAN = Buffer.from('a scan of a synthetic paper');
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
const keysDir = mkdtempSync(join(tmpdir(), 'cups-simulator-'));

/** The agency API with one copy, which accepts results. */
const api = {
  copy: SCAN,
  uploads: [] as { path: string; key: string; bytes: Buffer }[],
  isDown: false,
  state: 'available',
};
const server = createServer((request, response) => void respond(request, response));
async function respond(request: IncomingMessage, response: ServerResponse) {
  const { method, url = '', headers } = request;
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const json = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (api.isDown) return json(404, { reason: 'NOT_FOUND' });
  if (url === '/agency/v1/token') return json(200, { access_token: 't', token_type: 'Bearer', expires_in: 300 });
  if (headers.authorization !== 'Bearer t') return json(401, { reason: 'UNAUTHENTICATED' });
  if (url === `/agency/v1/documents/${COPY}`) return response.writeHead(200).end(api.copy);
  if (url === `/agency/v1/documents/${RESULT}/status`) return json(200, { id: RESULT, state: api.state });
  if (method !== 'POST') return json(404, { reason: 'NOT_FOUND' });
  api.uploads.push({ path: url, key: String(headers['idempotency-key']), bytes: Buffer.concat(parts) });
  return json(201, { id: RESULT, state: 'coming' });
}
let url: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(keysDir, 'asp.key.jwk'), JSON.stringify({ ...privateKey.export({ format: 'jwk' }), kid: 'k1' }));
});
beforeEach(() => void Object.assign(api, { copy: SCAN, uploads: [], isDown: false, state: 'available' }));
afterAll(() => {
  rmSync(keysDir, { recursive: true });
  server.closeAllConnections();
  server.close();
});

/** Plays an agency that decides at once, and returns its replies and counts when the case is closed. */
async function play(request: SubmissionEvent) {
  const documents = openAgencyDocuments('asp', { url, keysDir }, () => undefined);
  const counts = newCounts();
  const sent: OutgoingMessage[] = [];
  const cases = new Cases({
    agency: 'asp',
    counts,
    plan: (asked) => planReplies(asked, 'asp', 'quick', { seed: '1', hourMs: 0, answerDays: 14 }),
    complete: (asked, reply) => documents!.complete(asked, reply),
    send: async (replies) => void sent.push(...replies),
    onProgress: () => undefined,
    onSendFailed: () => undefined,
  });
  cases.take(0, { offset: '0', ...toMessage(request as AgencyEvent) });
  await until(() => counts.received === 1 && counts.open === 0);
  await cases.stop();
  const decisions = sent.filter(({ headers }) => headers['ce_type'] === REPLY_TYPES.decided);
  return { counts, decisions: decisions.map(({ value }) => JSON.parse(value.toString()) as { result: object }) };
}

const requestWith = (delivery: 'electronic' | 'at-centre', copySha256: string): SubmissionEvent =>
  requestOf(APPLICATION, 1, {
    delivery: { kind: delivery },
    evidence: [
      {
        kind: 'birth-certificate',
        originalSeen: true,
        copy: `/agency/v1/documents/${COPY}`,
        copyState: 'available',
        copySha256,
      },
      { kind: 'identity-document', originalSeen: true, copy: `/agency/v1/documents/${RESULT}`, copyState: 'coming' },
    ],
  });

describe('documents of a simulated agency', () => {
  test('uploads a document of an electronic result once per decision, and names it', async () => {
    const request = requestWith('electronic', sha256(SCAN));
    const { decisions, counts } = await play(request);
    expect(decisions).toMatchObject([{ outcome: 'approved', result: { kind: 'electronic', documents: [RESULT] } }]);
    expect(validateReply(REPLY_TYPES.decided, decisions[0]).ok).toBe(true);
    expect(counts.withheld).toBe(0);
    const path = `/agency/v1/deliveries/${APPLICATION.slice(13)}-asp/documents`;
    expect(api.uploads).toMatchObject([{ path }]);
    expect(api.uploads[0]!.bytes.subarray(0, 5).toString()).toBe('%PDF-');
    // A restarted simulator repeats the upload under the same key.
    const [first] = api.uploads;
    await play(request);
    expect(api.uploads).toEqual([first, first]);
  });
  test('decides nothing if a copy is not what the platform announced', async () => {
    const { decisions, counts } = await play(requestWith('electronic', sha256(Buffer.from('another scan'))));
    expect(decisions).toEqual([]);
    expect(counts).toMatchObject({ withheld: 1, open: 0 });
    expect(api.uploads).toEqual([]);
  });
  test('uploads nothing for a result on paper', async () => {
    const { decisions } = await play(requestWith('at-centre', sha256(SCAN)));
    expect(decisions).toMatchObject([{ result: { kind: 'paper' } }]);
    expect(api.uploads).toEqual([]);
  });
  test.each(['no answer', 'a refused document'])('decides without a document after %s', async (what) => {
    Object.assign(api, what === 'no answer' ? { isDown: true } : { state: 'refused' });
    const { decisions } = await play(requestWith('electronic', sha256(SCAN)));
    expect(decisions).toMatchObject([{ outcome: 'approved' }]);
    expect(decisions[0]!.result).not.toHaveProperty('documents');
  });
  test('works without an address or a key', () => {
    const warnings: object[] = [];
    const log = (level: string, event: string, fields?: object) => void warnings.push({ level, event, ...fields });
    expect(openAgencyDocuments('asp', undefined, log)).toBeUndefined();
    expect(openAgencyDocuments('mai', { url, keysDir }, log)).toBeUndefined();
    expect(warnings).toEqual([
      { level: 'warn', event: 'the agency API is not used', agencies: ['mai'], reason: 'ENOENT' },
    ]);
  });
});
