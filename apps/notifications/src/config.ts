import { join } from 'node:path';
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

export const settings = {
  ...PROCESS_SETTINGS,
  ...STORED_BACKEND_SETTINGS,
  ...GRPC_SETTINGS,
  grpcPort: grpcPortSetting(7005),
  httpPort: httpPortSetting(7105),
  intakeAddress: addressSetting('intake, the source of contacts', 'INTAKE_ADDRESS', '127.0.0.1:7003'),
  identityAddress: addressSetting(
    'identity, the source of one-time codes for mandates',
    'IDENTITY_ADDRESS',
    '127.0.0.1:7002',
  ),
  isSealing: {
    name: 'SEAL_NOTICES',
    type: 'flag',
    default: true,
    meaning:
      'Whether addresses and texts of notices are stored encrypted. `false` stores them in clear, also those that are already encrypted, as long as replicas of a release run that cannot read encrypted ones.',
  },
  ...dataKeySettings({ prefix: 'NOTIFICATION_KEYS', service: 'notifications', owner: 'notice' }),
  smtpUrlFile: {
    name: 'SMTP_URL_FILE',
    type: 'secret-file',
    optional: true,
    secret: true,
    meaning: 'File with the value of SMTP_URL, instead of that setting. Read for each connection.',
  },
  smtpUrl: {
    name: 'SMTP_URL',
    type: 'text',
    default: '',
    secret: true,
    meaning:
      'URL of the mail server, smtp:// or smtps://. TLS is required except on this machine. Without it mail is written as .eml files into `mail` in STATE_DIR.',
  },
  smtpCa: {
    name: 'SMTP_TLS_CA_FILE',
    type: 'file',
    optional: true,
    meaning:
      'File with the authorities (PEM) of the mail server certificate, instead of those of Node. Read for each connection.',
  },
  mailFrom: {
    name: 'MAIL_FROM',
    type: 'text',
    default: 'CUPS <no-reply@cups.example>',
    meaning: 'Sender of all mail.',
  },
  stateDir: {
    name: 'STATE_DIR',
    type: 'path',
    default: '.cups',
    meaning: 'Folder for `mail`, which holds .eml files with personal data.',
  },
  maxAgeMs: {
    name: 'NOTICE_MAX_AGE_DAYS',
    type: 'number',
    unit: 'days',
    min: 1,
    max: 365,
    default: 7,
    meaning: 'Maximum age of an event that causes a notice, and of an unsent notice.',
  },
  overtakenAfterMs: {
    name: 'NOTICE_SUPERSEDED_AFTER_MINUTES',
    type: 'number',
    unit: 'minutes',
    min: 1,
    max: 10_080,
    default: 60,
    meaning: 'Delay after which a notice is dropped if its application has changed state.',
  },
  retention: {
    isConfirmed: RETENTION_CONFIRMED_SETTING,
    strayNoticesMs: retentionSetting('stray-notices'),
    parkedEventsMs: retentionSetting('parked-events'),
  },
  timerPollMs: timerPollSetting(2_000),
  claimMs: {
    name: 'MAIL_CLAIM_TIMEOUT_MS',
    type: 'number',
    unit: 'ms',
    min: 1_000,
    max: 3_600_000,
    default: 120_000,
    meaning: 'Time after which a claimed mail without a sent mark is sent again.',
  },
  retryMs: {
    name: 'MAIL_RETRY_DELAY_MS',
    type: 'number',
    unit: 'ms',
    min: 50,
    max: 60_000,
    default: 30_000,
    meaning: 'Delay before the second try; it doubles up to one minute.',
  },
} as const satisfies Settings;

export type Config = ReturnType<typeof readConfig>;

/** @throws Error naming the invalid setting, in one sentence */
export function readConfig(variables: NodeJS.ProcessEnv) {
  const { smtpUrlFile, smtpUrl, stateDir, ...config } = readSettings(settings, variables);
  return {
    ...config,
    /** Returns the SMTP URL, read again for each connection; undefined writes .eml files into mailDir. */
    smtpUrl: smtpUrlFile ?? (smtpUrl === '' ? undefined : () => smtpUrl),
    mailDir: join(stateDir, 'mail'),
  };
}
