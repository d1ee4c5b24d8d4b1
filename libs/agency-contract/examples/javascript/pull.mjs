// An agency without Kafka: reads new messages over HTTPS, acknowledges and decides each application, and waits for new ones.
// Node 20 or newer, no packages.
//
//   node pull.mjs once          reads all new messages, then ends
//   node pull.mjs follow        reads each new message within a second: the platform waits for one. Needs no webhook
//   node pull.mjs serve 8443    reads every five minutes, and whenever the webhook is called
//
// CUPS_URL is the address of the platform as you received it, CUPS_AGENCY your code, CUPS_KEY_FILE your private key as a JWK
// with kid (Ed25519 here), and CUPS_STATE_FILE a file for the cursor. In front of `serve`, a proxy ends TLS.

import { createHash, createPrivateKey, createPublicKey, randomUUID, sign, verify } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { CUPS_URL: platform, CUPS_AGENCY: agency, CUPS_KEY_FILE: keyFile, CUPS_STATE_FILE: stateFile } = process.env;
const POLL_MS = 5 * 60_000;
const WAIT_SECONDS = 30;
const PAUSE_MS = 5_000;
const KEYS_VALID_MS = 60 * 60_000;
const NEW_KEYS_AFTER_MS = 60_000;
const SUBMITTED = /^md\.cups\.application\.(submitted|documents-supplied|corrected)\.v\d+$/;

/** A token serves many requests. */
let token = { text: '', endTime: 0 };

/** Returns the token, or signs a new assertion (private_key_jwt) and gets one for at most 5 minutes. */
async function getToken() {
  if (Date.now() < token.endTime) return token.text;
  const jwk = JSON.parse(readFileSync(keyFile, 'utf8'));
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const address = `${platform}/agency/v1/token`;
  const claims = { iss: agency, sub: agency, aud: address, iat: now, exp: now + 60, jti: randomUUID() };
  const input = `${encode({ alg: 'EdDSA', kid: jwk.kid })}.${encode(claims)}`;
  const signature = sign(null, Buffer.from(input), createPrivateKey({ key: jwk, format: 'jwk' }));
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: `${input}.${signature.toString('base64url')}`,
  });
  // A redirect could lead the assertion elsewhere.
  const response = await fetch(address, { method: 'POST', body, redirect: 'error' });
  const answer = await response.json();
  if (!response.ok) throw new Error(`token: ${response.status} ${answer.error}`);
  token = { text: answer.access_token, endTime: Date.now() + (answer.expires_in - 30) * 1000 };
  return token.text;
}

/** Sends a request with a token. Repeats it after 401, after 429 and 503, which say how long to wait, and if it breaks off. */
async function request(path, options = {}, tries = 5) {
  const headers = { ...options.headers, authorization: `Bearer ${await getToken()}` };
  const response = await fetch(platform + path, { ...options, headers, redirect: 'error' }).catch(() => undefined);
  const answer = await response?.json().catch(() => undefined);
  if (response?.ok && answer) return answer;
  const { status = 0 } = response ?? {};
  if (status === 401) token.endTime = 0;
  if (tries > 1 && [0, 200, 401, 429, 503].includes(status)) {
    const seconds = Number(response?.headers.get('retry-after') ?? 1);
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return request(path, options, tries - 1);
  }
  const { reason, cause } = answer ?? {};
  throw Object.assign(new Error(`${status} ${reason} ${cause ?? ''}`), { status, reason, cause });
}

/**
 * Reads all new messages, and waits for one if there is none. The cursor is stored after each page: after a crash, the page
 * comes again.
 */
async function pull(waitSeconds = 0) {
  let cursor = existsSync(stateFile) ? readFileSync(stateFile, 'utf8') : '';
  for (let count = 0; ;) {
    const query = new URLSearchParams({ ...(cursor && { cursor }), wait: waitSeconds });
    const page = await request(`/agency/v1/requests?${query}`).catch((error) => {
      // The platform was restored to an earlier time: read from the oldest message, and ignore the IDs that you have.
      if (error.reason !== 'PAGE_TOKEN_INVALID' || !cursor) throw error;
      return { events: [], cursor: '', hasMore: true };
    });
    for (const event of page.events) await handle(event);
    count += page.events.length;
    ({ cursor } = page);
    writeFileSync(`${stateFile}.next`, cursor);
    renameSync(`${stateFile}.next`, stateFile);
    if (!page.hasMore) return count;
  }
}

