import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { parseAgencyKey } from '../src/http/agency-api.ts';
import { createClientAssertion } from '../src/http/client-assertion.ts';
import { verifyWebhook } from '../src/pull/webhook.ts';

/**
 * A system of an agency that pulls, with one fault: `node faulty-puller.ts <fault>`, with the variables of the example. It uses
 * nothing of the kit that would correct the fault.
 */

const setting = (name: string): string => process.env[name] ?? '';
const [fault = 'none'] = process.argv.slice(2) as [PullFault?];
const [platform, agency, stateFile] = [setting('CUPS_URL'), setting('CUPS_AGENCY'), setting('CUPS_STATE_FILE')];
const key = parseAgencyKey(readFileSync(setting('CUPS_KEY_FILE'), 'utf8'));
const webhookPort = Number(setting('WEBHOOK_PORT'));
const PAUSE_MS = 700;

/** Fault of a system that pulls. */
export type PullFault =
  | 'none'
  /** Keeps no cursor across restarts. */
  | 'forgets-cursor'
  /** Reads all messages each time. */
  | 'no-cursor'
  /** Replies to a repeated message under new IDs. */
  | 'new-ids'
  /** Repeats a reply under a new ID. */
  | 'new-id-per-try'
  /** Repeats at once. */
  | 'impatient'
  /** Drops a reply that was not received. */
  | 'no-repeat'
  /** Repeats a refused reply until it is accepted. */
  | 'insists'
  /** Repeats a refused reply a few times, then continues. */
  | 'insists-shortly'
  /** Decides whatever the cause of a refusal is. */
  | 'ignores-cause'
  /** Keeps a cursor that was refused. */
  | 'stuck-cursor'
  /** Reads without a pause. */
  | 'busy'
  /** Waits with ten connections. */
  | 'many-connections'
  | 'token-per-request'
  /** Keeps its token after 401. */
  | 'keeps-token'
  /** Rejects with a reason of 100 KB. */
  | 'long-reason'
  /** Cannot read a large message. */
  | 'size-limit'
  | 'trusts-webhooks'
  /** Verifies no time. */
  | 'old-webhooks'
  /** Reads the keys at each call. */
  | 'fetches-keys'
  /** Refuses a webhook-id that it has. */
  | 'refuses-repeats'
  /** Answers no call. */
  | 'deaf';

class RefusedReplyError extends Error {}

let token = '';
async function getToken(): Promise<string> {
  if (token && fault !== 'token-per-request') return token;
  const audience = `${platform}/agency/v1/token`;
  const assertion = createClientAssertion(key, { code: agency, audience, now: new Date() });
  const body = new URLSearchParams({ client_assertion: assertion });
  const response = await fetch(audience, { method: 'POST', body });
  token = ((await response.json()) as { access_token: string }).access_token;
  return token;
}

