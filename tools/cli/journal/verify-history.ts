import { join } from 'node:path';
import { MESSAGES } from '@cups/application';
import type { ActionHash__Output } from '@cups/contracts/gen/cups/intake/v1/ActionHash.ts';
import type { ListEntriesResponse__Output } from '@cups/contracts/gen/cups/journal/v1/ListEntriesResponse.ts';
import { fromTimestamp } from '@cups/contracts/proto';
import { CommandError, formatError } from '../errors.ts';
import { PlatformClient } from '../platform-client.ts';
import { resolvePath } from '../program.ts';
import { verifyUntilArrived } from './committed.ts';
import { readLocalKeys } from './verify.ts';
import type { VerifyOptions } from './verify.ts';
import { verifyList } from './verify-list.ts';

/** Compares the history of an application, archived part included, with its entries in the journal. */

/** An action of the shown history. */
export interface ShownAction {
  action: string;
  /** State after it. */
  result: string;
  /** Hexadecimal; empty if the application does not keep the content unchanged. */
  contentHash: string;
  recordTime: string;
}

/** An entry of the journal, as its text has it. */
export interface HistoryEntry {
  source: string;
  subject: string;
  sequence: number;
  action: string;
  result?: string;
  contentHash?: string;
}

export interface HistoryComparison {
  findings: string[];
  /** Number of actions whose entry has a hash and whose content the application no longer keeps, by action. */
  withoutContent: Record<string, number>;
}

export interface HistoryVerification extends HistoryComparison {
  actions: number;
}

const PAGE_SIZE = 200;
/** Entries of a draft, which the history has no action of. */
const DRAFT_ACTIONS = ['open', 'edit'];

/**
 * Verifies the history of an application of a running platform.
 * @param application applications/{id}
 * @throws CommandError if a service does not respond, or the personal data were erased
 */
export async function verifyHistory(
  application: string,
  { data, key, wait = 0 }: Pick<VerifyOptions, 'data' | 'key' | 'wait'>,
): Promise<HistoryVerification> {
  const keys = key ?? readLocalKeys(join(resolvePath(data), 'journal'), resolvePath(data));
  const platform = new PlatformClient(join(import.meta.dirname, '../../..'), process.env);
  try {
    let actions = 0;
    let withoutContent: HistoryComparison['withoutContent'] = {};
    const findings = await verifyUntilArrived(async () => {
      // The history first: an entry of each of its actions is then in the journal or under way.
      const shown = await listActions(platform, application);
      actions = shown.actions.length;
      const pages = await listEntries(platform, application);
      const altered = verifyPages(application, pages, keys);
      const compared = compareHistory(shown, pages.flatMap(toEntries), application);
      ({ withoutContent } = compared);
      return [...altered, ...compared.findings];
    }, wait);
    return { actions, findings, withoutContent };
  } finally {
    platform.close();
  }
}

async function listActions(
  platform: PlatformClient,
  name: string,
): Promise<{ actions: ShownAction[]; omittedMessages: number }> {
  const actions: ShownAction[] = [];
  for (let pageToken = ''; ;) {
    const page = await platform
      .intake()
      .listActionHashes({ name, pageSize: PAGE_SIZE, pageToken })
      .catch((error: unknown) => {
        throw new CommandError(formatError(error, 'intake'));
      });
    actions.push(...page.actions.map(toShown));
    pageToken = page.nextPageToken;
    if (pageToken === '') return { actions, omittedMessages: page.omittedMessages };
  }
}

const toShown = ({ action, result, contentHash, recordTime }: ActionHash__Output): ShownAction => ({
  action,
  result,
  contentHash: contentHash.toString('hex'),
  recordTime: fromTimestamp(recordTime)?.toISOString() ?? '',
});

async function listEntries(platform: PlatformClient, resource: string): Promise<ListEntriesResponse__Output[]> {
  const pages: ListEntriesResponse__Output[] = [];
  for (let pageToken = ''; ;) {
    const page = await platform
      .journal()
      .listEntries({ resource, pageSize: PAGE_SIZE, pageToken })
      .catch((error: unknown) => {
        throw new CommandError(formatError(error, 'journal'));
      });
    pages.push(page);
    pageToken = page.nextPageToken;
    if (pageToken === '') return pages;
  }
}

