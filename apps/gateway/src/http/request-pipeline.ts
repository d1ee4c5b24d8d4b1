import { isProblem } from '@cups/problem';
import type { Reason } from '@cups/problem';
import type { Keys, Session } from '@cups/rpc';
import type { Request } from 'express';
import { assertNotEncoded } from './body-reader.ts';
import type { BodyReader } from './body-reader.ts';
import { hasBody, assertJsonType, parseBody } from './json-body.ts';
import type { ParsedBody } from './json-body.ts';
import type { Exchange } from './exchange.ts';
import { OFFLINE_CLAIM_HEADER } from './openapi-document.ts';
import type { HandlerRequest, Operation } from './handler.ts';
import { clientAddressOf, assertSameSite } from './guards.ts';
import { unsupportedMediaType } from './problems.ts';
import { allowLongRequest } from './public-server.ts';
import type { Admission } from './admission.ts';
import type { AgencyTokens } from './agency-tokens.ts';
import type { RateLimits } from './guards.ts';
import type { Sessions } from './session.ts';

/** Header (RFC 8941 boolean) of requests that the page sends without user activity. */
const BACKGROUND_HEADER = 'Cups-Background';
/** Header of a page that polls for changes while somebody may be active. */
const POLL_HEADER = 'Cups-Poll';

/** Header with the key of the page that a session is bound to. */
const SESSION_KEY_HEADER = 'Cups-Session-Key';

/** Cups-Offline of a device without a session: only the grant. */
const GRANT_HEADER = /^grant="([\w.-]{1,2000})"$/;

/** Links from other sites lead to pages, never into the API. Probes outside it are public. */
const API_PREFIX = '/api/';

/** Runs the checks before a handler, cheapest first. */

export interface PipelineDeps {
  sessions: Sessions;
  agencyTokens: Pick<AgencyTokens, 'authenticate' | 'issue'>;
  grants: Pick<Keys, 'verifyOfflineGrant'>;
  limits: RateLimits;
  bodies: BodyReader;
  admission: Admission;
  publicOrigin: string;
}

/**
 * Checks admission, limits, origin, session, body and openapi.yaml, in this order. Reads no body of an unidentified
 * client.
 * @throws Problem of the first check that fails
 */
export async function runRequestPipeline(
  exchange: Exchange,
  operation: Operation,
  deps: PipelineDeps,
): Promise<HandlerRequest> {
  const { req, res, context } = exchange;
  const { limits } = deps;
  if (!operation.bypassesAdmission) exchange.admissionSlot = deps.admission.admit(req, res, operation.id);
  await limits.address(req, res);
  if (operation.path.startsWith(API_PREFIX)) assertSameSite(req, deps.publicOrigin);
  if (operation.limit === 'tracking') await limits.tracking(req, res);
  const offlineGrant = operation.isForDevices ? await authenticateDevice(exchange, deps) : '';
  const session = await authenticate(exchange, operation, deps);
  const { value: body, members } = operation.streamedMediaType
    ? prepareTransfer(req, operation.streamedMediaType)
    : await readBody(exchange, operation, deps);
  const params = req.params as HandlerRequest['params'];
  const query = req.query as HandlerRequest['query'];
  operation.validateRequest({ params, query, body, members, header: (name) => req.get(name) });
  if (operation.limit === 'taken-numbers' && session && proposesNumber(body)) {
    await limits.takenNumbers(session.sid, req, res);
  }
  const offline = operation.takesOfflineClaim ? req.get(OFFLINE_CLAIM_HEADER) : undefined;
  if (offline !== undefined) context.offline = offline;
  const requestId = req.get('idempotency-key')?.toLowerCase() ?? '';
  const etag = req.get('if-match') ?? '';
  const isPoll = [BACKGROUND_HEADER, POLL_HEADER].some((header) => req.get(header) === '?1');
  const request = { context, session, params, query, body, requestId, etag, offlineGrant, isPoll, client: exchange };
  return { ...request, reason: req.get('cups-reason'), sessionKey: req.get(SESSION_KEY_HEADER) };
}

