import {
  addressOf,
  CALLS,
  dataDir,
  grpcPort,
  httpPort,
  PERSON_HASH_KEYS_FILE,
  PROCESS,
  STORED,
  timerPoll,
} from '@cups/backend/settings';
import { readSettings } from '@cups/process/settings';
import type { ConfigOf, Settings } from '@cups/process/settings';

/** The settings of intake. */
export const settings = {
  ...PROCESS,
  ...STORED,
  ...CALLS,
  grpcPort: grpcPort(7003),
  httpPort: httpPort(7103),
  dataDir: dataDir('its folders `agencies` and `calendars` say when agencies work, and are followed.'),
  catalogAddress: addressOf('catalog', 'CATALOG_ADDRESS', '127.0.0.1:7001'),
  identityAddress: addressOf('identity', 'IDENTITY_ADDRESS', '127.0.0.1:7002'),
  requestSecret: {
    name: 'REQUEST_SECRET_FILE',
    type: 'secret-file',
    default: '.cups/keys/intake.secret',
    secret: true,
    meaning: 'File with the secret of the fingerprints of requests, read again when it changes.',
  },
  personHashKeysFile: PERSON_HASH_KEYS_FILE,
  timerPollMs: timerPoll(15_000),
} as const satisfies Settings;

export type Config = ConfigOf<typeof settings>;

/** @throws Error, one sentence that names a setting that cannot be used */
export const readConfig = (variables: NodeJS.ProcessEnv): Config => readSettings(settings, variables);
