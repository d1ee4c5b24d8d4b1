import { join } from 'node:path';
import { protoDir } from '@cups/contracts/proto';
import { env } from '@cups/process';

/** The settings of the gateway; the only reader of the environment. */
export function readConfig(source: NodeJS.ProcessEnv) {
  const read = env(source);
  const production = read.environment() === 'production';
  const publicOrigin = read.text('PUBLIC_ORIGIN', production ? undefined : '');
  if (publicOrigin && URL.parse(publicOrigin)?.origin !== publicOrigin) {
    throw new Error('PUBLIC_ORIGIN must be an origin such as https://cups.example, without a path.');
  }
  if (production && !publicOrigin.startsWith('https:')) {
    throw new Error('PUBLIC_ORIGIN must begin with https:// in production: a session would travel readable.');
  }
  const rate = (name: string, fallback: number) => read.number(`RATE_LIMIT_${name}_PER_MINUTE`, fallback, { min: 1 });
  return {
    /** Where the public face listens; port 0 takes any free one. */
    port: read.port('GATEWAY_PORT', 8080),
    host: read.text('GATEWAY_HOST', production ? '::' : '127.0.0.1'),
    /** Health, readiness and metrics, for the inside only. */
    operationsHost: read.listenHost(),
    httpPort: read.port('HTTP_PORT', 7106),
    /** Such as https://cups.example: cookies and the check of Origin follow it. Empty: plain http on this machine. */
    publicOrigin,
    /** Proxies in front whose X-Forwarded-For is believed. */
    trustProxy: read.number('TRUST_PROXY', 0, { min: 0, max: 10 }),
    /** Folder of keys: our private one and everybody's public ones, re-read when they change. */
    keysDir: read.path('CUPS_KEYS', '.cups/keys'),
    /** The OpenAPI document; the page for people lies beside it as home.html. */
    openapiFile: read.path('CUPS_OPENAPI', join(protoDir(), '..', 'apps', 'gateway', 'openapi.yaml')),
    addresses: {
      catalog: read.address('CATALOG_ADDRESS', '127.0.0.1:7001'),
      identity: read.address('IDENTITY_ADDRESS', '127.0.0.1:7002'),
      intake: read.address('INTAKE_ADDRESS', '127.0.0.1:7003'),
      bridge: read.address('AGENCY_BRIDGE_ADDRESS', '127.0.0.1:7004'),
      notifications: read.address('NOTIFICATIONS_ADDRESS', '127.0.0.1:7005'),
    },
    logLevel: read.text('LOG_LEVEL', 'info'),
    /** Milliseconds for a request and all calls that it causes. */
    budgetMs: read.number('REQUEST_BUDGET_MS', 10_000, { min: 100, max: 120_000 }),
    /** Requests that are answered at once, health and sign-out not counted; more are refused with OVERLOADED. */
    maxInFlight: read.number('MAX_IN_FLIGHT', 512, { min: 1, max: 10_000 }),
    /** Requests a minute, counted in each replica. */
    limits: {
      address: rate('ADDRESS', 3000),
      session: rate('SESSION', 600),
      /** Tracking numbers asked for, by one address and by all together. */
      tracking: rate('TRACKING', 20),
      trackingTotal: rate('TRACKING_TOTAL', 600),
    },
    /** For tests: answers are held against the document as well. */
    checkAnswers: read.flag('CUPS_CHECK_ANSWERS', false),
  };
}

export type Config = ReturnType<typeof readConfig>;
