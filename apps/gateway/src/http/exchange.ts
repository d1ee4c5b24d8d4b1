import type { Request, Response } from 'express';
import type { Log, Metrics } from '@cups/contracts';
import { ensureRequestId, ensureTraceparent } from '@cups/contracts/node';
import { Problem } from '@cups/problem';
import type { Reason } from '@cups/problem';
import type { CallContext } from '@cups/rpc';
import type { Config } from '../config.ts';
import type { AdmissionSlot } from './guards.ts';
import type { HandlerResponse, Operation } from './handler.ts';
import type { FileResponse } from './desk-page.ts';
import { problemResponse, toProblem } from './problems.ts';
import { etagOfText, matchesEtag, prefersMinimal } from './conditional-responses.ts';

export interface ExchangeDeps extends Pick<Config, 'budgetMs' | 'checkAnswers'> {
  isDraining: () => boolean;
  log: Log;
  metrics: Metrics;
}

/** Answers hold no scripts; slips and sheets to print carry their styles. The page of the desk has a policy of its own. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const JSON_MEDIA_TYPE = 'application/json';

/** Nobody was there any more to be answered; other servers count it under this number too. */
const CLIENT_CLOSED_REQUEST = 499;

/** Begins exchanges that are counted in the same metrics. */
export function createExchangeFactory(deps: ExchangeDeps) {
  const requests = deps.metrics.counter('http_requests_total', 'Requests answered.', ['operation', 'status']);
  const seconds = deps.metrics.histogram('http_request_seconds', 'Time to answer.', ['operation']);
  const recordEnd = (operation: string, status: number, durationMs: number): void => {
    requests.inc({ operation, status: String(status) });
    seconds.observe({ operation }, durationMs / 1000);
  };
  return (req: Request, res: Response, operation?: Operation, name = operation?.id ?? 'none') =>
    new Exchange(deps, recordEnd, req, res, operation, name);
}

/** One request and its one answer, from the first header to the line in the log. */
export class Exchange {
  readonly req: Request;
  readonly res: Response;
  /** Undefined for a path or a method that the document does not have. */
  readonly operation: Operation | undefined;
  /** Of every call that the request causes: it ends with the request's time, or when nobody waits any more. */
  readonly context: CallContext;
  /** Among the requests that are worked on; undefined for what is answered in an overload as well. */
  admissionSlot: AdmissionSlot | undefined;
  readonly #deps: ExchangeDeps;
  #renewedCookie: () => string | undefined = () => undefined;

  constructor(
    parts: ExchangeDeps,
    ended: (operation: string, status: number, durationMs: number) => void,
    req: Request,
    res: Response,
    operation: Operation | undefined,
    /** In metrics and log. */
    name: string,
  ) {
    const start = performance.now();
    const abort = new AbortController();
    this.#deps = parts;
    this.req = req;
    this.res = res;
    this.operation = operation;
    this.context = {
      requestId: ensureRequestId(req.headers['x-request-id']),
      deadline: new Date(Date.now() + parts.budgetMs),
      traceparent: ensureTraceparent(req.headers['traceparent']),
      signal: abort.signal,
    };
    res.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    res.setHeader('X-Request-Id', this.context.requestId);
    res.setHeader('Cache-Control', 'no-store');
    res.on('close', () => {
      const durationMs = Math.round((performance.now() - start) * 10) / 10;
      const status = res.writableFinished ? res.statusCode : CLIENT_CLOSED_REQUEST;
      if (!res.writableFinished) abort.abort();
      ended(name, status, durationMs);
      this.#logRequest(name, status, durationMs);
    });
  }

