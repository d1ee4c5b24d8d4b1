import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';
import helmet from 'helmet';
import type { CallContext, Logger, Metrics, Session } from '@cups/service';
import { Problem } from '@cups/problem';
import type { Operation } from './document.ts';
import { refuseCrossSite, requestIdOf, traceparentOf } from './guards.ts';
import type { Limits } from './guards.ts';
import { mediaType, problemAnswer, toProblem } from './problems.ts';
import type { Sessions } from './session.ts';

/** The way of a request: guards, session, body, document, handler, answer. */

/** What a handler gets: everything in it has passed the document. */
export interface Call {
  context: CallContext;
  session: Session | undefined;
  params: Record<string, string>;
  query: Record<string, never>;
  body: unknown;
  /** Of Idempotency-Key; empty where the operation takes none. */
  requestId: string;
  /** Of If-Match, or empty. */
  etag: string;
}

/** What a handler gives: `body` goes out as JSON, `html` as a page. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  html?: string;
}

export type Handler = (call: Call) => Promise<Answer> | Answer;

export interface AppParts {
  operations: Operation[];
  handlers: Record<string, Handler>;
  sessions: Sessions;
  limits: Limits;
  publicOrigin: string;
  /** Hops of proxies in front whose X-Forwarded-For is believed. */
  trustProxy: number;
  /** Milliseconds for a request and all that it causes. */
  budgetMs: number;
  /** For tests: an answer that the document does not describe becomes a 500 that says so. */
  checkAnswers: boolean;
  draining: () => boolean;
  log: Logger;
  metrics: Metrics;
}

const MAX_BODY = 256 * 1024;

