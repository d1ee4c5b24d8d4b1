import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { Problem } from '@cups/problem';
import type { Metrics } from '@cups/contracts';
import type { Config } from '../config.ts';

/** What a request has to pass before anything is done for it. */

/** The address of a client, as limits count it: a network of /56 where it is IPv6. */
export const clientAddressOf = (req: Request): string => ipKeyGenerator(req.ip ?? '');

/** Whoever guesses tracking numbers has a network of /64 at least. */
const trackingClientOf = (req: Request): string => ipKeyGenerator(req.ip ?? '', 64);

/** The limits, counted in windows of a minute in this process. Each rejects with a Problem RATE_LIMITED. */
export function createRateLimits(perMinute: Config['limits']) {
  const [address, session, page] = [
    createRateLimit(perMinute.address),
    createRateLimit(perMinute.session),
    createRateLimit(perMinute.page),
  ];
  const signIn = createRateLimit(perMinute.signIn);
  const tracking = createRateLimit(perMinute.tracking, isTrackingMiss);
  return {
    address: (req: Request, res: Response) => address(clientAddressOf(req), req, res),
    session,
    page: (req: Request, res: Response) => page(clientAddressOf(req), req, res),
    signIn: (req: Request, res: Response) => signIn(clientAddressOf(req), req, res),
    /** For tracking numbers: one address may miss so often. */
    tracking: (req: Request, res: Response) => tracking(trackingClientOf(req), req, res),
  };
}

export type RateLimits = ReturnType<typeof createRateLimits>;

/** A number that nobody holds. */
const isTrackingMiss = (res: Response): boolean => res.statusCode === 404;

/** @param countsResponse whether a request counts by its answer; until it is answered, every one does */
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

/** The place of one request among those that are worked on. Free for others at the latest when its answer is sent or given up. */
export interface AdmissionSlot {
  /** Frees the place while the request waits for something that costs no work. */
  release(): void;
  /** @throws Problem OVERLOADED, with a time to wait, when there is no place now */
  acquire(): void;
}

/**
 * Counts the requests that are worked on, in all and of each address. The returned function gives one more its place.
 * @throws Problem OVERLOADED, from the returned function, as `Place.enter`
 */
export function createAdmission(
  { maxInFlight, maxInFlightPerAddress }: Pick<Config, 'maxInFlight' | 'maxInFlightPerAddress'>,
  metrics: Metrics,
): (req: Request, res: Response) => AdmissionSlot {
  let running = 0;
  const byAddress = new Map<string, number>();
  metrics.gauge('http_in_flight', 'Requests that are being answered.', [], (gauge) => gauge.set(running));
  return (req, res) => {
    const address = clientAddressOf(req);
    let isAdmitted = false;
    const slot: AdmissionSlot = {
      acquire() {
        // Who has gone needs no place, and would not give it back.
        if (isAdmitted || res.closed) return;
        const own = byAddress.get(address) ?? 0;
        if (running >= maxInFlight) throw overloaded('Too many requests at once.');
        if (own >= maxInFlightPerAddress) throw overloaded('Too many requests at once from this address.');
        isAdmitted = true;
        running++;
        byAddress.set(address, own + 1);
      },
      release() {
        if (!isAdmitted) return;
        isAdmitted = false;
        running--;
        const own = byAddress.get(address)! - 1;
        if (own > 0) byAddress.set(address, own);
        else byAddress.delete(address);
      },
    };
    slot.acquire();
    res.once('close', () => slot.release());
    return slot;
  };
}

/** A refusal with a time to wait. */
export function overloaded(message: string): Problem {
  // Spread out, so that those who were refused together do not come back together.
  const retryAfterMs = 1000 + Math.floor(Math.random() * 2000);
  return new Problem({ reason: 'OVERLOADED', message, retryAfterMs });
}

/**
 * Refuses what another site makes a browser send, a read and a link that is followed as well: the cookie of a session goes along with
 * those. A browser says where a request comes from, by Sec-Fetch-Site or Origin; a client that is no browser says neither, and sends
 * no cookie by accident.
 * @param publicOrigin such as https://cups.example; the host that a request names is nobody's word, so it opens nothing
 * @throws Problem CROSS_SITE_REQUEST
 */
export function assertSameSite({ headers, socket }: IncomingMessage, publicOrigin: string): void {
  const { origin, 'sec-fetch-site': site = 'none' } = headers;
  const sameSite = site === 'same-origin' || site === 'none';
  if (sameSite && (origin === undefined || allowedOrigins(publicOrigin, socket.localPort).includes(origin))) return;
  throw new Problem({ reason: 'CROSS_SITE_REQUEST', message: 'The request comes from another site.' });
}

/** Headers of which Node takes the first and passes over the others, which a proxy in front may take instead. */
const SINGLE_VALUE_HEADERS = ['host', 'content-type'];

/** @throws Problem INVALID_ARGUMENT for a header that comes twice and has one meaning only */
export function assertNoDuplicateHeaders({ rawHeaders }: IncomingMessage): void {
  const names = rawHeaders.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase());
  const duplicate = SINGLE_VALUE_HEADERS.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (duplicate !== undefined) {
    throw new Problem({ reason: 'INVALID_ARGUMENT', message: `The header ${duplicate} comes twice.` });
  }
}

/**
 * Refuses what a browser asks for as part of another page, in a frame or as an image: a sign-in is a page of its own.
 * @throws Problem CROSS_SITE_REQUEST
 */
export function assertDocumentRequest({ headers }: IncomingMessage): void {
  if ((headers['sec-fetch-dest'] ?? 'document') === 'document') return;
  throw new Problem({ reason: 'CROSS_SITE_REQUEST', message: 'A sign-in is no part of another page.' });
}

/** The origin that a browser sees: the configured one; of this machine, the name by which it came. */
export function resolveOrigin({ headers, socket }: IncomingMessage, publicOrigin: string): string {
  const allowed = allowedOrigins(publicOrigin, socket.localPort);
  return allowed.find((origin) => origin === `http://${headers.host}`) ?? allowed[0]!;
}

const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** The configured origin; where that is this machine, or none is configured, this machine by each of its names. */
function allowedOrigins(publicOrigin: string, port = 80): string[] {
  const configured = publicOrigin ? new URL(publicOrigin) : new URL(`http://localhost:${port}`);
  if (configured.protocol !== 'http:' || !LOOPBACK_HOSTS.includes(configured.hostname)) return [publicOrigin];
  const suffix = configured.port && `:${configured.port}`;
  return LOOPBACK_HOSTS.map((host) => `http://${host}${suffix}`);
}
