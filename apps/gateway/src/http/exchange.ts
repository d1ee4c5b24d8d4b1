import type { Request, Response } from 'express';
import type { Log, Metrics } from '@cups/contracts';
import { requestIdOf, traceparentOf } from '@cups/contracts/node';
import { Problem } from '@cups/problem';
import type { Reason } from '@cups/problem';
import type { CallContext } from '@cups/rpc';
import type { Config } from '../config.ts';
import type { Place } from './guards.ts';
import type { Answer, Operation } from './handler.ts';
import type { FileAnswer } from './page.ts';
import { problemAnswer, toProblem } from './problems.ts';
import { etagOfText, isKnown, prefersMinimal } from './sparing.ts';

export interface ExchangeParts extends Pick<Config, 'budgetMs' | 'checkAnswers'> {
  draining: () => boolean;
  log: Log;
  metrics: Metrics;
}

/** Answers hold no scripts; slips and sheets to print carry their styles. The page of the desk has a policy of its own. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const JSON_MEDIA = 'application/json';

/** Nobody was there any more to be answered; other servers count it under this number too. */
const GIVEN_UP = 499;

/** Begins exchanges that are counted in the same metrics. */
export function openExchanges(parts: ExchangeParts) {
  const requests = parts.metrics.counter('http_requests_total', 'Requests answered.', ['operation', 'status']);
  const seconds = parts.metrics.histogram('http_request_seconds', 'Time to answer.', ['operation']);
  const ended = (operation: string, status: number, durationMs: number): void => {
    requests.inc({ operation, status: String(status) });
    seconds.observe({ operation }, durationMs / 1000);
  };
  return (req: Request, res: Response, operation?: Operation, name = operation?.id ?? 'none') =>
    new Exchange(parts, ended, req, res, operation, name);
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
  place: Place | undefined;
  readonly #parts: ExchangeParts;
  #renewed: () => string | undefined = () => undefined;

  constructor(
    parts: ExchangeParts,
    ended: (operation: string, status: number, durationMs: number) => void,
    req: Request,
    res: Response,
    operation: Operation | undefined,
    /** In metrics and log. */
    name: string,
  ) {
    const start = performance.now();
    const abort = new AbortController();
    this.#parts = parts;
    this.req = req;
    this.res = res;
    this.operation = operation;
    this.context = {
      requestId: requestIdOf(req.headers['x-request-id']),
      deadline: new Date(Date.now() + parts.budgetMs),
      traceparent: traceparentOf(req.headers['traceparent']),
      signal: abort.signal,
    };
    res.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
    res.setHeader('X-Request-Id', this.context.requestId);
    res.setHeader('Cache-Control', 'no-store');
    res.on('close', () => {
      const durationMs = Math.round((performance.now() - start) * 10) / 10;
      const status = res.writableFinished ? res.statusCode : GIVEN_UP;
      if (!res.writableFinished) abort.abort();
      ended(name, status, durationMs);
      this.#tell(name, status, durationMs);
    });
  }

  /**
   * Waits for the client, which takes neither the request's place nor its time.
   * @throws Problem OVERLOADED when there is no place any more, and what the wait throws
   */
  async waitFor<T>(wait: () => Promise<T>): Promise<T> {
    this.place?.leave();
    const result = await wait();
    this.place?.enter();
    this.context.deadline = new Date(Date.now() + this.#parts.budgetMs);
    return result;
  }

  /** @param renewed Set-Cookie of the session, asked for when the answer goes out: what it sets by itself comes first */
  renewCookie(renewed: () => string | undefined): void {
    this.#renewed = renewed;
  }

  /** @throws Problem INTERNAL where answers are held against the document and this one does not fit; what `beforeShown` throws */
  async send(answer: Answer): Promise<void> {
    const spared = this.#spared(answer);
    if (spared.status !== 304) await answer.beforeShown?.();
    this.#write(spared, this.operation);
  }

  /** Answers with a file as it is. */
  sendFile({ status, headers, bytes }: FileAnswer): void {
    const { res } = this;
    res.statusCode = status;
    if (this.#parts.draining()) res.setHeader('Connection', 'close');
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (bytes) res.setHeader('Content-Length', bytes.length);
    res.end(bytes);
  }

  /** The answer, or less where the client has it already or does not want it. */
  #spared(answer: Answer): Answer {
    const { operation, req } = this;
    const { status = 200, headers = {}, body, mayBeMinimal } = answer;
    if (operation?.method === 'get' && status === 200 && body !== undefined) {
      const text = JSON.stringify(body);
      const tagged = Object.assign({}, headers);
      tagged['ETag'] ??= etagOfText(answer.untagged ? JSON.stringify(without(body as object, answer.untagged)) : text);
      if (operation.shared) tagged['Cache-Control'] = 'public, no-cache';
      if (isKnown(req, tagged['ETag'])) return { status: 304, headers: tagged };
      tagged['Content-Type'] = JSON_MEDIA;
      return { status, headers: tagged, text };
    }
    if (!mayBeMinimal || !prefersMinimal(req)) return answer;
    return { status: 204, headers: Object.assign({ 'Preference-Applied': 'return=minimal' }, headers) };
  }

  /** Answers with the problem that the error is; a fault of ours is told to the log under an id. */
  fail(error: unknown): void {
    const { requestId } = this.context;
    const { problem, errorId } = this.#told(error);
    if (this.res.headersSent) {
      this.res.destroy();
      return;
    }
    try {
      this.#write(problemAnswer(problem, { requestId, errorId, operation: this.operation }), this.operation);
    } catch (undeclared) {
      this.#failUndeclared(undeclared);
    }
  }

  /** Answers in another way than with the problem that the error is, for whoever reads none. */
  failAs(error: unknown, answerOf: (reason: Reason) => Answer): void {
    const { problem } = this.#told(error);
    if (this.res.headersSent) this.res.destroy();
    else this.#write(answerOf(problem.reason), undefined);
  }

  /** The error as a problem; a fault of ours is in the log by then. */
  #told(error: unknown): ReturnType<typeof toProblem> {
    const told = toProblem(error);
    this.res.locals['reason'] = told.problem.reason;
    if (told.errorId) {
      const { errorId } = told;
      const { requestId } = this.context;
      this.#parts.log.error({ event: 'request-failed', requestId, errorId, method: this.operation?.id, error });
    }
    return told;
  }

  /** A refusal that the document does not declare is itself a fault of ours; that one is held against nothing. */
  #failUndeclared(error: unknown): void {
    const { requestId } = this.context;
    const { problem, errorId } = toProblem(error);
    this.res.locals['reason'] = problem.reason;
    this.#parts.log.error({ event: 'request-failed', requestId, errorId, error });
    this.#write(problemAnswer(problem, { requestId, errorId }), undefined);
  }

  #write(
    { status = 200, headers = {}, cookies = [], body, text: given }: Answer,
    declaredBy: Operation | undefined,
  ): void {
    const media = headers['Content-Type'] ?? (given === undefined ? JSON_MEDIA : 'text/html');
    const text = given ?? (body === undefined ? undefined : JSON.stringify(body));
    if (this.#parts.checkAnswers) mustBeDeclared(declaredBy, status, media, text);
    const { res } = this;
    res.statusCode = status;
    if (this.#parts.draining()) res.setHeader('Connection', 'close');
    const renewed = this.#renewed();
    if (renewed !== undefined) res.setHeader('Set-Cookie', renewed);
    for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
    if (cookies.length > 0) res.append('Set-Cookie', cookies);
    if (text !== undefined) {
      res.setHeader('Content-Type', `${media}; charset=utf-8`);
      res.setHeader('Content-Length', Buffer.byteLength(text));
    }
    res.end(text);
  }

  #tell(name: string, status: number, durationMs: number): void {
    const { reason, operator } = this.res.locals as { reason?: string; operator?: string };
    this.#parts.log.info({
      event: status === GIVEN_UP ? 'request-given-up' : 'request',
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
function without(body: object, members: readonly string[]): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !members.includes(name)));
}

function mustBeDeclared(
  operation: Operation | undefined,
  status: number,
  media: string,
  text: string | undefined,
): void {
  const body: unknown = text !== undefined && media.endsWith('json') ? JSON.parse(text) : text;
  const wrong = operation?.checkAnswer(status, media, body);
  if (wrong) throw new Problem({ reason: 'INTERNAL', message: wrong, metadata: { told: 'true' } });
}