/** Leaves the body to the handler. @throws Problem MEDIA_TYPE_UNSUPPORTED for another media type, or a compressed body */
function prepareTransfer(req: Request, mediaType: string): ParsedBody {
  assertNotEncoded(req, mediaType);
  if (req.headers['content-type'] !== mediaType) throw unsupportedMediaType(mediaType);
  allowLongRequest(req);
  return { value: undefined, members: 0 };
}

/** Returns the parsed body, or undefined without one. Holds no admission slot meanwhile. */
async function readBody(
  exchange: Exchange,
  { body: expected, maxBodyBytes: maxBytes, mediaTypes }: Operation,
  { bodies }: PipelineDeps,
): Promise<ParsedBody> {
  const { req } = exchange;
  if (!hasBody(req, expected)) return { value: undefined, members: 0 };
  assertJsonType(req, mediaTypes);
  const bytes = await exchange.waitForClient(() => bodies.read(req, { maxBytes, address: clientAddressOf(req) }));
  return bytes.length === 0 ? { value: undefined, members: 0 } : parseBody(bytes);
}

/** Reasons that clear the cookie of an ended or invalid session. */
const COOKIE_CLEARING_REASONS: readonly Reason[] = ['SESSION_EXPIRED', 'SESSION_INVALID', 'OPERATOR_SUSPENDED'];

/** Returns the session of the caller, or undefined for a public operation. */
async function authenticate(
  exchange: Exchange,
  operation: Operation,
  deps: PipelineDeps,
): Promise<Session | undefined> {
  if (operation.isPublic || operation.isForDevices) return undefined;
  if (operation.isForAgencies) return authenticateAgency(exchange, deps);
  return authenticateRequest(exchange, operation, deps);
}

/**
 * Returns the grant of a device, and counts the request against a limit of its own. An expired grant is one too.
 * @throws Problem OFFLINE_CLAIM_INVALID
 */
async function authenticateDevice({ req, res }: Exchange, { grants, limits }: PipelineDeps): Promise<string> {
  const [, token = ''] = GRANT_HEADER.exec(req.get('cups-offline') ?? '') ?? [];
  const { id } = await grants.verifyOfflineGrant(token);
  await limits.session(`grant ${id}`, req, res);
  return token;
}

/** Returns the session of an access token, and counts the request against the limit of its agency. */
async function authenticateAgency(
  { req, res, context }: Exchange,
  { agencyTokens, limits }: PipelineDeps,
): Promise<Session> {
  const { session, assertion } = await agencyTokens.authenticate(req.headers.authorization).catch((error: unknown) => {
    res.setHeader('WWW-Authenticate', 'Bearer');
    throw error;
  });
  context.sessionToken = assertion;
  res.locals['operator'] = session.operator;
  await limits.agency(session.agency, req, res);
  return session;
}

async function authenticateRequest(
  exchange: Exchange,
  { endsSession }: Operation,
  { sessions, limits }: PipelineDeps,
): Promise<Session> {
  const { req, res, context } = exchange;
  const isBackground = req.get(BACKGROUND_HEADER) === '?1';
  // Sign-out works while identity is unavailable, and when the session has used up its rate limit.
  const options = { endsSession: endsSession === true, isBackground, sessionKey: req.get(SESSION_KEY_HEADER) };
  const cookie = sessions.cookieOf(req.headers.cookie);
  const authenticated = await sessions.authenticate(cookie, context, options).catch((error: unknown) => {
    if (isProblem(error) && COOKIE_CLEARING_REASONS.includes(error.reason))
      res.setHeader('Set-Cookie', sessions.clearHeader);
    throw error;
  });
  const { session, assertion, renewedCookie: renewed } = authenticated;
  context.sessionToken = assertion;
  exchange.renewCookie(renewed);
  res.locals['operator'] = session.operator;
  if (!endsSession) await limits.session(session.sid, req, res);
  return session;
}

/** Whether a new application has a number that the desk made: unfinished requests with one count as misses. */
const proposesNumber = (body: unknown): boolean =>
  (body as { trackingNumber?: string } | undefined)?.trackingNumber !== undefined;
