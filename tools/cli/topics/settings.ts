import {
  dataDirSetting,
  KAFKA_SETTINGS,
  STORED_BACKEND_SETTINGS,
  TOPIC_PARTITIONS_SETTING,
} from '@cups/backend/settings';
import type { Settings } from '@cups/process/settings';

/** The settings of `topics`, which creates what the services write to and read from, and the users that may. */
export const TOPIC_SETTINGS = {
  brokers: STORED_BACKEND_SETTINGS.kafkaBrokers,
  access: KAFKA_SETTINGS,
  prefix: STORED_BACKEND_SETTINGS.prefix,
  dataDir: dataDirSetting('each agency in `agencies` has its own topics.'),
  partitions: TOPIC_PARTITIONS_SETTING,
  replication: {
    name: 'TOPIC_REPLICATION',
    type: 'number',
    min: 0,
    max: 10,
    default: 0,
    meaning: 'Replication factor of a new topic; 0 is the default of the brokers.',
  },
  usersDir: {
    name: 'KAFKA_USERS_DIR',
    type: 'text',
    default: '',
    meaning:
      'Folder with one password file for each Kafka user, named after the user. With it the job also creates users and their rights, as the administrator `KAFKA_SASL_USERNAME`. A user without a file keeps its password.',
  },
  simulatorTopics: {
    name: 'SIMULATOR_TOPICS',
    type: 'choice',
    choices: ['all', 'agency', 'training'],
    default: 'training',
    meaning: 'Topics of the simulator. With `all` and `agency` it also receives the rights of agencies.',
  },
  simulatorAgencies: {
    name: 'SIMULATOR_AGENCIES',
    type: 'list',
    default: [],
    meaning: 'Agencies that the simulator plays; none: all agencies.',
  },
  timeoutMs: {
    name: 'TOPIC_TIMEOUT_MS',
    type: 'number',
    unit: 'ms',
    min: 1000,
    max: 600_000,
    default: 60_000,
    meaning: 'Maximum wait for unavailable brokers.',
  },
} as const satisfies Settings;