/**
 * A real system stores the application here, ignores an ID that it has, and decides later. Here the ID of each reply follows from
 * that of the message, so that a repeat counts once.
 */
async function handle(event) {
  const { time: decideTime, type, subject, data } = event;
  console.log(`${type} ${subject}`);
  if (!SUBMITTED.test(type)) return;
  const agencyReference = `X-${subject.slice(-12)}`;
  const isTaken = await reply(event, 'acknowledged', { submission: data.submission, agencyReference });
  if (isTaken) await reply(event, 'decided', { outcome: 'approved', submission: data.submission, decideTime });
}

/** Returns whether the platform accepted the reply. A refused one is not repeated: its cause is for an engineer. */
async function reply({ id, subject, correlationid, data: { application } }, type, data) {
  const event = {
    specversion: '1.0',
    id: createHash('sha256').update(`${type} ${id}`).digest('hex'),
    source: `/agencies/${agency}`,
    type: `md.cups.reply.${type}.v1`,
    subject,
    time: new Date().toISOString(),
    correlationid,
    causationid: id,
    data: { application, ...data },
  };
  const headers = { 'content-type': 'application/cloudevents+json' };
  try {
    await request('/agency/v1/replies', { method: 'POST', headers, body: JSON.stringify(event) });
    return true;
  } catch (error) {
    if (![400, 404, 409].includes(error.status)) throw error;
    console.error(`refused: ${type} ${subject} ${error.message}`);
    return false;
  }
}

/** The public keys of the platform, and when they were read. */
let known = { keys: [], time: 0 };

/** Returns keys that were read within this time. Anybody can send calls: not each of them may cost a request. */
async function getKeys(maxAgeMs) {
  if (Date.now() - known.time > maxAgeMs) known = { ...(await request('/agency/v1/webhook-keys')), time: Date.now() };
  return known.keys;
}

/** Returns whether the platform made this call within five minutes (Standard Webhooks, v1a). */
async function isFromPlatform({ headers }, body) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Number(timestamp) * 1000 - Date.now()) < 5 * 60_000)) return false;
  const signed = Buffer.from(`${id}.${timestamp}.${body}`);
  const candidates = signatures.split(' ').filter((one) => one.startsWith('v1a,'));
  const isSignedBy = ({ publicKey }) => {
    const x = Buffer.from(publicKey.replace(/^whpk_/, ''), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return candidates.some((one) => verify(null, signed, key, Buffer.from(one.slice(4), 'base64')));
  };
  // The platform may have changed its key since.
  return (await getKeys(KEYS_VALID_MS)).some(isSignedBy) || (await getKeys(NEW_KEYS_AFTER_MS)).some(isSignedBy);
}

const pullSafely = (waitSeconds) => pull(waitSeconds).catch((error) => console.error(error.message));

async function follow() {
  for (;;) {
    const start = Date.now();
    const count = await pullSafely(WAIT_SECONDS);
    // After an error, and if the platform did not wait, such as during its restart.
    const hasWaited = Date.now() - start > (WAIT_SECONDS * 1000) / 2;
    if (!count && !hasWaited) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function serve(port) {
  setInterval(() => pullSafely(), POLL_MS);
  createServer(async (call, response) => {
    const parts = [];
    for await (const part of call) if (parts.push(part) > 100) return response.destroy();
    const isGenuine = await isFromPlatform(call, Buffer.concat(parts).toString()).catch(() => false);
    response.writeHead(isGenuine ? 204 : 401).end();
    if (isGenuine) await pullSafely();
  }).listen(port, '127.0.0.1');
  return pullSafely();
}

const [command, port] = process.argv.slice(2);
if (command === 'once') await pull();
else if (command === 'follow') await follow();
else if (command === 'serve') await serve(Number(port));
else throw new Error('once, follow or serve');