const send = async (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(platform + path, {
    ...init,
    headers: { 'content-type': 'application/cloudevents+json', authorization: `Bearer ${await getToken()}` },
  });

async function request(path: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await send(path);
  if (response.status === 401 && fault !== 'keeps-token') token = '';
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

type Message = { id: string; type: string; subject: string; correlationid?: string; data: Record<string, unknown> };

/** @returns whether the reply was accepted */
async function reply(message: Message, type: string, data: object): Promise<boolean> {
  const fresh = () => createHash('sha256').update(`${type} ${message.id}`).digest('hex');
  let id = fault === 'new-ids' ? randomUUID() : fresh();
  for (let refused = 0; ;) {
    const event = {
      specversion: '1.0',
      id,
      source: `/agencies/${agency}`,
      type: `md.cups.reply.${type}.v1`,
      subject: message.subject,
      time: new Date().toISOString(),
      correlationid: message.correlationid,
      causationid: message.id,
      data: { application: message.data['application'], ...data },
    };
    const init = { method: 'POST', body: JSON.stringify(event) };
    const response = await send('/agency/v1/replies', init).catch(() => undefined);
    const status = response?.status ?? 0;
    if (status === 200) return true;
    if (status === 401 && fault !== 'keeps-token') token = '';
    if ([400, 404, 409].includes(status)) {
      refused += 1;
      if (fault !== 'insists' && (fault !== 'insists-shortly' || refused > 6)) throw new RefusedReplyError();
      await pause(20);
    } else {
      if (fault === 'no-repeat') return false;
      if (fault === 'new-id-per-try') id = randomUUID();
      await pause(fault === 'impatient' ? 10 : 1_000);
    }
  }
}

/** Decisions by application, so that a repeat has the same content. */
const times = new Map<string, string>();
async function handle(message: Message): Promise<void> {
  const { type, id, data } = message;
  if (fault === 'size-limit' && JSON.stringify(data).length > 100_000) return;
  if (!/\.(submitted|documents-supplied|corrected)\.v\d$/.test(type)) return;
  if (!times.has(id)) times.set(id, String(data['submitTime']));
  const { submission } = data;
  const reason = { reason: { ro: 'x'.repeat(100_000) } };
  const outcome = fault === 'long-reason' ? { outcome: 'rejected', ...reason } : { outcome: 'approved' };
  await reply(message, 'acknowledged', { submission, agencyReference: `R-${id}` }).catch((error: unknown) => {
    if (!(error instanceof RefusedReplyError) || fault !== 'ignores-cause') throw error;
  });
  await reply(message, 'decided', { ...outcome, submission, decideTime: times.get(id) });
}

const canRead = existsSync(stateFile) && fault !== 'forgets-cursor';
let cursor = canRead ? readFileSync(stateFile, 'utf8') : '';

/** @returns whether there may be more */
async function read(waits: boolean): Promise<boolean> {
  const query = new URLSearchParams({ ...(cursor && { cursor }), ...(waits && { wait: '30' }) });
  const { status, body } = await request(`/agency/v1/requests?${query}`);
  if (body['reason'] === 'PAGE_TOKEN_INVALID' && fault !== 'stuck-cursor') cursor = '';
  if (status !== 200) return cursor === '';
  const { events, hasMore } = body as { events: Message[]; hasMore: boolean };
  for (const event of events)
    await handle(event).catch((error: unknown) => {
      if (!(error instanceof RefusedReplyError)) throw error;
    });
  if (fault === 'no-cursor' && !hasMore) cursor = '';
  else cursor = String(body['cursor']);
  writeFileSync(stateFile, cursor);
  return hasMore || events.length > 0;
}

async function follow(): Promise<never> {
  for (;;) {
    const more = await read(true).catch(() => false);
    if (fault !== 'busy' && (!more || fault === 'no-cursor')) await pause(PAUSE_MS);
  }
}

/** Waits for messages with further connections, whose pages it ignores. */
async function waitOnly(): Promise<never> {
  for (;;) {
    await request(`/agency/v1/requests?wait=30&cursor=${cursor}`).catch(() => undefined);
    await pause(PAUSE_MS);
  }
}

let keys: string[] = [];
async function loadKeys(): Promise<string[]> {
  if (keys.length > 0 && fault !== 'fetches-keys') return keys;
  const { body } = await request('/agency/v1/webhook-keys');
  keys = (body['keys'] as { publicKey: string }[]).map(({ publicKey }) => publicKey);
  return keys;
}

const known = new Set<string>();
async function statusOf({ headers }: IncomingMessage, body: string): Promise<number> {
  if (fault === 'deaf') return 500;
  const id = String(headers['webhook-id']);
  if (fault === 'refuses-repeats' && known.has(id)) return 409;
  known.add(id);
  const now = fault === 'old-webhooks' ? new Date(Number(headers['webhook-timestamp']) * 1000) : new Date();
  const isGenuine = fault === 'trusts-webhooks' || verifyWebhook({ headers, body }, await loadKeys(), now);
  return isGenuine ? 204 : 401;
}

if (webhookPort) {
  createServer((call, response) => {
    const parts: Buffer[] = [];
    call.on('data', (part: Buffer) => void parts.push(part));
    call.on('end', () => {
      void statusOf(call, Buffer.concat(parts).toString()).then((status) => response.writeHead(status).end());
    });
  }).listen(webhookPort, '127.0.0.1');
}
if (fault === 'many-connections') for (let count = 0; count < 10; count++) void waitOnly();
await follow();