/** @throws Error when an operation has no handler, or a handler no operation */
export function createApp(parts: AppParts): Express {
  const { operations, handlers, sessions, limits, publicOrigin, budgetMs, checkAnswers, draining, log } = parts;
  const missing = operations.filter(({ id }) => !Object.hasOwn(handlers, id)).map(({ id }) => id);
  const extra = Object.keys(handlers).filter((id) => !operations.some((operation) => operation.id === id));
  if (missing.length > 0) throw new Error(`No handler for ${missing.join(', ')}.`);
  if (extra.length > 0) throw new Error(`No operation in the document for ${extra.join(', ')}.`);

  const requests = parts.metrics.counter('http_requests_total', 'Requests answered.', ['operation', 'status']);
  const seconds = parts.metrics.histogram('http_request_seconds', 'Time to answer.', ['operation']);
  const parseJson = express.json({ limit: MAX_BODY, inflate: false, type: () => true });

  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', parts.trustProxy);
  app.enable('case sensitive routing');
  app.enable('strict routing');
  app.use(
    helmet({
      contentSecurityPolicy: {
        useDefaults: false,
        directives: {
          'default-src': ["'none'"],
          'style-src': ["'unsafe-inline'"],
          'img-src': ["'self'", 'data:'],
          'base-uri': ["'none'"],
          'form-action': ["'none'"],
          'frame-ancestors': ["'none'"],
        },
      },
      strictTransportSecurity: publicOrigin.startsWith('https:'),
    }),
  );

  function begin(req: Request, res: Response, operation: string): CallContext {
    const start = performance.now();
    const requestId = requestIdOf(req);
    const abort = new AbortController();
    res.setHeader('X-Request-Id', requestId);
    res.setHeader('Cache-Control', 'no-store');
    if (draining()) res.setHeader('Connection', 'close');
    res.on('close', () => {
      const durationMs = performance.now() - start;
      const { statusCode: status } = res;
      if (!res.writableFinished) abort.abort();
      requests.inc({ operation, status: String(status) });
      seconds.observe({ operation }, durationMs / 1000);
      const { reason, operator } = res.locals as { reason?: string; operator?: string };
      log.info({
        event: res.writableFinished ? 'request' : 'request-given-up',
        method: operation,
        requestId,
        status,
        reason,
        operator,
        durationMs: Math.round(durationMs * 10) / 10,
      });
    });
    return {
      requestId,
      deadline: new Date(Date.now() + budgetMs),
      traceparent: traceparentOf(req),
      signal: abort.signal,
    };
  }

  function send(
    res: Response,
    operation: Operation | undefined,
    { status = 200, headers = {}, body, html }: Answer,
  ): void {
    const media = headers['Content-Type'] ?? (html === undefined ? 'application/json' : 'text/html');
    const text = html ?? (body === undefined ? undefined : JSON.stringify(body));
    if (checkAnswers && operation) {
      const wrong = operation.checkAnswer(status, text === undefined ? '' : media, html ?? (text && JSON.parse(text)));
      if (wrong) throw new Problem({ reason: 'INTERNAL', message: wrong, metadata: { told: 'true' } });
    }
    res.statusCode = status;
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (text === undefined) {
      res.end();
      return;
    }
    res.setHeader('Content-Type', `${media}; charset=utf-8`);
    res.setHeader('Content-Length', Buffer.byteLength(text));
    res.end(text);
  }

  function fail(res: Response, context: CallContext, operation: Operation | undefined, error: unknown): void {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const { problem, errorId } = toProblem(error);
    const { status, headers, body } = problemAnswer(problem, context.requestId, errorId);
    (res.locals as { reason?: string }).reason = problem.reason;
    if (errorId)
      log.error({ event: 'request-failed', requestId: context.requestId, errorId, method: operation?.id, error });
    try {
      send(res, operation, { status, headers: { ...headers, 'Content-Type': 'application/problem+json' }, body });
    } catch (wrong) {
      // Only when answers are checked: the problem itself breaks the document.
      const told = problemAnswer(toProblem(wrong).problem, context.requestId);
      send(res, undefined, { ...told, headers: { 'Content-Type': 'application/problem+json' } });
    }
  }

  async function bodyOf(req: Request, res: Response, operation: Operation): Promise<unknown> {
    const { 'content-length': length, 'transfer-encoding': chunked } = req.headers;
    if (operation.body === 'none') return undefined;
    if (!chunked && (length === undefined || length === '0')) {
      if (operation.body === 'optional') return undefined;
      const violations = [{ field: 'body', rule: 'REQUIRED', message: 'is required' }];
      throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'There is no body.', violations });
    }
    if (!req.is('application/json')) throw mediaType();
    await new Promise<void>((resolve, reject) => {
      parseJson(req, res, (error?: unknown) => (error ? reject(error as Error) : resolve()));
    });
    return req.body;
  }

  async function answer(req: Request, res: Response, operation: Operation, context: CallContext): Promise<Answer> {
    await limits.address(req, res);
    if (operation.method !== 'get') refuseCrossSite(req, publicOrigin);
    if (operation.id === 'trackApplication') await limits.tracking(req, res);
    let session: Session | undefined;
    if (!operation.open) {
      const cookie = req.headers.cookie;
      try {
        const found = await sessions.authenticate(cookie, context);
        session = found.session;
        context.sessionToken = found.token;
      } catch (error) {
        if (sessions.present(cookie)) res.setHeader('Set-Cookie', sessions.cleared);
        throw error;
      }
      (res.locals as { operator?: string }).operator = session.operator;
      await limits.session(session.sid)(req, res);
    }
    const body = await bodyOf(req, res, operation);
    const header = (name: string) => req.get(name);
    const { params, query } = {
      params: req.params as Record<string, string>,
      query: req.query as Record<string, never>,
    };
    operation.checkRequest({ params, query, header, body });
    const requestId = header('idempotency-key') ?? '';
    return handlers[operation.id]!({
      context,
      session,
      params,
      query,
      body,
      requestId,
      etag: header('if-match') ?? '',
    });
  }

  const methodsOf = new Map<string, string[]>();
  for (const operation of operations) {
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1');
    methodsOf.set(path, [...(methodsOf.get(path) ?? []), operation.method.toUpperCase()]);
    app[operation.method](path, (req: Request, res: Response) => {
      const context = begin(req, res, operation.id);
      answer(req, res, operation, context)
        .then((result) => send(res, operation, result))
        .catch((error: unknown) => fail(res, context, operation, error));
    });
  }
  for (const [path, methods] of methodsOf) {
    const allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    app.all(path, (req: Request, res: Response) => {
      const message = 'This path has no such method.';
      refuse(req, res, new Problem({ reason: 'METHOD_NOT_FOUND', message, metadata: { allow } }));
    });
  }
  app.use((req: Request, res: Response) => {
    refuse(req, res, new Problem({ reason: 'METHOD_NOT_FOUND', message: 'There is no such path.' }));
  });
  app.use((error: unknown, req: Request, res: Response, _next: NextFunction) => refuse(req, res, error));

  function refuse(req: Request, res: Response, error: unknown): void {
    const context = begin(req, res, 'none');
    limits.address(req, res).then(
      () => fail(res, context, undefined, error),
      (limited: unknown) => fail(res, context, undefined, limited),
    );
  }
  return app;
}
