import {
  addressSetting,
  GRPC_SETTINGS,
  grpcPortSetting,
  httpPortSetting,
  PROCESS_SETTINGS,
  RETENTION_CONFIRMED_SETTING,
  retentionSetting,
  STORED_BACKEND_SETTINGS,
  timerPollSetting,
} from '@cups/backend/settings';
import { dataKeySettings } from '@cups/data-keys/settings';
import { readSettings } from '@cups/process/settings';
import type { Settings } from '@cups/process/settings';

/** Terms that no law sets; production erases only after they were confirmed. */
const RETENTION_SETTINGS = {
  isConfirmed: RETENTION_CONFIRMED_SETTING,
  evidenceMs: retentionSetting('evidence'),
  resultMs: retentionSetting('results'),
  uncollectedMs: retentionSetting('uncollected-results'),
  draftMs: retentionSetting('draft-scans'),
  unclaimedMs: retentionSetting('unclaimed-results'),
  parkedEventsMs: retentionSetting('parked-events'),
} as const satisfies Settings;

/** Where the encrypted bytes are. */
const STORAGE_SETTINGS = {
  kind: {
    name: 'DOCUMENTS_STORAGE',
    type: 'choice',
    choices: ['folder', 's3'],
    default: 'folder',
    meaning: 'Storage of the encrypted bytes: a folder of this machine, or a store with the S3 protocol.',
  },
  folder: {
    name: 'DOCUMENTS_DIR',
    type: 'path',
    default: '.cups/documents',
    meaning: 'Folder of the encrypted bytes, for the storage `folder`.',
  },
  endpoint: {
    name: 'S3_ENDPOINT',
    type: 'origin',
    default: '',
    meaning: 'Origin of the S3 server. Empty: that of AWS in S3_REGION. Production requires https.',
  },
  region: {
    name: 'S3_REGION',
    type: 'text',
    default: 'us-east-1',
    meaning: 'Region of the bucket. Most servers other than AWS accept the default.',
  },
  bucket: {
    name: 'S3_BUCKET',
    type: 'text',
    default: 'cups-documents',
    meaning: 'Bucket of the encrypted bytes. It must exist, and no other application may write to it.',
  },
  credentials: {
    name: 'S3_CREDENTIALS_FILE',
    type: 'secret-file',
    optional: true,
    secret: true,
    meaning:
      'File with JSON `{"accessKeyId": …, "secretAccessKey": …}`. Read for each request. Mandatory for the storage `s3`.',
  },
} as const satisfies Settings;

/** Longer than any write takes, with all its retries. */
const MIN_PRODUCTION_ORPHAN_AGE_MS = 3_600_000;

export const settings = {
  ...PROCESS_SETTINGS,
  ...STORED_BACKEND_SETTINGS,
  ...GRPC_SETTINGS,
  grpcPort: grpcPortSetting(7007),
  httpPort: httpPortSetting(7107),
  intakeAddress: addressSetting('intake, which knows what is submitted', 'INTAKE_ADDRESS', '127.0.0.1:7003'),
  ...dataKeySettings({ prefix: 'DOCUMENT_KEYS', service: 'documents', owner: 'document' }),
  storage: STORAGE_SETTINGS,
  retention: RETENTION_SETTINGS,
  quotaMiB: {
    name: 'DOCUMENTS_QUOTA_MIB',
    type: 'number',
    min: 1,
    max: 100_000_000,
    default: 20_480,
    meaning:
      'Maximum size of the stored scans of one centre, MiB: as their check has encoded them, with previews, without results of agencies. Uploads above it are refused.',
  },
  maxChecks: {
    name: 'DOCUMENTS_MAX_CHECKS',
    type: 'number',
    min: 1,
    max: 64,
    default: 2,
    meaning:
      'Maximum number of files that are checked at the same time. Centres and agencies take turns; of two or more places, one is never for the same one as all others.',
  },
  orphanAgeMs: {
    name: 'DOCUMENTS_ORPHAN_AGE_MS',
    type: 'number',
    min: 1_000,
    max: 43_200_000,
    default: 43_200_000,
    meaning:
      'Age from which stored bytes and keys that no document names are removed, ms. They are looked for at half of this interval. A write that takes longer would lose what it wrote; lower values are for tests, and production requires at least 1 hour.',
  },
  checkerAddress: {
    name: 'DOCUMENTS_CHECKER_ADDRESS',
    type: 'text',
    default: '',
    meaning:
      'Address of the checker, host:port. Empty: files are checked by child processes of the service. Production requires one of both without network.',
  },
  clamdAddress: {
    name: 'CLAMD_ADDRESS',
    type: 'text',
    default: '',
    meaning: 'Malware scanner clamd, host:port or unix:/path. Empty: documents are marked as not scanned.',
  },
  timerPollMs: timerPollSetting(1_000),
} as const satisfies Settings;

export type Config = ReturnType<typeof readConfig>;

/** @throws Error naming the invalid setting, in one sentence */
export function readConfig(variables: NodeJS.ProcessEnv) {
  const config = readSettings(settings, variables);
  if (config.environment === 'production' && config.orphanAgeMs < MIN_PRODUCTION_ORPHAN_AGE_MS)
    throw new Error('DOCUMENTS_ORPHAN_AGE_MS must be at least 3600000 in production.');
  return config;
}
