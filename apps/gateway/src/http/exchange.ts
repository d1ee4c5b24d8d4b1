import type { Request, Response } from 'express';
import type { Log, Metrics, Tracer } from '@cups/contracts';
import { ensureRequestId, ensureTraceparent } from '@cups/contracts/node';
import { Problem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';
import type { Config } from '../config.ts';
import type { AdmissionSlot } from './admission.ts';
import type { ContentStream, HandlerResponse, Operation } from './handler.ts';
import type { FileResponse } from './desk-page.ts';
import { problemResponse, toProblem } from './problems.ts';
import { CONTENT_SECURITY_POLICY, setDataSecurityHeaders } from './security-headers.ts';
import { etagOfText, matchesEtag, prefersMinimal } from './conditional-responses.ts';

export interface ExchangeDeps extends Pick<Config, 'budgetMs' | 'checkAnswers'> {
  isDraining: () => boolean;
  recordEnd: RecordEnd;
  log: Log;
  /** @default no spans */
  tracer?: Tracer | undefined;
}

const JSON_MEDIA_TYPE = 'application/json';

const isData = (media: string): boolean => /^application\/(?:\w+\+)?json$/.test(media);

/** The client closed the connection before the response (nginx 499). */
const CLIENT_CLOSED_REQUEST = 499;

/** Counts a request with its duration. */
export type RecordEnd = (operation: string, status: number, durationMs: number) => void;

/** Returns the function that counts all requests. */
export function createRequestMetrics(metrics: Metrics): RecordEnd {
  const requests = metrics.counter('http_requests_total', 'Requests answered.', ['operation', 'status']);
  const seconds = metrics.histogram('http_request_duration_seconds', 'Time to answer.', ['operation']);
  return (operation, status, durationMs) => {
    requests.inc({ operation, status: String(status) });
    seconds.observe({ operation }, durationMs / 1000);
  };
}

export type CreateExchange = (req: Request, res: Response, operation?: Operation, name?: string) => Exchange;

/** Returns a factory of exchanges. */
export const createExchangeFactory =
  (deps: ExchangeDeps): CreateExchange =>
  (req, res, operation, name = operation?.id ?? 'none') =>
    new Exchange(deps, req, res, operation, name);

/** One request and its response, from the first header to the log line. */
export class Exchange {
  readonly req: Request;
  readonly res: Response;
  /** Undefined for a path or method that is not in openapi.yaml. */
  readonly operation: Operation | undefined;
  /** Context of all calls for this request. Ends with the request budget, or when the client disconnects. */
  readonly context: CallContext;
  /** Undefined for operations that bypass admission. */
  admissionSlot: AdmissionSlot | undefined;
  readonly #deps: ExchangeDeps;
  #renewedCookie: () => string | undefined = () => undefined;
  #waitedMs = 0;
  #waitingSince: number | undefined;

  constructor(
    deps: ExchangeDeps,
    req: Request,
    res: Response,
    operation: Operation | undefined,
    /** Name in metrics and logs. */
    name: string,
  ) {
    const start = performance.now();
    const abort = new AbortController();
    this.#deps = deps;
    this.req = req;
    this.res = res;
    this.operation = operation;
    const span = deps.tracer && startSpan(deps.tracer, req, operation, name);
    this.context = {
      requestId: ensureRequestId(req.headers['x-request-id']),
      deadline: new Date(Date.now() + deps.budgetMs),
      traceparent: span?.traceparent ?? ensureTraceparent(req.headers['traceparent']),
      signal: abort.signal,
    };
    res.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    res.setHeader('X-Request-Id', this.context.requestId);
    res.setHeader('Cache-Control', 'no-store');
    res.on('close', () => {
      const durationMs = Math.round((performance.now() - start - this.#totalWaitMs()) * 10) / 10;
      const status = res.writableFinished ? res.statusCode : CLIENT_CLOSED_REQUEST;
      if (!res.writableFinished) abort.abort();
      deps.recordEnd(name, status, durationMs);
      this.#logRequest(name, status, durationMs);
      span?.end({ 'http.response.status_code': status, 'error.type': status >= 500 ? String(status) : undefined });
    });
  }

  /**
   * Waits for the client, without holding an admission slot or using up the request budget.
   * @throws Problem OVERLOADED when no slot is free afterwards, and what `wait` throws
   */
  async waitForClient<T>(wait: () => Promise<T>): Promise<T> {
    this.admissionSlot?.release();
    const result = await wait();
    this.admissionSlot?.acquire();
    this.context.deadline = new Date(Date.now() + this.#deps.budgetMs);
    return result;
  }

  /**
   * Waits until an upstream has something new, without holding an admission slot. The request budget extends the wait. The
   * time does not count as the duration of the request.
   * @param maxMs time that the upstream may wait
   * @throws what `wait` throws
   */
  async waitForUpstream<T>(maxMs: number, wait: () => Promise<T>): Promise<T> {
    this.admissionSlot?.release();
    this.context.deadline = new Date(Date.now() + maxMs + this.#deps.budgetMs);
    this.#waitingSince = performance.now();
    try {
      return await wait();
    } finally {
      this.#waitedMs = this.#totalWaitMs();
      this.#waitingSince = undefined;
    }
  }

  /** Includes a wait that the end of the connection interrupts. */
  #totalWaitMs(): number {
    return this.#waitedMs + (this.#waitingSince === undefined ? 0 : performance.now() - this.#waitingSince);
  }

  /**
   * @param renewed returns the session's Set-Cookie; read when the response is sent, after the handler's own cookies
   */
  renewCookie(renewed: () => string | undefined): void {
    this.#renewedCookie = renewed;
  }

  /**
   * @throws Problem INTERNAL when response checks are on and the response does not match openapi.yaml; what
   *   `beforeSend` throws
   */
  async send(response: HandlerResponse): Promise<void> {
    const minimized = this.#minimizeResponse(response);
    if (minimized.status !== 304) await response.beforeSend?.();
    if (response.content) await this.#writeContent(response, response.content);
    else this.#write(minimized, this.operation);
  }

  sendFile({ status, headers, bytes }: FileResponse): void {
    const { res } = this;
    res.statusCode = status;
    if (this.#deps.isDraining()) res.setHeader('Connection', 'close');
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (bytes) res.setHeader('Content-Length', bytes.length);
    res.end(bytes);
  }

  /** Shortens the response when the client already has it or prefers a minimal one. */
  #minimizeResponse(response: HandlerResponse): HandlerResponse {
    const { operation, req } = this;
    const { status = 200, headers = {}, body, canBeMinimal } = response;
    if (operation?.method === 'get' && status === 200 && body !== undefined) {
      const text = JSON.stringify(body);
      const tagged = Object.assign({}, headers);
      tagged['ETag'] ??= etagOfText(
        response.etagExcludedMembers ? JSON.stringify(omitMembers(body as object, response.etagExcludedMembers)) : text,
      );
      if (operation.isShared) tagged['Cache-Control'] = 'public, no-cache';
      if (matchesEtag(req, tagged['ETag'])) return { status: 304, headers: tagged };
      tagged['Content-Type'] = JSON_MEDIA_TYPE;
      return { status, headers: tagged, text };
    }
    if (!canBeMinimal || !prefersMinimal(req)) return response;
    return { status: 204, headers: Object.assign({ 'Preference-Applied': 'return=minimal' }, headers) };
  }

  /** Responds with the problem of an error. Logs internal errors under an ID. */
  fail(error: unknown): void {
    const { requestId } = this.context;
    const { problem, errorId } = this.#reportProblem(error);
    if (this.res.headersSent) {
      this.res.destroy();
      return;
    }
    try {
      this.#write(problemResponse(problem, { requestId, errorId, operation: this.operation }), this.operation);
    } catch (undeclared) {
      this.#failUndeclared(undeclared);
    }
  }

  /** Responds to an error without a problem document, for clients that read none. */
  failAs(error: unknown, toResponse: (problem: Problem) => HandlerResponse): void {
    const { problem } = this.#reportProblem(error);
    if (this.res.headersSent) this.res.destroy();
    else this.#write(toResponse(problem), undefined);
  }

  /** Converts an error to a problem, and logs internal errors. */
  #reportProblem(error: unknown): ReturnType<typeof toProblem> {
    const result = toProblem(error);
    this.res.locals['reason'] = result.problem.reason;
    if (result.errorId) {
      const { errorId } = result;
      const { requestId } = this.context;
      this.#deps.log.error({ event: 'request-failed', requestId, errorId, method: this.operation?.id, error });
    }
    return result;
  }

  /** Treats a problem that openapi.yaml does not declare as an internal error, which is not checked again. */
  #failUndeclared(error: unknown): void {
    const { requestId } = this.context;
    const { problem, errorId } = toProblem(error);
    this.res.locals['reason'] = problem.reason;
    this.#deps.log.error({ event: 'request-failed', requestId, errorId, error });
    this.#write(problemResponse(problem, { requestId, errorId }), undefined);
  }

  #write(response: HandlerResponse, declaredBy: Operation | undefined): void {
    const { body, text: plainText } = response;
    const text = plainText ?? (body === undefined ? undefined : JSON.stringify(body));
    const media = this.#writeHead(response, declaredBy, text);
    const { res } = this;
    if (text !== undefined) {
      res.setHeader('Content-Type', `${media}; charset=utf-8`);
      res.setHeader('Content-Length', Buffer.byteLength(text));
    }
    res.end(text);
    if (this.operation?.streamedMediaType !== undefined) discardRest(this.req);
  }

  /** Sets status and headers. @returns the media type */
  #writeHead(
    { status = 200, headers = {}, cookies = [], text: plainText }: HandlerResponse,
    declaredBy: Operation | undefined,
    text: string | undefined,
  ): string {
    const media = headers['Content-Type'] ?? (plainText === undefined ? JSON_MEDIA_TYPE : 'text/html');
    if (this.#deps.checkAnswers) assertDeclared(declaredBy, status, media, text);
    const { res } = this;
    res.statusCode = status;
    if (isData(media)) setDataSecurityHeaders(res);
    if (this.#deps.isDraining()) res.setHeader('Connection', 'close');
    const renewed = this.#renewedCookie();
    if (renewed !== undefined) res.setHeader('Set-Cookie', renewed);
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (cookies.length > 0) res.append('Set-Cookie', cookies);
    return media;
  }

  /** Sends content piece by piece, as fast as the client takes it, without an admission slot. */
  async #writeContent(response: HandlerResponse, { length, pieces, release }: ContentStream): Promise<void> {
    const { res, req } = this;
    try {
      this.#writeHead(response, this.operation, '');
      res.setHeader('Content-Length', length);
      if (req.method === 'HEAD') return void res.end();
      this.admissionSlot?.release();
      for await (const piece of pieces()) {
        if (!res.write(piece)) await waitForDrain(res);
        this.context.deadline = new Date(Date.now() + this.#deps.budgetMs);
      }
      res.end();
    } finally {
      release?.();
    }
  }

  #logRequest(name: string, status: number, durationMs: number): void {
    const { reason, operator } = this.res.locals as { reason?: string; operator?: string };
    this.#deps.log.info({
      event: status === CLIENT_CLOSED_REQUEST ? 'request-aborted' : 'request-completed',
      method: name,
      requestId: this.context.requestId,
      status,
      reason,
      operator,
      durationMs,
    });
  }
}

