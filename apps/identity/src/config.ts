import {
  GRPC_SETTINGS,
  dataDirSetting,
  grpcPortSetting,
  httpPortSetting,
  PERSON_HASH_KEYS_SETTING,
  PROCESS_SETTINGS,
  STORED_BACKEND_SETTINGS,
} from '@cups/backend/settings';
import { readSettings } from '@cups/process/settings';
import type { ConfigOf, Settings } from '@cups/process/settings';
import { SIGN_IN } from './signin/settings.ts';

export const settings = {
  ...PROCESS_SETTINGS,
  ...STORED_BACKEND_SETTINGS,
  ...GRPC_SETTINGS,
  grpcPort: grpcPortSetting(7002),
  httpPort: httpPortSetting(7102),
  dataDir: dataDirSetting('the centres and agencies are in its folders `centres` and `agencies`, which are followed.'),
  providers: {
    name: 'CUPS_IDENTITY_PROVIDERS',
    type: 'list',
    default: [],
    meaning:
      'Who may say who signs in, each by its name; `local`, `mpass` (SAML 2.0), `oidc`; without any, nobody signs in. Production refuses `local`.',
  },
  personKeysFile: {
    name: 'PERSON_KEYS_FILE',
    type: 'text',
    default: '',
    meaning:
      'File of the keys of personal numbers of the staff, a JWK set of keys of 256 bits: the first of `use: enc` seals, all of them open, those of `use: sig` (one, or two while they change) find. Read again when it changes; empty: `identity-persons.jwks` in CUPS_KEYS.',
  },
  personHashKeysFile: PERSON_HASH_KEYS_SETTING,
  sessionMs: {
    name: 'CUPS_SESSION_MINUTES',
    type: 'number',
    unit: 'minutes',
    min: 1,
    max: 480,
    default: 480,
    meaning: 'Life of a session, at most 8 hours.',
  },
  sessionsPerOperator: {
    name: 'CUPS_SESSIONS_PER_OPERATOR',
    type: 'number',
    min: 1,
    max: 100,
    default: 5,
    meaning: 'Sessions of one operator at once; of more, the oldest end.',
  },
  sessionSweepMs: {
    name: 'CUPS_SESSION_SWEEP_MS',
    type: 'number',
    unit: 'ms',
    min: 50,
    max: 3_600_000,
    default: 60_000,
    meaning: 'How often sessions whose time has passed are deleted.',
  },
  syncMs: {
    name: 'CUPS_CENTRES_SYNC_MS',
    type: 'number',
    unit: 'ms',
    min: 50,
    max: 3_600_000,
    default: 30_000,
    meaning: 'How often the centres are compared with the store, for what other replicas wrote.',
  },
  signIn: SIGN_IN,
} as const satisfies Settings;

export type Config = ConfigOf<typeof settings>;

/** @throws Error that names an invalid setting */
export const readConfig = (variables: NodeJS.ProcessEnv): Config => readSettings(settings, variables);
