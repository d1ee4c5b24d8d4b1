import type { Response } from 'express';
import { isProblem } from '@cups/problem';
import type { Reason } from '@cups/problem';
import type { Session } from '@cups/rpc';
import { readBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { Call, Operation } from './handler.ts';
import { refuseCrossSite } from './guards.ts';
import type { Limits } from './guards.ts';
import type { Sessions } from './session.ts';

/** A header (RFC 8941, a boolean) by which a page says that it asks by itself, so that nobody at the desk is seen by it. */
const BACKGROUND = 'X-Cups-Background';

/** What a request goes through before its handler is called, cheapest refusals first. */

export interface Gates {
  sessions: Sessions;
  limits: Limits;
  /** Counts a request until its end, or refuses it. */
  admit: (res: Response) => void;
  publicOrigin: string;
}

/**
 * Room, limits, origin, session, body and document, in this order: nobody's body is read before it is known who sends it.
 * @throws Problem of the first gate that does not let the request through
 */
export async function passGates(exchange: Exchange, operation: Operation, gates: Gates): Promise<Call> {
  const { req, res, context } = exchange;
  const { limits } = gates;
  if (!operation.inOverload) gates.admit(res);
  await limits.address(req, res);
  if (operation.method !== 'get') refuseCrossSite(req, gates.publicOrigin);
  if (operation.limit) await limits[operation.limit](req, res);
  const session = operation.open ? undefined : await sessionOf(exchange, operation, gates);
  const body = await readBody(req, res, operation.body);
  const params = req.params as Call['params'];
  const query = req.query as Call['query'];
  operation.checkRequest({ params, query, body, header: (name) => req.get(name) });
  const requestId = req.get('idempotency-key')?.toLowerCase() ?? '';
  const etag = req.get('if-match') ?? '';
  return { context, session, params, query, body, requestId, etag, why: req.get('x-cups-reason') };
}

/** What a cookie of a session that has ended, or is none, is cleared for. */
const CLEARS: readonly Reason[] = ['SESSION_EXPIRED', 'SESSION_INVALID'];

async function sessionOf(
  exchange: Exchange,
  { endsSession }: Operation,
  { sessions, limits }: Gates,
): Promise<Session> {
  const { req, res, context } = exchange;
  const isBackground = req.get(BACKGROUND) === '?1';
  // Nothing stands in the way of signing out: neither identity, nor a session that has used up its requests.
  const asked = { ask: !endsSession, isBackground };
  const cookie = sessions.cookieOf(req.headers.cookie);
  const signedIn = await sessions.authenticate(cookie, context, asked).catch((error: unknown) => {
    if (isProblem(error) && CLEARS.includes(error.reason)) res.setHeader('Set-Cookie', sessions.cleared);
    throw error;
  });
  const { session, assertion, renewed } = signedIn;
  context.sessionToken = assertion;
  exchange.renewCookie(renewed);
  res.locals['operator'] = session.operator;
  if (!endsSession) await limits.session(session.sid, req, res);
  return session;
}