/** Maximum time in which a client takes no byte of a download. */
const MAX_STALL_MS = 60_000;

/** Resolves when the client has taken what was sent. @throws Problem CANCELLED when it is gone, or stalls for 60 s */
function waitForDrain(res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error): void => {
      clearTimeout(timer);
      res.off('drain', finish).off('close', onClose);
      if (error) reject(error);
      else resolve();
    };
    const onClose = (): void => finish(new Problem({ reason: 'CANCELLED', message: 'The client is gone.' }));
    const timer = setTimeout(() => res.destroy(), MAX_STALL_MS);
    res.on('drain', finish).on('close', onClose);
    if (res.destroyed) onClose();
  });
}

/** How long the rest of a refused body is read, so that the client can read the response. */
const DISCARD_MS = 10_000;

/** Discards the rest of a body after the response, and then ends the connection of a client that is still sending it. */
function discardRest(req: Request): void {
  if (req.complete || req.destroyed) return;
  const timer = setTimeout(() => req.socket.destroy(), DISCARD_MS).unref();
  req.on('error', () => undefined).once('close', () => clearTimeout(timer));
  req.resume();
}

/** Begins a trace: a client's own context could choose which requests are recorded. */
function startSpan(tracer: Tracer, { method }: Request, operation: Operation | undefined, name: string) {
  const attributes = { 'http.request.method': operation ? method : undefined, 'http.route': operation?.path };
  return tracer.start('server', operation ? `${method} ${operation.path}` : name, attributes, '');
}

function omitMembers(body: object, members: readonly string[]): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !members.includes(name)));
}

function assertDeclared(
  operation: Operation | undefined,
  status: number,
  media: string,
  text: string | undefined,
): void {
  const body: unknown = text !== undefined && media.endsWith('json') ? JSON.parse(text) : text;
  const mismatch = operation?.validateResponse(status, media, body);
  if (mismatch) throw new Problem({ reason: 'INTERNAL', message: mismatch, metadata: { exposed: 'true' } });
}
