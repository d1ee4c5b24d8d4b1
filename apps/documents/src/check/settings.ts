import { httpPortSetting, PROCESS_SETTINGS } from '@cups/backend/settings';
import { readSettings } from '@cups/process/settings';
import type { Settings } from '@cups/process/settings';

const { host, logLevel, release } = PROCESS_SETTINGS;

/** Settings of the checker, the program that runs in a pod without keys and network. */
export const settings = {
  host,
  logLevel,
  release,
  port: {
    name: 'CHECKER_PORT',
    type: 'port',
    default: 7017,
    meaning:
      'Port on which the checker receives files from documents, by a protocol of its own over TCP. It has no TLS, because the pod has no keys; only documents may reach it.',
  },
  httpPort: httpPortSetting(7117),
  maxChecks: {
    name: 'DOCUMENTS_MAX_CHECKS',
    type: 'number',
    min: 1,
    max: 64,
    default: 2,
    meaning: 'Maximum number of files that are checked at the same time. Further ones wait. A check takes up to 1 GiB.',
  },
} as const satisfies Settings;

/** @throws Error naming the invalid setting, in one sentence */
export const readCheckerConfig = (variables: NodeJS.ProcessEnv) => readSettings(settings, variables);

export type CheckerConfig = ReturnType<typeof readCheckerConfig>;
