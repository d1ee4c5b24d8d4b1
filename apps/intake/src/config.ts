import {
  addressSetting,
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

export const settings = {
  ...PROCESS_SETTINGS,
  ...STORED_BACKEND_SETTINGS,
  ...GRPC_SETTINGS,
  grpcPort: grpcPortSetting(7003),
  httpPort: httpPortSetting(7103),
  dataDir: dataDirSetting(
    '`agencies` and `calendars` define the working time of agencies. Changes are read without a restart.',
  ),
  catalogAddress: addressSetting('catalog', 'CATALOG_ADDRESS', '127.0.0.1:7001'),
  identityAddress: addressSetting('identity', 'IDENTITY_ADDRESS', '127.0.0.1:7002'),
  documentsAddress: addressSetting('documents', 'DOCUMENTS_ADDRESS', '127.0.0.1:7007'),
  requestSecret: {
    name: 'REQUEST_SECRET_FILE',
    type: 'secret-file',
    default: '.cups/keys/intake.secret',
    secret: true,
    meaning: 'File with the secret of the request fingerprints. Changes are read without a restart.',
  },
  isSealing: {
    name: 'SEAL_APPLICATIONS',
    type: 'flag',
    default: true,
    meaning:
      'Whether personal data of applications are stored encrypted. `false` stores them in clear, also those that are already encrypted, as long as replicas of a release run that cannot read encrypted ones.',
  },
  ...dataKeySettings({ prefix: 'INTAKE_KEYS', service: 'intake', owner: 'application' }),
  personHashKeysFile: PERSON_HASH_KEYS_SETTING,
  mandatesRequired: {
    name: 'MANDATES_REQUIRED',
    type: 'flag',
    default: true,
    meaning:
      'Whether filing and supplying need a mandate of the person. `false` accepts applications that name none, as long as desks of an earlier release file. A mandate that is named is always checked.',
  },
  isRetentionConfirmed: RETENTION_CONFIRMED_SETTING,
  retention: {
    'closed-applications': retentionSetting('closed-applications'),
    'ended-drafts': retentionSetting('ended-drafts'),
  },
  ends: {
    accessLogMs: retentionSetting('access-log'),
    personCopiesMs: retentionSetting('person-copies'),
    quarantinedActsMs: retentionSetting('quarantined-acts'),
    deviceCopiesMs: retentionSetting('device-copies'),
    deskActsMs: retentionSetting('desk-acts'),
    mandateCopiesMs: retentionSetting('mandate-copies'),
    parkedEventsMs: retentionSetting('parked-events'),
  },
  timerPollMs: timerPollSetting(15_000),
} as const satisfies Settings;

export type Config = ConfigOf<typeof settings>;

/** @throws Error, one sentence that names the invalid setting */
export const readConfig = (variables: NodeJS.ProcessEnv): Config => readSettings(settings, variables);
