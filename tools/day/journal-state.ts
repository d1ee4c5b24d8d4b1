import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { verify } from '../cli/journal/verify.ts';

/**
 * Verifies the journal of a local platform after a day.
 * @param dataDir of the platform
 * @returns one line for the summary
 */
export async function describeJournal(dataDir: string): Promise<string> {
  const findings = await verify(undefined, { data: dataDir });
  // The second line of a checkpoint is the number of entries.
  const [, entries = '0'] = readFileSync(join(dataDir, 'journal', 'checkpoint'), 'utf8').split('\n');
  if (findings.length === 0) return `  journal: intact, ${entries} entries`;
  return [`  journal: ALTERED, ${findings.length} findings`, ...findings.slice(0, 5)].join('\n    ');
}
