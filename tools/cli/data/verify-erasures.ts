import type { Erasure__Output as Erasure } from '@cups/contracts/gen/cups/intake/v1/Erasure.ts';
import { fromTimestamp } from '@cups/contracts/proto';
import type { DocumentsServiceDefinition } from '@cups/contracts/gen/cups/documents/v1/DocumentsService.ts';
import type { JournalServiceDefinition } from '@cups/contracts/gen/cups/journal/v1/JournalService.ts';
import type { Client } from '@cups/rpc';
import { CommandError } from '../errors.ts';
import { isIntact } from '../journal/verifier.ts';
import { formatFindings, verify } from '../journal/verify.ts';

/** Proves erasures by the journal: each service that held data of the application has an entry, and the log is intact. */

type DocumentClient = Pick<Client<DocumentsServiceDefinition>, 'exportDocuments'>;
type EntryClient = Pick<Client<JournalServiceDefinition>, 'listEntries'>;
type VerifiedErasure = Pick<Erasure, 'application' | 'rule' | 'eraseTime'>;

/** Services erase within a minute of intake, and the journal lists an entry once a checkpoint contains it. */
const DELAY_MS = 120_000;
const ENTRIES_PER_PAGE = 200;
/** How long an entry may be under way to the log, in seconds. */
const WAIT_SECONDS = 30;
/** Entry of each service about an application. */
const ENTRIES = {
  intake: 'erase-application',
  notifications: 'erase-notices',
  documents: 'erase-documents',
  'agency-bridge': 'erase-delivery',
} as const;

/** Returns a fault for each entry that the journal lacks, two minutes after the erasure. */
export async function findMissingEntries(
  journal: EntryClient,
  erasures: readonly VerifiedErasure[],
  now: number,
): Promise<string[]> {
  const faults: string[] = [];
  for (const { application, rule } of completedErasures(erasures, now)) {
    const found = await readActions(journal, application);
    for (const [service, action] of Object.entries(ENTRIES)) {
      // A draft that was never filed has no delivery.
      if (service === 'agency-bridge' && rule === 'ended-drafts') continue;
      if (found.has(`${service} ${action}`)) continue;
      faults.push(`${application}: the journal has no entry ${action} of ${service}.`);
    }
  }
  return faults;
}

/** Returns the erasures that all services must have followed. */
const completedErasures = (erasures: readonly VerifiedErasure[], now: number): VerifiedErasure[] =>
  erasures.filter(({ eraseTime }) => {
    const time = fromTimestamp(eraseTime);
    return time !== undefined && now - time.getTime() >= DELAY_MS;
  });

/** States without content. */
const ERASED_STATES: readonly string[] = ['STATE_REFUSED', 'STATE_ERASED'];

/**
 * Returns a fault for each erased application with documents that still exist, two minutes after the erasure. Releases before
 * 0.3.0 erased 200 of an application at most, and reported its erasure as complete.
 */
export async function findLeftDocuments(
  documents: DocumentClient,
  erasures: readonly VerifiedErasure[],
  now: number,
): Promise<string[]> {
  const faults: string[] = [];
  for (const { application } of completedErasures(erasures, now)) {
    const { documents: found } = await documents.exportDocuments({ application });
    const left = found.filter(({ state }) => !ERASED_STATES.includes(state));
    if (left.length > 0) faults.push(`${application}: ${left.length} documents still exist: ${namesOf(left)}.`);
  }
  return faults;
}

/** Names that a fault lists; the number of all precedes them. */
const MAX_NAMES = 5;

const namesOf = (left: readonly { name: string }[]): string =>
  [...left.slice(0, MAX_NAMES).map(({ name }) => name), ...(left.length > MAX_NAMES ? ['…'] : [])].join(', ');

/** Returns the entries of the application, each as `<service> <action>`. */
async function readActions(journal: EntryClient, resource: string): Promise<Set<string>> {
  const found = new Set<string>();
  for (let pageToken = '', more = true; more; more = pageToken !== '') {
    const page = await journal.listEntries({ resource, pageSize: ENTRIES_PER_PAGE, pageToken });
    for (const { entry, source } of page.entries) found.add(`${source} ${entry?.action}`);
    pageToken = page.nextPageToken;
  }
  return found;
}

/**
 * Verifies the log against what the services committed.
 * @param folder of the journal, or a copy. @default that of the local platform
 * @returns faults, none for an intact log
 */
export async function verifyLog(folder: string | undefined, data: string): Promise<string[]> {
  try {
    const findings = await verify(folder, { data, services: true, wait: WAIT_SECONDS });
    return isIntact(findings) ? [] : [formatFindings(findings)];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [`The journal was not verified: ${error.message}`];
  }
}
