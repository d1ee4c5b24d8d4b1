import type { IncomingMessage } from 'node:http';
import type { Request, Response } from 'express';
import { ipKeyGenerator, rateLimit } from 'express-rate-limit';
import { Problem } from '@cups/problem';
import type { Metrics } from '@cups/contracts';
import type { Config } from '../config.ts';

/** What a request has to pass before anything is done for it. */

/** The limits, counted in windows of a minute in this process. Each rejects with a Problem RATE_LIMITED. */
export function openLimits(perMinute: Config['limits']) {
  const byAddress = (req: Request) => ipKeyGenerator(req.ip ?? '');
  const [address, session, page] = [limit(perMinute.address), limit(perMinute.session), limit(perMinute.page)];
  const signIn = limit(perMinute.signIn);
  const [tracking, trackingTotal] = [limit(perMinute.tracking), limit(perMinute.trackingTotal)];
  return {
    address: (req: Request, res: Response) => address(byAddress(req), req, res),
    session,
    page: (req: Request, res: Response) => page(byAddress(req), req, res),
    signIn: (req: Request, res: Response) => signIn(byAddress(req), req, res),
    /** For tracking numbers: of one address, and of all together. */
    async tracking(req: Request, res: Response): Promise<void> {
      await tracking(byAddress(req), req, res);
      await trackingTotal('all', req, res);
    },
  };
}

export type Limits = ReturnType<typeof openLimits>;

function limit(perMinute: number) {
  const windowMs = 60_000;
  const keys = new WeakMap<Request, string>();
  const limiter = rateLimit({
    windowMs,
    limit: perMinute,
    keyGenerator: (req) => keys.get(req)!,
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
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
 * Counts the requests that are being answered. The returned function counts one more, until its answer is sent or given up.
 * It throws a Problem OVERLOADED, with a time to wait, when there are `max`.
 */
export function openAdmission(max: number, metrics: Metrics): (res: Response) => void {
  let running = 0;
  metrics.gauge('http_in_flight', 'Requests that are being answered.', [], (gauge) => gauge.set(running));
  return (res) => {
    if (running >= max) {
      // Spread out, so that those who were refused together do not come back together.
      const retryAfterMs = 1000 + Math.floor(Math.random() * 2000);
      throw new Problem({ reason: 'OVERLOADED', message: 'Too many requests at once.', retryAfterMs });
    }
    running++;
    res.once('close', () => running--);
  };
}

/**
 * Refuses what another site makes a browser send: a browser says where a write comes from, by Sec-Fetch-Site or Origin; a
 * client that is no browser says neither, and sends no cookie by accident.
 * @param publicOrigin such as https://cups.example; the host that a request names is nobody's word, so it opens nothing
 * @throws Problem CROSS_SITE_REQUEST
 */
export function refuseCrossSite({ headers, socket }: IncomingMessage, publicOrigin: string): void {
  const { origin, 'sec-fetch-site': site = 'none' } = headers;
  const sameSite = site === 'same-origin' || site === 'none';
  if (sameSite && (origin === undefined || originsOf(publicOrigin, socket.localPort).includes(origin))) return;
  throw new Problem({ reason: 'CROSS_SITE_REQUEST', message: 'The request comes from another site.' });
}

/**
 * Refuses what a browser asks for as part of another page, in a frame or as an image: a sign-in is a page of its own.
 * @throws Problem CROSS_SITE_REQUEST
 */
export function refuseUnlessDocument({ headers }: IncomingMessage): void {
  if ((headers['sec-fetch-dest'] ?? 'document') === 'document') return;
  throw new Problem({ reason: 'CROSS_SITE_REQUEST', message: 'A sign-in is no part of another page.' });
}

/** The origin that a browser sees: the configured one; of this machine, the name by which it came. */
export function originOf({ headers, socket }: IncomingMessage, publicOrigin: string): string {
  const ours = originsOf(publicOrigin, socket.localPort);
  return ours.find((origin) => origin === `http://${headers.host}`) ?? ours[0]!;
}

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** The configured origin; where that is this machine, or none is configured, this machine by each of its names. */
function originsOf(publicOrigin: string, port = 80): string[] {
  const configured = publicOrigin ? new URL(publicOrigin) : new URL(`http://localhost:${port}`);
  if (configured.protocol !== 'http:' || !LOOPBACK.includes(configured.hostname)) return [publicOrigin];
  const suffix = configured.port && `:${configured.port}`;
  return LOOPBACK.map((host) => `http://${host}${suffix}`);
}
