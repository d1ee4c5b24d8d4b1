import { randomUUID } from 'node:crypto';
import { ERASURE_REASONS, RESTRICTION_REASONS } from '@cups/application';
import type { Erasure__Output as Erasure } from '@cups/contracts/gen/cups/intake/v1/Erasure.ts';
import { fromTimestamp, toProtoEnum } from '@cups/contracts/proto';
import { UsageError } from '../errors.ts';
import { formatTable } from '../format-table.ts';
import type { PlatformClient } from '../platform-client.ts';
import { toResourceName } from '../resource-names.ts';
import { PAGE_SIZE, readAllPages } from './commands.ts';
import type { Command } from './commands.ts';

/** Commands about the rights of a person and the end of data. */

/** The journal lists an entry once a checkpoint contains it. */
const JOURNAL_DELAY_MS = 120_000;
const ENTRIES_PER_PAGE = 200;

const dayOf = (time: Erasure['eraseTime']): string => fromTimestamp(time)?.toISOString().slice(0, 16) ?? '';

/** Lists erasures, newest first. With `--verify` it asks the journal for the entry of each. */
export const erasuresList: Command = async (platform, _names, { verify = false }) => {
  const erasures = await readAllPages(async (pageToken) => {
    const page = await platform.intake().listErasures({ pageSize: PAGE_SIZE, pageToken });
    return { rows: page.erasures, nextPageToken: page.nextPageToken };
  });
  const cells = erasures.map(({ application, cause, rule, eraseTime, topicEnds }) => [
    application,
    cause,
    rule,
    dayOf(eraseTime),
    topicEnds.map(({ topic, day }) => `${topic} ${day}`).join(', '),
  ]);
  const table = formatTable(['APPLICATION', 'CAUSE', 'RULE', 'ERASED', 'COPIES END'], cells);
  const faults = verify ? await verifyErasures(platform, erasures) : [];
  const verdict = verify && faults.length === 0 ? '\nThe journal has the entry of each erasure.' : '';
  return { found: erasures, text: (erasures.length > 0 ? table : 'Nothing was erased.') + verdict, faults };
};

/** Returns a fault for each erasure whose entry the journal lacks. */
async function verifyErasures(platform: PlatformClient, erasures: readonly Erasure[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { application, eraseTime } of erasures) {
    const isRecent = Date.now() - (fromTimestamp(eraseTime)?.getTime() ?? 0) < JOURNAL_DELAY_MS;
    if (!isRecent && !(await hasEntry(platform, application)))
      faults.push(`${application}: the journal has no entry erase-application of intake.`);
  }
  return faults;
}

/** Looks for the entry among those of the application, newest first. */
async function hasEntry(platform: PlatformClient, resource: string): Promise<boolean> {
  for (let pageToken = '', more = true; more; more = pageToken !== '') {
    const page = await platform.journal().listEntries({ resource, pageSize: ENTRIES_PER_PAGE, pageToken });
    if (page.entries.some(({ entry, source }) => source === 'intake' && entry?.action === 'erase-application')) {
      return true;
    }
    pageToken = page.nextPageToken;
  }
  return false;
}

/** Erases an application on request of the person. */
export const dataErase: Command = async (platform, [application = ''], { reason: text, actor }) => {
  const reason = parseReason(ERASURE_REASONS, text);
  const name = toResourceName('applications', application);
  const request = { requestId: randomUUID(), name, reason: toProtoEnum('ERASURE_REASON_', reason), actor };
  const { erasure: found } = await platform.intake().eraseApplication(request);
  const state = found?.eraseTime ? 'are erased' : 'are being erased';
  return { found, text: `The personal data of ${name} ${state}.` };
};

/** Restricts the processing of an application on request of the person. */
export const dataRestrict: Command = async (platform, [application = ''], { reason: text, actor }) => {
  const reason = parseReason(RESTRICTION_REASONS, text);
  const name = toResourceName('applications', application);
  const request = { requestId: randomUUID(), name, reason: toProtoEnum('RESTRICTION_REASON_', reason), actor };
  const { restriction: found } = await platform.intake().restrictProcessing(request);
  return { found, text: `The processing of ${name} is restricted: the desk only shows, withdraws and hands over.` };
};

/** Ends a restriction. */
export const dataUnrestrict: Command = async (platform, [application = ''], { actor }) => {
  const name = toResourceName('applications', application);
  await platform.intake().endRestriction({ name, actor });
  return { found: { application: name }, text: `The restriction of ${name} has ended.` };
};

function parseReason<R extends string>(reasons: readonly R[], text: string | undefined): R {
  const reason = reasons.find((one) => one === text);
  if (reason === undefined) throw new UsageError(`--reason: one of ${reasons.join(', ')}.`);
  return reason;
}
