import { join } from 'node:path';
import { addressSetting, httpPortSetting, PROCESS_SETTINGS } from '@cups/backend/settings';
import { protoDir } from '@cups/contracts/proto';
import { readSettings } from '@cups/process/settings';
import type { ConfigOf, Settings } from '@cups/process/settings';

const rateLimitSetting = <const Name extends string, const PerMinute extends number>(
  name: Name,
  perMinute: PerMinute,
  meaning: string,
) => ({ name: `RATE_LIMIT_${name}_PER_MINUTE`, type: 'number', min: 1, default: perMinute, meaning }) as const;

export const settings = {
  ...PROCESS_SETTINGS,
  httpPort: httpPortSetting(7106),
  publicPort: {
    name: 'GATEWAY_PORT',
    type: 'port',
    default: 8080,
    meaning: 'Port of the public server; 0 takes any free port.',
  },
  publicHost: {
    name: 'GATEWAY_HOST',
    type: 'text',
    default: '127.0.0.1',
    inProduction: '::',
    meaning: 'Listen address of the public server.',
  },
  publicOrigin: {
    name: 'PUBLIC_ORIGIN',
    type: 'origin',
    default: '',
    requiredInProduction: true,
    meaning:
      'Public URL, such as https://cups.example. Cookies and the Origin check depend on it. Empty: plain HTTP on this machine. In production it begins with https://.',
  },
  signInFormOrigins: {
    name: 'SIGN_IN_FORM_ORIGINS',
    type: 'list',
    default: [],
    meaning:
      'Origins to which an identity provider redirects a posted form, such as https://sign.example. Chrome blocks redirects to others. The origin of the provider itself is always included.',
  },
  cookieKeysFile: {
    name: 'SESSION_COOKIE_KEYS_FILE',
    type: 'text',
    default: '',
    meaning:
      'File with the cookie keys, for gateways only: a JWK set of one to three 256-bit keys with `use: enc`. The first key encrypts and all decrypt. Changes are read without a restart. Empty: `gateway-cookie.jwks` in KEYS_DIR.',
  },
  sessionIdleMs: {
    name: 'SESSION_IDLE_MINUTES',
    type: 'number',
    unit: 'minutes',
    min: 1,
    max: 480,
    default: 30,
    meaning: 'Idle time after which a session ends. Automatic requests of the page do not count.',
  },
  sessionCheckMs: {
    name: 'SESSION_CHECK_INTERVAL_MS',
    type: 'number',
    unit: 'ms',
    min: 100,
    max: 240_000,
    default: 120_000,
    meaning:
      'Interval of the session check with identity. Suspensions and role changes take effect after it while identity is up.',
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    type: 'number',
    min: 0,
    max: 10,
    default: 0,
    meaning: 'Number of trusted proxies for X-Forwarded-For.',
  },
  openapiFile: {
    name: 'OPENAPI_FILE',
    type: 'path',
    default: join(protoDir(), '..', 'apps', 'gateway', 'openapi.yaml'),
    meaning: 'Path of the OpenAPI document.',
  },
  deskDir: {
    name: 'DESK_DIR',
    type: 'path',
    default: join(protoDir(), '..', 'apps', 'desk', 'dist'),
    meaning: 'Folder of the built desk page. Without it the gateway serves the API only.',
  },
  deskServiceWorker: {
    name: 'DESK_SERVICE_WORKER',
    type: 'choice',
    choices: ['enabled', 'withdrawn'],
    default: 'enabled',
    meaning:
      'Whether browsers store the desk page, so that it opens without a network. `withdrawn` makes them delete the stored page at their next request, and keeps input.',
  },
  contractDir: {
    name: 'CONTRACT_DIR',
    type: 'path',
    default: join(protoDir(), '..', 'libs', 'agency-contract', 'dist'),
    meaning: 'Folder of the built agency contract site, served under /contract/.',
  },
  addresses: {
    catalog: addressSetting('catalog', 'CATALOG_ADDRESS', '127.0.0.1:7001'),
    identity: addressSetting('identity', 'IDENTITY_ADDRESS', '127.0.0.1:7002'),
    intake: addressSetting('intake', 'INTAKE_ADDRESS', '127.0.0.1:7003'),
    documents: addressSetting('documents', 'DOCUMENTS_ADDRESS', '127.0.0.1:7007'),
    bridge: addressSetting('agency-bridge', 'AGENCY_BRIDGE_ADDRESS', '127.0.0.1:7004'),
    notifications: addressSetting('notifications', 'NOTIFICATIONS_ADDRESS', '127.0.0.1:7005'),
    journal: addressSetting('journal', 'JOURNAL_ADDRESS', '127.0.0.1:7008'),
  },
  budgetMs: {
    name: 'REQUEST_BUDGET_MS',
    type: 'number',
    unit: 'ms',
    min: 100,
    max: 120_000,
    default: 10_000,
    meaning: 'Time budget of a request with all calls that it causes.',
  },
  lameDuckMs: {
    name: 'LAME_DUCK_MS',
    type: 'number',
    unit: 'ms',
    min: 0,
    max: 10_000,
    default: 0,
    meaning:
      'Time in which a stopping gateway still answers on open connections and asks clients to close them. So it closes no connection under an arriving request. 0, as on one machine: idle connections are closed immediately.',
  },
  maxInFlight: {
    name: 'MAX_IN_FLIGHT',
    type: 'number',
    min: 1,
    max: 10_000,
    default: 512,
    meaning:
      'Maximum number of running requests, without health, sign-out and files of the page; further ones are refused with OVERLOADED.',
  },
  maxInFlightPerAddress: {
    name: 'MAX_IN_FLIGHT_PER_ADDRESS',
    type: 'number',
    min: 1,
    max: 10_000,
    default: 128,
    meaning:
      'Maximum number of running requests of one address (after TRUST_PROXY); further ones are refused with OVERLOADED. Requests that wait for a body do not count.',
  },
  maxBodies: {
    name: 'MAX_UNFINISHED_BODIES',
    type: 'number',
    min: 8,
    max: 100_000,
    default: 1024,
    meaning:
      'Maximum number of request bodies in transit, one eighth of them from one address; further ones are refused with OVERLOADED.',
  },
  maxBodyBytes: {
    name: 'MAX_UNFINISHED_BODY_BYTES',
    type: 'number',
    min: 4_194_304,
    max: 1_073_741_824,
    default: 33_554_432,
    meaning: 'Maximum number of bytes of request bodies in transit, one eighth of them from one address.',
  },
  maxUploads: {
    name: 'MAX_UPLOADS',
    type: 'number',
    min: 1,
    max: 10_000,
    default: 256,
    meaning:
      'Maximum number of document uploads in transit, each with about 0.3 MiB of memory; further ones are refused with OVERLOADED and continue later.',
  },
  maxDownloads: {
    name: 'MAX_DOWNLOADS',
    type: 'number',
    min: 1,
    max: 10_000,
    default: 64,
    meaning:
      'Maximum number of document downloads in transit, each with about 2 MiB of memory; further ones are refused with OVERLOADED.',
  },
  limits: {
    address: rateLimitSetting(
      'ADDRESS',
      3000,
      'Maximum number of requests per minute and address in each replica, without files of the page.',
    ),
    page: rateLimitSetting('PAGE', 3000, 'Maximum number of files of the page per minute and address in each replica.'),
    session: rateLimitSetting('SESSION', 600, 'Maximum number of requests per minute and session in each replica.'),
    agency: rateLimitSetting(
      'AGENCY',
      1200,
      'Maximum number of requests of the systems of one agency per minute in each replica.',
    ),
    signIn: rateLimitSetting('SIGN_IN', 120, 'Maximum number of sign-in steps per minute and address in each replica.'),
    tracking: rateLimitSetting(
      'TRACKING',
      20,
      'Maximum number of unknown tracking numbers per minute and address (IPv6: a /64 network) in each replica, and of taken ones that a session proposes for new applications.',
    ),
    trackingTotal: rateLimitSetting(
      'TRACKING_TOTAL',
      600,
      'Number of unknown or taken tracking numbers per minute of all addresses in each replica, from which on further misses are delayed. None is refused.',
    ),
  },
  checkAnswers: {
    name: 'VALIDATE_RESPONSES',
    type: 'flag',
    default: false,
    meaning: 'For tests: validates responses against the OpenAPI document too.',
  },
} as const satisfies Settings;

export type Config = ConfigOf<typeof settings>;

/** @throws Error naming the invalid setting, in one sentence */
export function readConfig(variables: NodeJS.ProcessEnv): Config {
  const config = readSettings(settings, variables);
  if (config.environment === 'production' && !config.publicOrigin.startsWith('https:')) {
    throw new Error('PUBLIC_ORIGIN must begin with https:// in production, so that sessions are encrypted in transit.');
  }
  for (const origin of config.signInFormOrigins) {
    if (URL.parse(origin)?.origin !== origin)
      throw new Error('SIGN_IN_FORM_ORIGINS must hold origins, such as https://sign.example.');
  }
  return config;
}
