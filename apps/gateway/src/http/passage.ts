import type { Request, Response } from 'express';
import type { CallContext, Session } from '@cups/rpc';
import { readBody } from './body.ts';
import type { Exchange } from './exchange.ts';
import type { Call, Operation } from './handler.ts';
import { refuseCrossSite } from './guards.ts';
import type { Limits } from './guards.ts';
import type { Sessions } from './session.ts';

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
  const session = operation.open ? undefined : await sessionOf(req, res, operation, context, gates);
  const body = await readBody(req, res, operation.body);
  const params = req.params as Call['params'];
  const query = req.query as Call['query'];
  operation.checkRequest({ params, query, body, header: (name) => req.get(name) });
  const requestId = req.get('idempotency-key')?.toLowerCase() ?? '';
  const etag = req.get('if-match') ?? '';
  return { context, session, params, query, body, requestId, etag, why: req.get('x-cups-reason') };
}

async function sessionOf(
  req: Request,
  res: Response,
  { endsSession }: Operation,
  context: CallContext,
  { sessions, limits }: Gates,
): Promise<Session> {
  const token = sessions.cookieOf(req.headers.cookie);
  // Nothing stands in the way of signing out: neither identity, nor a session that has used up its requests.
  const session = await sessions.authenticate(token, context, { ask: !endsSession }).catch((error: unknown) => {
    if (token) res.setHeader('Set-Cookie', sessions.cleared);
    throw error;
  });
  context.sessionToken = token!;
  res.locals['operator'] = session.operator;
  if (!endsSession) await limits.session(session.sid, req, res);
  return session;
}
