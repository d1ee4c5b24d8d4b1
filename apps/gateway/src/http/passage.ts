import type { Request, Response } from 'express';
import { isProblem } from '@cups/problem';
import type { Reason } from '@cups/problem';
import type { Session } from '@cups/rpc';
import type { Bodies } from './bodies.ts';
import { bringsBody, mustBeJson, parseBody } from './body.ts';
import type { Body } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { Call, Operation } from './handler.ts';
import { addressOf, refuseCrossSite } from './guards.ts';
import type { Limits, Place } from './guards.ts';
import type { Sessions } from './session.ts';

/** A header (RFC 8941, a boolean) by which a page says that it asks by itself, so that nobody at the desk is seen by it. */
const BACKGROUND = 'X-Cups-Background';
/** The same of a page at which somebody may well sit: it asks by itself whether there is news. */
const POLL = 'X-Cups-Poll';

/** A link from elsewhere leads to a page, never here. Probes, which lie beside it, are for anybody. */
const API = '/api/';

/** What a request goes through before its handler is called, cheapest refusals first. */

export interface Gates {
  sessions: Sessions;
  limits: Limits;
  bodies: Bodies;
  /** Gives a request its place until its end, or refuses it. */
  admit: (req: Request, res: Response) => Place;
  publicOrigin: string;
}

/**
 * Room, limits, origin, session, body and document, in this order: nobody's body is read before it is known who sends it.
 * @throws Problem of the first gate that does not let the request through
 */
export async function passGates(exchange: Exchange, operation: Operation, gates: Gates): Promise<Call> {
  const { req, res, context } = exchange;
  const { limits } = gates;
  if (!operation.inOverload) exchange.place = gates.admit(req, res);
  await limits.address(req, res);
  if (operation.path.startsWith(API)) refuseCrossSite(req, gates.publicOrigin);
  if (operation.limit) await limits[operation.limit](req, res);
  const session = operation.open ? undefined : await sessionOf(exchange, operation, gates);
  const { value: body, members } = await bodyOf(exchange, operation, gates);
  const params = req.params as Call['params'];
  const query = req.query as Call['query'];
  operation.checkRequest({ params, query, body, members, header: (name) => req.get(name) });
  const requestId = req.get('idempotency-key')?.toLowerCase() ?? '';
  const etag = req.get('if-match') ?? '';
  const isPoll = [BACKGROUND, POLL].some((header) => req.get(header) === '?1');
  return { context, session, params, query, body, requestId, etag, why: req.get('x-cups-reason'), isPoll };
}

/** The parsed body, undefined when the request brings none. Waiting for it takes no place from others. */
async function bodyOf(
  exchange: Exchange,
  { body: expected, maxBodyBytes: maxBytes }: Operation,
  { bodies }: Gates,
): Promise<Body> {
  const { req } = exchange;
  if (!bringsBody(req, expected)) return { value: undefined, members: 0 };
  mustBeJson(req);
  const bytes = await exchange.waitFor(() => bodies.read(req, { maxBytes, address: addressOf(req) }));
  return bytes.length === 0 ? { value: undefined, members: 0 } : parseBody(bytes);
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
