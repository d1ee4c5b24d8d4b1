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
    meaning: 'Port of the public face; 0 takes any free one.',
  },
  publicHost: {
    name: 'GATEWAY_HOST',
    type: 'text',
    default: '127.0.0.1',
    inProduction: '::',
    meaning: 'Where the public face listens.',
  },
  publicOrigin: {
    name: 'PUBLIC_ORIGIN',
    type: 'origin',
    default: '',
    requiredInProduction: true,
    meaning:
      'Such as https://cups.example: cookies and the check of Origin follow it. Empty: plain http on this machine. In production it begins with https://.',
  },
  signInFormOrigins: {
    name: 'SIGN_IN_FORM_ORIGINS',
    type: 'list',
    default: [],
    meaning:
      'Origins to which an identity provider leads on a form that a browser has posted to it, such as https://sign.example: Chrome refuses to follow to others. The origin of the provider itself counts anyway.',
  },
  cookieKeysFile: {
    name: 'SESSION_COOKIE_KEYS_FILE',
    type: 'text',
    default: '',
    meaning:
      'File of the keys of cookies, which gateways alone have: a JWK set of one to three keys of 256 bits with `use: enc`, the first encrypts, all decrypt. Read again when it changes; empty: `gateway-cookie.jwks` in CUPS_KEYS.',
  },
  sessionIdleMs: {
    name: 'SESSION_IDLE_MINUTES',
    type: 'number',
    unit: 'minutes',
    min: 1,
    max: 480,
    default: 30,
    meaning:
      'A session of which nobody has asked for anything for so long has ended; what a page asks by itself does not count.',
  },
  sessionCheckMs: {
    name: 'SESSION_CHECK_MS',
    type: 'number',
    unit: 'ms',
    min: 100,
    max: 240_000,
    default: 120_000,
    meaning:
      'How long a word of identity on a session holds: a suspension, or a change of roles, counts after that while identity is up.',
  },
  trustProxy: {
    name: 'TRUST_PROXY',
    type: 'number',
    min: 0,
    max: 10,
    default: 0,
    meaning: 'Proxies in front whose X-Forwarded-For is believed.',
  },
  openapiFile: {
    name: 'CUPS_OPENAPI',
    type: 'path',
    default: join(protoDir(), '..', 'apps', 'gateway', 'openapi.yaml'),
    meaning: 'The OpenAPI document.',
  },
  deskDir: {
    name: 'DESK_DIR',
    type: 'path',
    default: join(protoDir(), '..', 'apps', 'desk', 'dist'),
    meaning: 'Folder of the built page of the desk; without it the interface for programs serves alone.',
  },
  contractDir: {
    name: 'CONTRACT_DIR',
    type: 'path',
    default: join(protoDir(), '..', 'libs', 'agency-contract', 'dist'),
    meaning: 'Folder of the built site of the agency contract, served under /contract/.',
  },
  addresses: {
    catalog: addressSetting('catalog', 'CATALOG_ADDRESS', '127.0.0.1:7001'),
    identity: addressSetting('identity', 'IDENTITY_ADDRESS', '127.0.0.1:7002'),
    intake: addressSetting('intake', 'INTAKE_ADDRESS', '127.0.0.1:7003'),
    bridge: addressSetting('agency-bridge', 'AGENCY_BRIDGE_ADDRESS', '127.0.0.1:7004'),
    notifications: addressSetting('notifications', 'NOTIFICATIONS_ADDRESS', '127.0.0.1:7005'),
  },
  budgetMs: {
    name: 'REQUEST_BUDGET_MS',
    type: 'number',
    unit: 'ms',
    min: 100,
    max: 120_000,
    default: 10_000,
    meaning: 'How long a request and all calls that it causes may take.',
  },
  lameDuckMs: {
    name: 'LAME_DUCK_MS',
    type: 'number',
    unit: 'ms',
    min: 0,
    max: 10_000,
    default: 0,
    meaning:
      'How long a gateway that stops still answers on connections that are open, asking each time that they be closed, so that none is closed under a request that is just coming. 0, as on one machine: it closes idle ones at once.',
  },
  maxInFlight: {
    name: 'MAX_IN_FLIGHT',
    type: 'number',
    min: 1,
    max: 10_000,
    default: 512,
    meaning:
      'Requests that are answered at once; health, sign-out and files of the page not counted; more are refused with OVERLOADED.',
  },
  maxInFlightPerAddress: {
    name: 'MAX_IN_FLIGHT_PER_ADDRESS',
    type: 'number',
    min: 1,
    max: 10_000,
    default: 128,
    meaning:
      'Requests of one address (after TRUST_PROXY) that are answered at once; more are refused with OVERLOADED. Waiting for a body does not count.',
  },
  maxBodies: {
    name: 'MAX_UNFINISHED_BODIES',
    type: 'number',
    min: 8,
    max: 100_000,
    default: 1024,
    meaning:
      'Bodies of requests that may be arriving at once, an eighth of them from one address; more are refused with OVERLOADED.',
  },
  maxBodyBytes: {
    name: 'MAX_UNFINISHED_BODY_BYTES',
    type: 'number',
    min: 4_194_304,
    max: 1_073_741_824,
    default: 33_554_432,
    meaning: 'Bytes of bodies that are arriving, held at once, an eighth of them from one address.',
  },
  limits: {
    address: rateLimitSetting(
      'ADDRESS',
      3000,
      'Requests a minute from one address, files of the page not counted, in each replica.',
    ),
    page: rateLimitSetting(
      'PAGE',
      3000,
      'Files of the page that one address may fetch in a minute, counted in each replica.',
    ),
    session: rateLimitSetting('SESSION', 600, 'Requests a minute under one session, counted in each replica.'),
    signIn: rateLimitSetting(
      'SIGN_IN',
      120,
      'Steps of sign-ins at an identity provider that one address may make in a minute, counted in each replica.',
    ),
    tracking: rateLimitSetting(
      'TRACKING',
      20,
      'Tracking numbers that nobody holds which one address (IPv6: a network of /64) may try in a minute, counted in each replica.',
    ),
    trackingTotal: rateLimitSetting(
      'TRACKING_TOTAL',
      600,
      'Tracking numbers that nobody holds, of all addresses in a minute, from which on each further miss is answered later; nobody is refused by it. Counted in each replica.',
    ),
  },
  checkAnswers: {
    name: 'CUPS_CHECK_ANSWERS',
    type: 'flag',
    default: false,
    meaning: 'For tests: answers are held against the OpenAPI document as well.',
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
