import { join } from 'node:path';
import { JOURNAL_DISMISSALS } from '@cups/contracts/journal';
import { fromTimestamp } from '@cups/contracts/proto';
import { CommandError, formatError, UsageError } from '../errors.ts';
import { formatAge, formatTable } from '../format-table.ts';
import { PlatformClient } from '../platform-client.ts';

/** Entries that a service committed and the journal never got: lists them, and dismisses them after an investigation. */

const DISMISSAL_REASONS = Object.keys(JOURNAL_DISMISSALS);

interface CommandOutput {
  found: unknown;
  text: string;
}

async function withPlatform<T>(work: (platform: PlatformClient) => Promise<T>): Promise<T> {
  const platform = new PlatformClient(join(import.meta.dirname, '../../..'), process.env);
  try {
    return await work(platform);
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError(formatError(error, 'journal'));
  } finally {
    platform.close();
  }
}

/** Reports whether the journal continues its log, and what its last verification found. */
export const readStatus = () =>
  withPlatform(async (platform) => {
    const { size, signTime, refusalText, expireTime, alterationCount, verifyTime } = await platform
      .journal()
      .inspectJournal({});
    const verified = verifyTime ? `verified ${formatAge(verifyTime, Date.now())} ago` : 'not verified yet';
    const lines = [
      `${size} entries, the last checkpoint ${signTime ? `${formatAge(signTime, Date.now())} ago` : 'absent'}, ${verified}`,
      alterationCount > 0 ? `${alterationCount} alterations: run cups journal verify` : 'no known alteration',
    ];
    const found = { size, signTime, refusalText, expireTime, alterationCount, verifyTime };
    if (refusalText === '') return { found, text: lines.join('\n') };
    const until = fromTimestamp(expireTime)?.toISOString();
    return {
      found,
      text: [`REFUSED. ${refusalText}`, `Kafka drops waiting entries from ${until} on.`, ...lines].join('\n'),
    };
  });

/** Lists the ranges that nobody dismissed. */
export const listMissing = (): Promise<CommandOutput> =>
  withPlatform(async (platform) => {
    const { missing } = await platform.journal().inspectJournal({});
    const cells = missing.map(({ source, subject, fromSequence, toSequence, detectTime }) => [
      source,
      subject,
      `${fromSequence}-${toSequence}`,
      formatAge(detectTime, Date.now()),
    ]);
    const table = formatTable(['SERVICE', 'DOCUMENT', 'NUMBERS', 'SINCE'], cells);
    return { found: missing, text: missing.length > 0 ? table : 'No entry is missing.' };
  });

export interface DismissOptions {
  reason?: string;
  actor: string;
}

/** Dismisses a range as `cups journal missing` lists it. @throws UsageError, CommandError */
export async function dismissMissing(
  [source = '', subject = '', numbers = '']: readonly string[],
  { reason, actor }: DismissOptions,
): Promise<CommandOutput> {
  if (reason === undefined || !DISMISSAL_REASONS.includes(reason))
    throw new UsageError(`--reason: one of ${DISMISSAL_REASONS.join(', ')}.`);
  const [, first, last] = /^(\d+)-(\d+)$/.exec(numbers) ?? [];
  if (first === undefined || last === undefined) throw new UsageError('Name the numbers as the list shows them: 3-5.');
  const range = { source, subject, fromSequence: first, toSequence: last };
  const { sequence } = await withPlatform((platform) =>
    platform.journal().dismissMissingEntries({ ...range, reason, actor }),
  );
  const text = `The numbers ${numbers} of ${source} ${subject} are dismissed. The journal has an entry of it: number ${sequence}.`;
  return { found: { ...range, reason, sequence }, text };
}
