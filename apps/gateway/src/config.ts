import { join } from 'node:path';
import { protoDir } from '@cups/contracts/proto';
import { env } from '@cups/service';

export interface Config {
  /** The public face; 0 takes any free port. */
  port: number;
  /** Address that the public face listens on. */
  host: string;
  /** Health, readiness and metrics, for the inside only. */
  httpPort: number;
  /** Such as https://cups.example: cookies and the check of Origin follow it. Empty: plain http under any name. */
  publicOrigin: string;
  /** Hops of proxies in front whose X-Forwarded-For is believed. */
  trustProxy: number;
  /** Folder of keys: our private one and everybody's public ones, re-read when they change. */
  keysDir: string;
  /** The OpenAPI document; the page for people lies beside it as home.html. */
  openapiFile: string;
  catalogAddress: string;
  identityAddress: string;
  intakeAddress: string;
  agencyBridgeAddress: string;
  notificationsAddress: string;
  logLevel: string;
  /** Milliseconds for a request and all calls that it causes. */
  budgetMs: number;
  /** Requests a minute, counted in each replica. */
  limits: { address: number; session: number; tracking: number; trackingTotal: number };
  /** For tests: answers are held against the document as well. */
  checkAnswers: boolean;
}

/** The settings of the gateway; the only reader of the environment. */
export function readConfig(source: NodeJS.ProcessEnv): Config {
  const read = env(source);
  const production = read.choice('CUPS_ENV', ['development', 'production'], 'development') === 'production';
  const publicOrigin = read.text('PUBLIC_ORIGIN', production ? undefined : 'any');
  if (publicOrigin !== 'any' && (!URL.canParse(publicOrigin) || new URL(publicOrigin).origin !== publicOrigin)) {
    throw new Error('PUBLIC_ORIGIN must be an origin such as https://cups.example, without a path.');
  }
  const rate = (name: string, fallback: number) => read.number(name, fallback, { min: 1, max: 10_000_000 });
  return {
    port: read.port('GATEWAY_PORT', 8080),
    host: read.text('GATEWAY_HOST', production ? '::' : '127.0.0.1'),
    httpPort: read.port('HTTP_PORT', 7106),
    publicOrigin: publicOrigin === 'any' ? '' : publicOrigin,
    trustProxy: read.number('TRUST_PROXY', 0, { min: 0, max: 10 }),
    keysDir: read.path('CUPS_KEYS', '.cups/keys'),
    openapiFile: read.path('CUPS_OPENAPI', join(protoDir(), '..', 'apps', 'gateway', 'openapi.yaml')),
    catalogAddress: read.address('CATALOG_ADDRESS', '127.0.0.1:7001'),
    identityAddress: read.address('IDENTITY_ADDRESS', '127.0.0.1:7002'),
    intakeAddress: read.address('INTAKE_ADDRESS', '127.0.0.1:7003'),
    agencyBridgeAddress: read.address('AGENCY_BRIDGE_ADDRESS', '127.0.0.1:7004'),
    notificationsAddress: read.address('NOTIFICATIONS_ADDRESS', '127.0.0.1:7005'),
    logLevel: read.text('LOG_LEVEL', 'info'),
    budgetMs: read.number('REQUEST_BUDGET_MS', 10_000, { min: 100, max: 120_000 }),
    limits: {
      address: rate('RATE_LIMIT_ADDRESS_PER_MINUTE', 3000),
      session: rate('RATE_LIMIT_SESSION_PER_MINUTE', 600),
      tracking: rate('RATE_LIMIT_TRACKING_PER_MINUTE', 20),
      trackingTotal: rate('RATE_LIMIT_TRACKING_TOTAL_PER_MINUTE', 600),
    },
    checkAnswers: read.flag('CUPS_CHECK_ANSWERS', false),
  };
}
