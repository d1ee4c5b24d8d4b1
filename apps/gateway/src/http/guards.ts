import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { isUlid, isUuid } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { newTraceparent } from '@cups/service';

/** What a request has to pass before anything is done for it. */

/** A guard that rejects with a Problem. */
export type Guard = (req: Request, res: Response) => Promise<void>;

export interface Limits {
  address: Guard;
  /** Per session; the key is its id. */
  session: (sid: string) => Guard;
  tracking: Guard;
}

/** The four limits, each counted in windows of a minute in this process. */
export function openLimits(perMinute: {
  address: number;
  session: number;
  tracking: number;
  trackingTotal: number;
}): Limits {
  const byAddress = (req: Request) => ipKeyGenerator(req.ip ?? '');
  const sids = new WeakMap<Request, string>();
  const session = limit(perMinute.session, (req) => sids.get(req)!);
  const trackingOfAddress = limit(perMinute.tracking, byAddress);
  const trackingOfAll = limit(perMinute.trackingTotal, () => 'all');
  return {
    address: limit(perMinute.address, byAddress),
    session: (sid) => (req, res) => {
      sids.set(req, sid);
      return session(req, res);
    },
    async tracking(req, res) {
      await trackingOfAddress(req, res);
      await trackingOfAll(req, res);
    },
  };
}

function limit(perMinute: number, keyGenerator: (req: Request) => string): Guard {
  const windowMs = 60_000;
  const limiter: RequestHandler = rateLimit({
    windowMs,
    limit: perMinute,
    keyGenerator,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    handler: (req, _res, next) => {
      const { resetTime } = (req as Request & { rateLimit: { resetTime?: Date } }).rateLimit;
      const retryAfterMs = resetTime ? resetTime.getTime() - Date.now() : windowMs;
      next(new Problem({ reason: 'RATE_LIMITED', message: 'Too many requests.', retryAfterMs }));
    },
  });
  return (req, res) =>
    new Promise((resolve, reject) => {
      void limiter(req, res, (error?: unknown) => (error ? reject(error as Error) : resolve()));
    });
}

/**
 * Refuses what another site makes a browser send. A browser always says where a write comes from, by Sec-Fetch-Site or
 * Origin; a client that is no browser says neither and has no cookie by accident.
 * @param publicOrigin such as https://cups.example; when empty, the Host header says what our own origin is
 * @throws Problem CROSS_SITE_REQUEST
 */
export function refuseCrossSite(req: IncomingMessage, publicOrigin: string): void {
  const site = req.headers['sec-fetch-site'];
  const { origin, host } = req.headers;
  const foreign =
    (site !== undefined && site !== 'same-origin' && site !== 'none') ||
    (origin !== undefined && (publicOrigin ? origin !== publicOrigin : hostOf(origin) !== host));
  if (foreign) throw new Problem({ reason: 'CROSS_SITE_REQUEST', message: 'The request comes from another site.' });
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/** The request id of the caller when it is a UUID or ULID, otherwise a new one. */
export function requestIdOf(req: IncomingMessage): string {
  const given = req.headers['x-request-id'];
  return typeof given === 'string' && (isUuid(given) || isUlid(given)) ? given : randomUUID();
}

/** W3C Trace Context of the caller when it is well formed, otherwise a new one. */
export function traceparentOf(req: IncomingMessage): string {
  const given = req.headers['traceparent'];
  if (typeof given === 'string' && /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/.test(given))
    return given;
  return newTraceparent();
}
