import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { Log, Metrics } from '@cups/contracts';
import { requestIdOf, traceparentOf } from '@cups/contracts/node';
import type { CallContext, Session } from '@cups/rpc';
import { Problem } from '@cups/problem';
import type { Config } from '../config.ts';
import { readBody } from './body.ts';
import type { Answer, Call, Handler, Operation } from './handler.ts';
import { refuseCrossSite } from './guards.ts';
import type { Limits } from './guards.ts';
import { problemAnswer, toProblem } from './problems.ts';
import type { Sessions } from './session.ts';

/** The way of a request: guards, session, body, document, handler, answer. */

export interface AppParts extends Pick<Config, 'publicOrigin' | 'trustProxy' | 'budgetMs' | 'checkAnswers'> {
  operations: Operation[];
  handlers: Record<string, Handler>;
  sessions: Sessions;
  limits: Limits;
  /** Counts a request until its end, or refuses it. */
  admit: (res: Response) => void;
  draining: () => boolean;
  log: Log;
  metrics: Metrics;
}

/** Pages hold no scripts; slips and the home page carry their styles. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** What an overload must not shut: who would take the process out, and who leaves. */
const ALWAYS_OPEN = ['getHealth', 'getReadiness', 'deleteCurrentSession'];

/** @throws Error when an operation has no handler, or a handler no operation */
export function createApp(parts: AppParts): Express {
  const { operations, handlers, sessions, limits, publicOrigin, log } = parts;
  const ids = operations.map(({ id }) => id);
  const alone = [...ids, ...Object.keys(handlers)].filter((id) => !ids.includes(id) || !Object.hasOwn(handlers, id));
  if (alone.length > 0) throw new Error(`Without handler, or without operation in the document: ${alone.join(', ')}.`);
  const requests = parts.metrics.counter('http_requests_total', 'Requests answered.', ['operation', 'status']);
  const seconds = parts.metrics.histogram('http_request_seconds', 'Time to answer.', ['operation']);

  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', parts.trustProxy);
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use(helmet({ contentSecurityPolicy: false, strictTransportSecurity: publicOrigin.startsWith('https:') }));

  function begin(req: Request, res: Response, method: string): CallContext {
    const start = performance.now();
    const requestId = requestIdOf(req.headers['x-request-id']);
    const abort = new AbortController();
    res.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    res.setHeader('X-Request-Id', requestId);
    res.setHeader('Cache-Control', 'no-store');
    res.on('close', () => {
      const durationMs = Math.round((performance.now() - start) * 10) / 10;
      const { writableFinished: answered } = res;
      // What nobody was answered with is no 200 (499 as other servers count it).
      const status = answered ? res.statusCode : 499;
      if (!answered) abort.abort();
      requests.inc({ operation: method, status: String(status) });
      seconds.observe({ operation: method }, durationMs / 1000);
      const { reason, operator } = res.locals as { reason?: string; operator?: string };
      const event = answered ? 'request' : 'request-given-up';
      log.info({ event, method, requestId, status, reason, operator, durationMs });
    });
    const deadline = new Date(Date.now() + parts.budgetMs);
    return { requestId, deadline, traceparent: traceparentOf(req.headers['traceparent']), signal: abort.signal };
  }

  function send(res: Response, { status = 200, headers = {}, body, html }: Answer, operation?: Operation): void {
    const media = headers['Content-Type'] ?? (html === undefined ? 'application/json' : 'text/html');
    const text = html ?? (body === undefined ? undefined : JSON.stringify(body));
    const wrong = parts.checkAnswers && operation?.checkAnswer(status, media, html ?? (text && JSON.parse(text)));
    if (wrong) throw new Problem({ reason: 'INTERNAL', message: wrong, metadata: { told: 'true' } });
    res.statusCode = status;
    if (parts.draining()) res.setHeader('Connection', 'close');
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (text !== undefined) {
      res.setHeader('Content-Type', `${media}; charset=utf-8`);
      res.setHeader('Content-Length', Buffer.byteLength(text));
    }
    res.end(text);
  }

  function fail(res: Response, context: CallContext, error: unknown, operation?: Operation): void {
    const { problem, errorId } = toProblem(error);
    const { requestId } = context;
    res.locals['reason'] = problem.reason;
    if (errorId) log.error({ event: 'request-failed', requestId, errorId, method: operation?.id, error });
    if (res.headersSent) return void res.destroy();
    try {
      send(res, problemAnswer(problem, requestId, errorId), operation);
    } catch (undeclared) {
      fail(res, context, undeclared);
    }
  }

  async function sessionOf(req: Request, res: Response, id: string, context: CallContext): Promise<Session> {
    const token = sessions.cookieOf(req.headers.cookie);
    // Nothing stands in the way of signing out: neither identity, nor a session that has used up its requests.
    const leaves = id === 'deleteCurrentSession';
    const session = await sessions.authenticate(token, context, { ask: !leaves }).catch((error: unknown) => {
      if (token) res.setHeader('Set-Cookie', sessions.cleared);
      throw error;
    });
    context.sessionToken = token!;
    res.locals['operator'] = session.operator;
    if (!leaves) await limits.session(session.sid, req, res);
    return session;
  }

  async function answer(req: Request, res: Response, operation: Operation, context: CallContext): Promise<Answer> {
    if (!ALWAYS_OPEN.includes(operation.id)) parts.admit(res);
    await limits.address(req, res);
    if (operation.method !== 'get') refuseCrossSite(req, publicOrigin);
    if (operation.id === 'trackApplication') await limits.tracking(req, res);
    const session = operation.open ? undefined : await sessionOf(req, res, operation.id, context);
    const body = await readBody(req, res, operation.body);
    const params = req.params as Call['params'];
    const query = req.query as Call['query'];
    operation.checkRequest({ params, query, body, header: (name) => req.get(name) });
    const [requestId, etag] = [req.get('idempotency-key')?.toLowerCase() ?? '', req.get('if-match') ?? ''];
    return handlers[operation.id]!({ context, session, params, query, body, requestId, etag });
  }

  const refuse = (error: unknown, req: Request, res: Response): void => {
    const context = begin(req, res, 'none');
    limits.address(req, res).then(
      () => fail(res, context, error),
      (limited: unknown) => fail(res, context, limited),
    );
  };
  for (const [path, here] of inOrder(operations)) {
    const route = path.replaceAll(/\{(\w+)\}/g, ':$1');
    for (const operation of here) {
      app[operation.method](route, (req: Request, res: Response) => {
        const context = begin(req, res, operation.id);
        answer(req, res, operation, context)
          .then((result) => send(res, result, operation))
          .catch((error: unknown) => fail(res, context, error, operation));
      });
    }
    const allow = here.map(({ method }) => (method === 'get' ? 'GET, HEAD' : method.toUpperCase())).join(', ');
    const problem = {
      reason: 'METHOD_NOT_FOUND',
      message: 'This path has no such method.',
      metadata: { allow },
    } as const;
    app.all(route, (req: Request, res: Response) => refuse(new Problem(problem), req, res));
  }
  const nowhere = new Problem({ reason: 'METHOD_NOT_FOUND', message: 'There is no such path.' });
  app.use((req: Request, res: Response) => refuse(nowhere, req, res));
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => refuse(error, req, res));
  return app;
}

/** Operations by path. Whole paths come first: a method that /search lacks must not reach /{id}. */
function inOrder(operations: Operation[]): [path: string, operations: Operation[]][] {
  const variable = ([path]: [string, unknown]) => Number(path.includes('{'));
  return [...Map.groupBy(operations, ({ path }) => path)].sort((a, b) => variable(a) - variable(b));
}
