import {
  addressSetting,
  GRPC_SETTINGS,
  dataDirSetting,
  grpcPortSetting,
  httpPortSetting,
  PROCESS_SETTINGS,
  RETENTION_CONFIRMED_SETTING,
  retentionSetting,
  STORED_BACKEND_SETTINGS,
  timerPollSetting,
  TOPIC_PARTITIONS_SETTING,
} from '@cups/backend/settings';
import { readSettings } from '@cups/process/settings';
import type { ConfigOf, Settings } from '@cups/process/settings';

/** The settings of the bridge. */
export const settings = {
  ...PROCESS_SETTINGS,
  ...STORED_BACKEND_SETTINGS,
  ...GRPC_SETTINGS,
  grpcPort: grpcPortSetting(7004),
  httpPort: httpPortSetting(7104),
  intakeAddress: addressSetting('intake, the source of frozen submissions', 'INTAKE_ADDRESS', '127.0.0.1:7003'),
  intakeTimeoutMs: {
    name: 'INTAKE_TIMEOUT_MS',
    type: 'number',
    unit: 'ms',
    min: 100,
    max: 60_000,
    default: 3_000,
    meaning: 'Timeout of a fetch. After it the delivery is stored without content.',
  },
  documentsAddress: addressSetting(
    'documents, which releases scanned copies to agencies',
    'DOCUMENTS_ADDRESS',
    '127.0.0.1:7007',
  ),
  documentsTimeoutMs: {
    name: 'DOCUMENTS_TIMEOUT_MS',
    type: 'number',
    unit: 'ms',
    min: 100,
    max: 60_000,
    default: 3_000,
    meaning: 'Timeout of a call to documents. After it a submission with copies waits, at most 15 minutes.',
  },
  dataDir: dataDirSetting('`agencies` has the agencies, whose topics the bridge reads and writes.'),
  webhookTimeoutMs: {
    name: 'WEBHOOK_TIMEOUT_MS',
    type: 'number',
    unit: 'ms',
    min: 100,
    max: 30_000,
    default: 5_000,
    meaning: 'Timeout of a call to the webhook of an agency, with the resolution of its name.',
  },
  allowLoopbackWebhooks: {
    name: 'WEBHOOK_ALLOW_LOOPBACK',
    type: 'flag',
    default: false,
    meaning: 'Calls webhooks on this machine, also over http. For tests and demonstrations; production refuses it.',
  },
  simulatorWebhookUrl: {
    name: 'SIMULATOR_WEBHOOK_URL',
    type: 'text',
    default: '',
    meaning:
      'Where the simulator of agencies is woken, followed by /<code>, for agencies that pull and name no webhook. For demonstrations, with WEBHOOK_ALLOW_LOOPBACK. Empty: such agencies are not called.',
  },
  createTopics: {
    name: 'CREATE_TOPICS',
    type: 'flag',
    default: true,
    meaning:
      'Creates missing topics of an agency. Without it, or if the broker denies it, the log names the missing topics.',
  },
  topicPartitions: TOPIC_PARTITIONS_SETTING,
  concurrency: {
    name: 'CONSUMER_CONCURRENCY',
    type: 'number',
    min: 1,
    max: 256,
    default: 32,
    meaning: 'Maximum number of events of different subjects that are handled concurrently.',
  },
  retention: {
    isConfirmed: RETENTION_CONFIRMED_SETTING,
    refusedMessagesMs: retentionSetting('refused-messages'),
    agencyRequestsMs: retentionSetting('agency-requests'),
    parkedEventsMs: retentionSetting('parked-events'),
  },
  timerPollMs: timerPollSetting(2_000),
} as const satisfies Settings;

export type Config = ConfigOf<typeof settings>;

/** @throws Error that names the invalid setting */
export function readConfig(variables: NodeJS.ProcessEnv): Config {
  const config = readSettings(settings, variables);
  if (config.environment === 'production' && config.allowLoopbackWebhooks)
    throw new Error('WEBHOOK_ALLOW_LOOPBACK is true, which production refuses: a webhook could reach inner services.');
  if (config.environment === 'production' && config.simulatorWebhookUrl !== '')
    throw new Error(
      'SIMULATOR_WEBHOOK_URL is set, which production refuses: it would call a simulator for real agencies.',
    );
  return config;
}