  /**
   * Waits for the client, which takes neither the request's place nor its time.
   * @throws Problem OVERLOADED when there is no place any more, and what the wait throws
   */
  async waitForClient<T>(wait: () => Promise<T>): Promise<T> {
    this.admissionSlot?.release();
    const result = await wait();
    this.admissionSlot?.acquire();
    this.context.deadline = new Date(Date.now() + this.#deps.budgetMs);
    return result;
  }

  /** @param renewed Set-Cookie of the session, asked for when the answer goes out: what it sets by itself comes first */
  renewCookie(renewed: () => string | undefined): void {
    this.#renewedCookie = renewed;
  }

  /** @throws Problem INTERNAL where answers are held against the document and this one does not fit; what `beforeShown` throws */
  async send(answer: HandlerResponse): Promise<void> {
    const spared = this.#minimizeResponse(answer);
    if (spared.status !== 304) await answer.beforeSend?.();
    this.#write(spared, this.operation);
  }

  /** Answers with a file as it is. */
  sendFile({ status, headers, bytes }: FileResponse): void {
    const { res } = this;
    res.statusCode = status;
    if (this.#deps.isDraining()) res.setHeader('Connection', 'close');
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (bytes) res.setHeader('Content-Length', bytes.length);
    res.end(bytes);
  }

  /** The answer, or less where the client has it already or does not want it. */
  #minimizeResponse(answer: HandlerResponse): HandlerResponse {
    const { operation, req } = this;
    const { status = 200, headers = {}, body, canBeMinimal: mayBeMinimal } = answer;
    if (operation?.method === 'get' && status === 200 && body !== undefined) {
      const text = JSON.stringify(body);
      const tagged = Object.assign({}, headers);
      tagged['ETag'] ??= etagOfText(
        answer.etagExcludedMembers ? JSON.stringify(omitMembers(body as object, answer.etagExcludedMembers)) : text,
      );
      if (operation.isShared) tagged['Cache-Control'] = 'public, no-cache';
      if (matchesEtag(req, tagged['ETag'])) return { status: 304, headers: tagged };
      tagged['Content-Type'] = JSON_MEDIA_TYPE;
      return { status, headers: tagged, text };
    }
    if (!mayBeMinimal || !prefersMinimal(req)) return answer;
    return { status: 204, headers: Object.assign({ 'Preference-Applied': 'return=minimal' }, headers) };
  }

  /** Answers with the problem that the error is; a fault of ours is told to the log under an id. */
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

  /** Answers in another way than with the problem that the error is, for whoever reads none. */
  failAs(error: unknown, toResponse: (reason: Reason) => HandlerResponse): void {
    const { problem } = this.#reportProblem(error);
    if (this.res.headersSent) this.res.destroy();
    else this.#write(toResponse(problem.reason), undefined);
  }

  /** The error as a problem; a fault of ours is in the log by then. */
  #reportProblem(error: unknown): ReturnType<typeof toProblem> {
    const told = toProblem(error);
    this.res.locals['reason'] = told.problem.reason;
    if (told.errorId) {
      const { errorId } = told;
      const { requestId } = this.context;
      this.#deps.log.error({ event: 'request-failed', requestId, errorId, method: this.operation?.id, error });
    }
    return told;
  }

  /** A refusal that the document does not declare is itself a fault of ours; that one is held against nothing. */
  #failUndeclared(error: unknown): void {
    const { requestId } = this.context;
    const { problem, errorId } = toProblem(error);
    this.res.locals['reason'] = problem.reason;
    this.#deps.log.error({ event: 'request-failed', requestId, errorId, error });
    this.#write(problemResponse(problem, { requestId, errorId }), undefined);
  }

  #write(
    { status = 200, headers = {}, cookies = [], body, text: given }: HandlerResponse,
    declaredBy: Operation | undefined,
  ): void {
    const media = headers['Content-Type'] ?? (given === undefined ? JSON_MEDIA_TYPE : 'text/html');
    const text = given ?? (body === undefined ? undefined : JSON.stringify(body));
    if (this.#deps.checkAnswers) assertDeclared(declaredBy, status, media, text);
    const { res } = this;
    res.statusCode = status;
    if (this.#deps.isDraining()) res.setHeader('Connection', 'close');
    const renewed = this.#renewedCookie();
    if (renewed !== undefined) res.setHeader('Set-Cookie', renewed);
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (cookies.length > 0) res.append('Set-Cookie', cookies);
    if (text !== undefined) {
      res.setHeader('Content-Type', `${media}; charset=utf-8`);
      res.setHeader('Content-Length', Buffer.byteLength(text));
    }
    res.end(text);
  }

  #logRequest(name: string, status: number, durationMs: number): void {
    const { reason, operator } = this.res.locals as { reason?: string; operator?: string };
    this.#deps.log.info({
      event: status === CLIENT_CLOSED_REQUEST ? 'request-given-up' : 'request',
      method: name,
      requestId: this.context.requestId,
      status,
      reason,
      operator,
      durationMs,
    });
  }
}

/** A copy of an answer without some of its members. */
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
  if (mismatch) throw new Problem({ reason: 'INTERNAL', message: mismatch, metadata: { told: 'true' } });
}
