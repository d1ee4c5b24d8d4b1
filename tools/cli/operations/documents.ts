import { randomUUID } from 'node:crypto';
import { fromProtoEnum, toProtoEnum } from '@cups/contracts/proto';
import { UsageError } from '../errors.ts';
import { formatAge, formatTable } from '../format-table.ts';
import { toResourceName } from '../resource-names.ts';
import { PAGE_SIZE, readAllPages } from './commands.ts';
import type { Command } from './commands.ts';

/** Commands about the ends of documents: holds, and results that nobody collects. */

export const HOLD_REASONS = ['court', 'complaint', 'audit'] as const;

/** Lists applications whose documents are not erased. */
export const holdsList: Command = async (platform) => {
  const holds = await readAllPages(async (pageToken) => {
    const page = await platform.documents().listHolds({ pageSize: PAGE_SIZE, pageToken });
    return { rows: page.holds, nextPageToken: page.nextPageToken };
  });
  const cells = holds.map(({ application, reason, operator, holdTime }) => [
    application,
    fromProtoEnum('HOLD_REASON_', reason),
    formatAge(holdTime, Date.now()),
    operator,
  ]);
  const table = formatTable(['APPLICATION', 'REASON', 'SINCE', 'BY'], cells);
  return { found: holds, text: holds.length > 0 ? table : 'No documents are held.' };
};

export const holdSet: Command = async (platform, [application = ''], { reason: text, actor }) => {
  const reason = HOLD_REASONS.find((one) => one === text);
  if (!reason) throw new UsageError(`--reason: one of ${HOLD_REASONS.join(', ')}.`);
  const name = toResourceName('applications', application);
  const request = { requestId: randomUUID(), application: name, reason: toProtoEnum('HOLD_REASON_', reason), actor };
  const found = await platform.documents().setHold(request);
  return { found, text: `The documents of ${name} are not erased until the hold is released.` };
};

export const holdClear: Command = async (platform, [application = ''], { actor }) => {
  const name = toResourceName('applications', application);
  await platform.documents().clearHold({ application: name, actor });
  return { found: { application: name }, text: 'The hold is released. What is due is erased within a day.' };
};

/** Lists results that nobody collected within the term. */
export const uncollectedList: Command = async (platform) => {
  const results = await readAllPages(async (pageToken) => {
    const page = await platform.documents().listUncollectedResults({ pageSize: PAGE_SIZE, pageToken });
    return { rows: page.results, nextPageToken: page.nextPageToken };
  });
  const cells = results.map(({ application, centre, agency, resultTime }) => [
    application,
    centre,
    agency,
    formatAge(resultTime, Date.now()),
  ]);
  const table = formatTable(['APPLICATION', 'CENTRE', 'AGENCY', 'AVAILABLE'], cells);
  return { found: results, text: results.length > 0 ? table : 'No result is overdue for collection.' };
};