/** Verifies the proofs of entries, as those of a printed list. */
function verifyPages(application: string, pages: readonly ListEntriesResponse__Output[], keys: string[]): string[] {
  const list = {
    application,
    pages: pages.map(({ checkpoint, entries }) => ({
      checkpoint,
      entries: entries.map(({ index, text, salt, proof }) => ({
        index: Number(index),
        text,
        salt: salt.toString('base64'),
        proof: proof.map((hash) => hash.toString('base64')),
      })),
    })),
  };
  try {
    return verifyList(Buffer.from(JSON.stringify(list)), keys).findings;
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError((error as Error).message);
  }
}

const toEntries = ({ entries }: ListEntriesResponse__Output): HistoryEntry[] =>
  entries.map(({ text }) => JSON.parse(text) as HistoryEntry);

/**
 * Compares actions with entries: each action has an entry of its own with the same action, result and hash, in the same
 * order. An application of an earlier release may have older actions without entries.
 * @param entries all entries about the application, in any order
 * @returns findings as docs/how-to/verify-the-journal.md lists them
 */
export function compareHistory(
  { actions, omittedMessages }: { actions: readonly ShownAction[]; omittedMessages: number },
  entries: readonly HistoryEntry[],
  application: string,
): HistoryComparison {
  const stream = entries
    .filter(({ source, subject }) => source === 'intake' && subject === application)
    .sort((one, other) => one.sequence - other.sequence);
  const open = stream.filter(({ action }) => !DRAFT_ACTIONS.includes(action));
  const isWhole = stream[0]?.action === 'open';
  const first = isWhole ? 0 : Math.max(0, actions.length - open.length);
  const findings: string[] = [];
  const withoutContent: Record<string, number> = {};
  const unmatched: { action: ShownAction; number: number }[] = [];
  let last = 0;
  for (const [at, action] of actions.entries()) {
    if (at < first) continue;
    const entry = take(open, (one) => isSame(one, action));
    if (entry?.contentHash && action.contentHash === '')
      withoutContent[action.action] = (withoutContent[action.action] ?? 0) + 1;
    if (!entry) unmatched.push({ action, number: at + 1 });
    else if (entry.sequence < last) findings.push(`action-moved: ${describe(action, at + 1)} is not in its place`);
    else last = entry.sequence;
  }
  for (const { action, number } of unmatched) {
    const entry = take(open, (one) => one.action === action.action);
    findings.push(
      entry
        ? `action-changed: ${describe(action, number)} was changed after entry ${entry.sequence} of the application`
        : `entry-missing: ${describe(action, number)} has no entry`,
    );
  }
  const missing = withoutOmitted(open, omittedMessages);
  findings.push(...missing.map(({ action, sequence }) => `action-missing: ${action}, entry ${sequence}`));
  return { findings, withoutContent };
}

/** Agency messages above the limit have entries and no action. */
function withoutOmitted(entries: readonly HistoryEntry[], omitted: number): HistoryEntry[] {
  let rest = omitted;
  return entries.filter(({ action }) => !(MESSAGES as readonly string[]).includes(action) || (rest -= 1) < 0);
}

const isSame = (entry: HistoryEntry, { action, result, contentHash }: ShownAction): boolean =>
  entry.action === action &&
  (entry.result ?? '') === result &&
  (contentHash === '' || (entry.contentHash ?? '') === contentHash);

/** Removes and returns the first entry that fits. */
function take(entries: HistoryEntry[], fits: (entry: HistoryEntry) => boolean): HistoryEntry | undefined {
  const at = entries.findIndex(fits);
  return at === -1 ? undefined : entries.splice(at, 1)[0];
}

const describe = ({ action, recordTime }: ShownAction, number: number): string =>
  `action ${number} (${action}, ${recordTime})`;

export function formatHistory({ actions, findings, withoutContent }: HistoryVerification): string {
  const result =
    findings.length === 0
      ? [`The journal has all ${actions} actions of the history.`]
      : ['The history and the journal differ:', ...findings.map((finding) => `  ${finding}`)];
  const replaced = Object.entries(withoutContent).map(([action, count]) => `${action} (${count})`);
  if (replaced.length === 0) return result.join('\n');
  return [
    ...result,
    'The application no longer keeps the content of these actions, so only action and state were compared:',
    `  ${replaced.join(', ')}`,
  ].join('\n');
}
