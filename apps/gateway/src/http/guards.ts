import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { Problem } from '@cups/problem';
import type { Reason } from '@cups/problem';
import type { Config } from '../config.ts';

/** Guards that a request must pass before any work is done for it. */

/** Returns the client address for rate limits; IPv6 clients are grouped by /56. */
export const clientAddressOf = (req: Request): string => ipKeyGenerator(req.ip ?? '');

/** A client that guesses tracking numbers controls at least one /64 network. */
const trackingClientOf = (req: Request): string => ipKeyGenerator(req.ip ?? '', 64);

/** Creates the rate limits: one-minute windows in this process. Each rejects with Problem RATE_LIMITED. */
export function createRateLimits(perMinute: Config['limits']) {
  const [address, session, page] = [
    createRateLimit(perMinute.address),
    createRateLimit(perMinute.session),
    createRateLimit(perMinute.page),
  ];
  const agency = createRateLimit(perMinute.agency);
  const signIn = createRateLimit(perMinute.signIn);
  const tracking = createRateLimit(perMinute.tracking, isTrackingMiss);
  const takenNumbers = createRateLimit(perMinute.tracking, isTakenNumber);
  return {
    address: (req: Request, res: Response) => address(clientAddressOf(req), req, res),
    session,
    agency,
    page: (req: Request, res: Response) => page(clientAddressOf(req), req, res),
    signIn: (req: Request, res: Response) => signIn(clientAddressOf(req), req, res),
    /** Limits tracking misses per address. */
    tracking: (req: Request, res: Response) => tracking(trackingClientOf(req), req, res),
    /** Limits proposed tracking numbers that are taken, per session: colleagues share an address. */
    takenNumbers,
  };
}

export type RateLimits = ReturnType<typeof createRateLimits>;

/** The reason of a response that reveals that a tracking number exists. */
export const TAKEN_NUMBER: Reason = 'TRACKING_NUMBER_TAKEN';

const isTakenNumber = (res: Response): boolean => res.locals['reason'] === TAKEN_NUMBER;
const isTrackingMiss = (res: Response): boolean => res.statusCode === 404;

/** @param countsResponse whether a finished request counts, by its response; unfinished requests always count */
function createRateLimit(perMinute: number, countsResponse?: (res: Response) => boolean) {
  const windowMs = 60_000;
  const keys = new WeakMap<Request, string>();
  const limiter = rateLimit({
    windowMs,
    limit: perMinute,
    keyGenerator: (req) => keys.get(req)!,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    skipSuccessfulRequests: countsResponse !== undefined,
    requestWasSuccessful: (_req, res) => !countsResponse?.(res as Response),
    handler(req, _res, next) {
      const { resetTime } = (req as Request & { rateLimit: { resetTime?: Date } }).rateLimit;
      const retryAfterMs = resetTime ? resetTime.getTime() - Date.now() : windowMs;
      next(new Problem({ reason: 'RATE_LIMITED', message: 'Too many requests.', retryAfterMs }));
    },
  });
  return (key: string, req: Request, res: Response) =>
    new Promise<void>((resolve, reject) => {
      keys.set(req, key);
      void limiter(req, res, (error?: unknown) => (error ? reject(error as Error) : resolve()));
    });
}

/**
 * Rejects requests that another site makes a browser send, reads and links included, because the session cookie goes
 * along.
 * Browsers name the origin in Sec-Fetch-Site or Origin. Other clients send neither, and no cookie by accident.
 * @param publicOrigin such as https://cups.example; the Host header is not trusted
 * @throws Problem CROSS_SITE_REQUEST
 */
export function assertSameSite({ headers, socket }: IncomingMessage, publicOrigin: string): void {
  const { origin, 'sec-fetch-site': site = 'none' } = headers;
  const sameSite = site === 'same-origin' || site === 'none';
  if (sameSite && (origin === undefined || allowedOrigins(publicOrigin, socket.localPort).includes(origin))) return;
  throw new Problem({ reason: 'CROSS_SITE_REQUEST', message: 'The request was sent by another site.' });
}

/** Headers of which Node takes the first value, while a proxy in front may take another. */
const SINGLE_VALUE_HEADERS = ['host', 'content-type'];

/** @throws Problem INVALID_ARGUMENT for a repeated single-value header */
export function assertNoDuplicateHeaders({ rawHeaders }: IncomingMessage): void {
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  const duplicate = SINGLE_VALUE_HEADERS.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (duplicate !== undefined) {
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: `The header ${duplicate} occurs more than once.` });
  }
}

/**
 * Rejects requests for a frame or a subresource: sign-in pages must be top-level documents.
 * @throws Problem CROSS_SITE_REQUEST
 */
export function assertDocumentRequest({ headers }: IncomingMessage): void {
  if ((headers['sec-fetch-dest'] ?? 'document') === 'document') return;
  throw new Problem({ reason: 'CROSS_SITE_REQUEST', message: 'A sign-in cannot be embedded in another page.' });
}

/** Returns the origin that a browser sees: the configured one or, on localhost, the requested name. */
export function resolveOrigin({ headers, socket }: IncomingMessage, publicOrigin: string): string {
  const allowed = allowedOrigins(publicOrigin, socket.localPort);
  return allowed.find((origin) => origin === `http://${headers.host}`) ?? allowed[0]!;
}

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** Returns the allowed origins. For localhost, or without a configured origin, these are all names of localhost. */
function allowedOrigins(publicOrigin: string, port = 80): string[] {
  const configured = publicOrigin ? new URL(publicOrigin) : new URL(`http://localhost:${port}`);
  if (configured.protocol !== 'http:' || !LOOPBACK_HOSTS.includes(configured.hostname)) return [publicOrigin];
  const suffix = configured.port && `:${configured.port}`;
  return LOOPBACK_HOSTS.map((host) => `http://${host}${suffix}`);
}
