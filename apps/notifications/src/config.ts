import { join } from 'node:path';
import {
  addressSetting,
  GRPC_SETTINGS,
  grpcPortSetting,
  httpPortSetting,
  PROCESS_SETTINGS,
  STORED_BACKEND_SETTINGS,
  timerPollSetting,
} from '@cups/backend/settings';
import { readSettings } from '@cups/process/settings';
import type { Settings } from '@cups/process/settings';

export const settings = {
  ...PROCESS_SETTINGS,
  ...STORED_BACKEND_SETTINGS,
  ...GRPC_SETTINGS,
  grpcPort: grpcPortSetting(7005),
  httpPort: httpPortSetting(7105),
  intakeAddress: addressSetting('intake, which is asked for the contact,', 'INTAKE_ADDRESS', '127.0.0.1:7003'),
  smtpUrlFile: {
    name: 'SMTP_URL_FILE',
    type: 'secret-file',
    optional: true,
    secret: true,
    meaning: 'File with what SMTP_URL would say, and instead of it; read again for each connection.',
  },
  smtpUrl: {
    name: 'SMTP_URL',
    type: 'text',
    default: '',
    secret: true,
    meaning:
      'Where mail goes, smtp:// or smtps://; TLS is demanded of every server that is not on this machine. Without it mail is written as .eml files into the folder `mail` of CUPS_STATE.',
  },
  smtpCa: {
    name: 'SMTP_TLS_CA_FILE',
    type: 'file',
    optional: true,
    meaning:
      'File of the authorities (PEM) that the certificate of the mail server must be from, instead of those that Node knows; read again for each connection.',
  },
  mailFrom: {
    name: 'MAIL_FROM',
    type: 'text',
    default: 'CUPS <no-reply@cups.example>',
    meaning: 'Sender of all mail.',
  },
  stateDir: {
    name: 'CUPS_STATE',
    type: 'path',
    default: '.cups',
    meaning: 'Its folder `mail` takes the .eml files; they hold personal data.',
  },
  maxAgeMs: {
    name: 'NOTICE_MAX_AGE_DAYS',
    type: 'number',
    unit: 'days',
    min: 1,
    max: 365,
    default: 7,
    meaning: 'An older event causes no notice, and a notice that could not go out for so long is given up.',
  },
  overtakenAfterMs: {
    name: 'NOTICE_OVERTAKEN_AFTER_MINUTES',
    type: 'number',
    unit: 'minutes',
    min: 1,
    max: 10_080,
    default: 60,
    meaning: 'A notice later than this is dropped when its application has moved on.',
  },
  timerPollMs: timerPollSetting(2_000),
  claimMs: {
    name: 'MAIL_CLAIM_MS',
    type: 'number',
    unit: 'ms',
    min: 1_000,
    max: 3_600_000,
    default: 120_000,
    meaning: 'After this time a claimed mail whose sending left no mark is sent again.',
  },
  retryMs: {
    name: 'MAIL_RETRY_MS',
    type: 'number',
    unit: 'ms',
    min: 50,
    max: 60_000,
    default: 30_000,
    meaning: 'Wait before the second try; it doubles up to a minute.',
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
