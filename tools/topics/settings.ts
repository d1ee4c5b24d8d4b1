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
  dataDir: dataDirSetting('each agency of its folder `agencies` has topics of its own.'),
  partitions: TOPIC_PARTITIONS_SETTING,
  replication: {
    name: 'TOPIC_REPLICATION',
    type: 'number',
    min: 0,
    max: 10,
    default: 0,
    meaning: "Copies of a topic that is created, each on a broker of its own; 0 is the brokers' own default.",
  },
  usersDir: {
    name: 'KAFKA_USERS_DIR',
    type: 'text',
    default: '',
    meaning:
      'Folder with the password of each user of Kafka, a file named after the user. With it, users and their rights are made too, by an administrator (`KAFKA_SASL_USERNAME`); who has no file there keeps the password that it has.',
  },
  simulatorTopics: {
    name: 'SIMULATOR_TOPICS',
    type: 'choice',
    choices: ['all', 'agency', 'training'],
    default: 'training',
    meaning:
      'What the simulator answers, so far as it may: with `all` and `agency` it gets the rights of agencies as well.',
  },
  simulatorAgencies: {
    name: 'SIMULATOR_AGENCIES',
    type: 'list',
    default: [],
    meaning: 'In whose place it stands then; none: all agencies.',
  },
  timeoutMs: {
    name: 'TOPIC_TIMEOUT_MS',
    type: 'number',
    unit: 'ms',
    min: 1000,
    max: 600_000,
    default: 60_000,
    meaning: 'How long brokers that are away are waited for.',
  },
} as const satisfies Settings;
