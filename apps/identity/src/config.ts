import {
  GRPC_SETTINGS,
  dataDirSetting,
  grpcPortSetting,
  httpPortSetting,
  PERSON_HASH_KEYS_SETTING,
  PROCESS_SETTINGS,
  RETENTION_CONFIRMED_SETTING,
  retentionSetting,
  STORED_BACKEND_SETTINGS,
  timerPollSetting,
} from '@cups/backend/settings';
import { dataKeySettings } from '@cups/data-keys/settings';
import { readSettings } from '@cups/process/settings';
import type { ConfigOf, Settings } from '@cups/process/settings';
import { MPOWER } from './mpower/settings.ts';
import { SIGN_IN } from './signin/settings.ts';

const codeMailSetting = <const Name extends string, const PerHour extends number>(
  name: Name,
  perHour: PerHour,
  whose: string,
) =>
  ({
    name: `MAX_CODE_MAILS_PER_${name}`,
    type: 'number',
    min: 1,
    max: 10_000,
    default: perHour,
    meaning: `Maximum number of emails with one-time codes ${whose} in an hour of the clock.`,
  }) as const;

export const settings = {
  ...PROCESS_SETTINGS,
  ...STORED_BACKEND_SETTINGS,
  ...GRPC_SETTINGS,
  grpcPort: grpcPortSetting(7002),
  httpPort: httpPortSetting(7102),
  timerPollMs: timerPollSetting(15_000),
  dataDir: dataDirSetting('centres and agencies are in `centres` and `agencies`. Changes are read without a restart.'),
  agencyKeysDir: {
    name: 'AGENCY_KEYS_DIR',
    type: 'path',
    optional: true,
    meaning:
      'Folder with public keys of agencies besides those in their files: `<code>.jwks.json`, each a JWK set. Changes are read without a restart. Empty: only the keys in `REGISTRY_DIR`.',
  },
  providers: {
    name: 'IDENTITY_PROVIDERS',
    type: 'list',
    default: [],
    meaning:
      'Identity providers: `local`, `mpass` (SAML 2.0), `oidc`. Without any, nobody can sign in. Production refuses `local`.',
  },
  personKeysFile: {
    name: 'PERSON_KEYS_FILE',
    type: 'text',
    default: '',
    meaning:
      'File with the keys of personal numbers of staff: a JWK set of 256-bit keys. The first key of `use: enc` encrypts and all of them decrypt. The keys of `use: sig` (one, or two during a rotation) compute the search hash. Changes are read without a restart. Empty: `identity-persons.jwks` in KEYS_DIR.',
  },
  ...dataKeySettings({ prefix: 'IDENTITY_KEYS', service: 'identity', owner: 'mandate' }),
  personHashKeysFile: PERSON_HASH_KEYS_SETTING,
  sessionMs: {
    name: 'SESSION_LIFETIME_MINUTES',
    type: 'number',
    unit: 'minutes',
    min: 1,
    max: 480,
    default: 480,
    meaning: 'Lifetime of a session, at most 8 hours.',
  },
  sessionsPerOperator: {
    name: 'MAX_SESSIONS_PER_OPERATOR',
    type: 'number',
    min: 1,
    max: 100,
    default: 5,
    meaning: 'Maximum number of concurrent sessions of one operator; the oldest end first.',
  },
  sessionSweepMs: {
    name: 'SESSION_SWEEP_INTERVAL_MS',
    type: 'number',
    unit: 'ms',
    min: 50,
    max: 3_600_000,
    default: 60_000,
    meaning: 'Interval of the deletion of expired sessions.',
  },
  syncMs: {
    name: 'CENTRE_SYNC_INTERVAL_MS',
    type: 'number',
    unit: 'ms',
    min: 50,
    max: 3_600_000,
    default: 30_000,
    meaning: 'Interval of the comparison of centres with the store, to read changes by other replicas.',
  },
  codeMails: {
    address: codeMailSetting('ADDRESS', 5, 'to one address'),
    operator: codeMailSetting('OPERATOR', 30, 'by one operator'),
    centre: codeMailSetting('CENTRE', 120, 'by one centre'),
  },
  retention: {
    isConfirmed: RETENTION_CONFIRMED_SETTING,
    accessLogMs: retentionSetting('identity-access-log'),
    removedStaffMs: retentionSetting('removed-staff'),
    mandatesMs: retentionSetting('mandates'),
    parkedEventsMs: retentionSetting('parked-events'),
  },
  signIn: SIGN_IN,
  mpower: MPOWER,
} as const satisfies Settings;

export type Config = ConfigOf<typeof settings>;

/** @throws Error that names an invalid setting */
export const readConfig = (variables: NodeJS.ProcessEnv): Config => readSettings(settings, variables);
