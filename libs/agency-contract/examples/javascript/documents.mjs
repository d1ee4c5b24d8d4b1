// Fetches and verifies a scanned copy, or uploads a document of a result. Node 20 or newer, no packages.
//
//   node documents.mjs fetch <copy> <copySha256> <file to write>
//   node documents.mjs upload <delivery> <file to read>          prints the ID for result.documents
//
// CUPS_URL is the address of the platform as you received it, CUPS_AGENCY your code, and CUPS_KEY_FILE your private key
// as a JWK with kid (Ed25519 here; the guide lists the other types).

import { createHash, createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const { CUPS_URL: platform, CUPS_AGENCY: agency, CUPS_KEY_FILE: keyFile } = process.env;
const COPY_PATH = /^\/agency\/v1\/documents\/[0-9A-Z]{26}$/;

/** Signs a new assertion (private_key_jwt) and returns a token for at most 5 minutes. */
async function getToken() {
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
  return answer.access_token;
}

/** Sends a request with a token. 429 and 503 say how long to wait; a real system repeats then. */
async function request(path, options = {}) {
  const headers = { ...options.headers, authorization: `Bearer ${await getToken()}` };
  const response = await fetch(platform + path, { ...options, headers, redirect: 'error' });
  if (!response.ok) throw new Error(`${response.status} ${(await response.json()).reason}`);
  return response;
}

async function fetchCopy(copy, sha256, file) {
  // Only a path of the contract: a token never goes to an address from a message.
  if (!COPY_PATH.test(copy)) throw new Error('copy is not a path of the agency API');
  const bytes = Buffer.from(await (await request(copy)).arrayBuffer());
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== sha256) throw new Error('the digest differs: do not decide on this copy');
  writeFileSync(file, bytes);
}

async function uploadResult(delivery, file) {
  const bytes = readFileSync(file);
  const digest = createHash('sha256').update(bytes).digest();
  const headers = {
    'content-type': 'application/octet-stream',
    'content-digest': `sha-256=:${digest.toString('base64')}:`,
    // The same for a repeat: derived from the delivery and the content.
    'idempotency-key': toUuid(createHash('sha256').update(delivery).update(digest).digest('hex')),
  };
  const response = await request(`/agency/v1/deliveries/${delivery}/documents`, {
    method: 'POST',
    headers,
    body: bytes,
  });
  console.log((await response.json()).id);
}

const toUuid = (hex) => hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-a$4-$5');

const [command, ...rest] = process.argv.slice(2);
const commands = { fetch: fetchCopy, upload: uploadResult };
if (!Object.hasOwn(commands, command)) throw new Error('the command is fetch or upload');
await commands[command](...rest);
