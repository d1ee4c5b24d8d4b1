import { join } from 'node:path';
import {
  GRPC_SETTINGS,
  grpcPortSetting,
  httpPortSetting,
  PROCESS_SETTINGS,
  STORED_BACKEND_SETTINGS,
} from '@cups/backend/settings';
import { readSettings } from '@cups/process/settings';
import type { Settings } from '@cups/process/settings';
import { CHECKPOINT_KEY_SET } from '@cups/rpc';

export const settings = {
  ...PROCESS_SETTINGS,
  ...STORED_BACKEND_SETTINGS,
  ...GRPC_SETTINGS,
  grpcPort: grpcPortSetting(7008),
  httpPort: httpPortSetting(7109),
  folder: {
    name: 'JOURNAL_DIR',
    type: 'path',
    default: '.cups/journal',
    meaning:
      'Folder of the log: tiles of hashes, records, the newest checkpoint, and an index that is built from them. One process writes to it. It is the only copy of the entries after 40 days, so back it up.',
  },
  origin: {
    name: 'JOURNAL_ORIGIN',
    type: 'text',
    default: 'cups.md/journal',
    meaning:
      'Name of the log in its checkpoints, without spaces and plus signs. It never changes; a new log needs another name, an empty JOURNAL_DIR and an empty database.',
  },
  keyFile: {
    name: 'JOURNAL_KEYS_FILE',
    type: 'text',
    default: '',
    meaning:
      'File with the keys of checkpoints: a JWK set of Ed25519 keys. The first key signs; all verify. Changes are read without a restart. Empty: `journal-checkpoints.jwks` in KEYS_DIR.',
  },
  batchMs: {
    name: 'JOURNAL_BATCH_MS',
    type: 'number',
    unit: 'ms',
    min: 1,
    max: 60_000,
    default: 1_000,
    meaning: 'Time that a batch collects entries before it is appended and signed.',
  },
  checkpointIntervalMs: {
    name: 'JOURNAL_CHECKPOINT_INTERVAL_MS',
    type: 'number',
    unit: 'ms',
    min: 10,
    max: 60_000,
    default: 10_000,
    meaning: 'Least time between two published checkpoints. What is altered between them may go unseen.',
  },
  verifyIntervalMs: {
    name: 'JOURNAL_VERIFY_INTERVAL_MS',
    type: 'number',
    unit: 'ms',
    min: 10,
    max: 604_800_000,
    default: 86_400_000,
    meaning:
      'Pause between two verifications of the whole folder, which run in the background. The first begins at the start.',
  },
} as const satisfies Settings;

export type Config = ReturnType<typeof readConfig>;

/** @throws Error naming the invalid setting, in one sentence */
export function readConfig(variables: NodeJS.ProcessEnv) {
  const { keyFile, ...config } = readSettings(settings, variables);
  if (!/^[^\s+]{1,100}$/.test(config.origin))
    throw new Error('JOURNAL_ORIGIN must have 1 to 100 characters without spaces and plus signs.');
  return { ...config, keyFile: keyFile || join(config.keysDir, CHECKPOINT_KEY_SET) };
}
