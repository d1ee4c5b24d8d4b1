import { RETENTION_RULES } from '@cups/contracts/retention';
import type { RetentionCategory } from '@cups/contracts/retention';
import type { ExportedApplication__Output } from '@cups/contracts/gen/cups/intake/v1/ExportedApplication.ts';
import type { ExportPersonRequest } from '@cups/contracts/gen/cups/intake/v1/ExportPersonRequest.ts';
import type { Mandate__Output } from '@cups/contracts/gen/cups/identity/v1/Mandate.ts';
import { isProblem } from '@cups/problem';
import type { CallContext } from '@cups/rpc';
import type { ServiceClients } from './clients.ts';
import * as convert from './convert.ts';
import { documentJson } from './document-json.ts';
import { mandateJson } from './mandate-json.ts';

/**
 * Composes the copy of a person's data from all services. Intake comes first: it records the copy and its reason, and
 * the access to each application, before anything is shown. Nothing stores the copy. A copy lacks nothing unnoticed: it
 * fails if a service does not respond, except for the proofs of the journal, for which nothing waits.
 */

export type CopyClients = Pick<ServiceClients, 'intake' | 'identity' | 'documents' | 'notifications' | 'journal'>;
type Context = Partial<CallContext>;

/** Applications of a page: each needs calls of three services. */
const PAGE_SIZE = 5;
const MANDATES_PAGE_SIZE = 200;
const ENTRIES_PAGE_SIZE = 200;
/** The newest 1,000 entries of an application. */
const MAX_ENTRY_PAGES = 5;

/** The categories of data that concern applicants. Others concern staff, or are part of these. */
const CATEGORIES: readonly RetentionCategory[] = [
  'closed-applications',
  'ended-drafts',
  'access-log',
  'evidence',
  'results',
  'notices',
  'deliveries',
  'mandates',
  'agency-topics',
  'backups',
  'journal-entries',
];

/** Returns a page of the copy; the first has the mandates and the terms. @throws Problem of any service */
export async function readCopyPage(clients: CopyClients, request: ExportPersonRequest, context: Context) {
  const isFirst = !request.pageToken;
  const { idnp = '' } = request;
  const page = await clients.intake.exportPerson({ ...request, pageSize: PAGE_SIZE }, context);
  const [applications, mandates] = await Promise.all([
    Promise.all(page.applications.map((one) => readApplication(clients, one, context))),
    isFirst ? readMandates(clients, idnp, context) : undefined,
  ]);
  const hasProofs = applications.every(({ journal, earlierActions }) => journal !== undefined || earlierActions);
  return {
    copy: page.copy,
    applications,
    unreadable: page.unreadable,
    mandates,
    retention: isFirst ? CATEGORIES.map(toTerm) : undefined,
    unavailableParts: hasProofs ? undefined : ['journal'],
    nextPageToken: page.nextPageToken || undefined,
  };
}

async function readApplication(clients: CopyClients, exported: ExportedApplication__Output, context: Context) {
  const { application, actions, submissions, accesses, moreAccesses, roles, earlierActions } = exported;
  if (!application) throw new Error('an upstream response is incomplete');
  const { name } = application;
  const shown = { roles, application: convert.applicationJson(application), history: actions.map(convert.actionJson) };
  const none = { submissions: [], recipients: [], accesses: [], notices: [], documents: [] };
  // The first page of the application has all other parts.
  if (earlierActions > 0) return { ...shown, ...none, earlierActions, journal: undefined };
  const [{ notices }, { documents }, journal] = await Promise.all([
    clients.notifications.exportNotices({ application: name }, context),
    clients.documents.exportDocuments({ application: name }, context),
    readEntries(clients, name, context),
  ]);
  return {
    ...shown,
    earlierActions: undefined,
    submissions: submissions.map(convert.submissionJson),
    recipients: submissions.length > 0 ? [application.agency] : [],
    accesses: accesses.map(convert.accessLogEntryJson),
    moreAccesses: moreAccesses || undefined,
    notices: notices.flatMap(({ notice, emailAddress }) =>
      notice ? [{ notice: convert.noticeJson(notice), emailAddress: emailAddress || undefined }] : [],
    ),
    documents: documents.map(documentJson),
    journal,
  };
}

async function readMandates({ identity }: CopyClients, idnp: string, context: Context) {
  const mandates: Mandate__Output[] = [];
  let pageToken = '';
  do {
    const page = await identity.exportPersonMandates({ idnp, pageSize: MANDATES_PAGE_SIZE, pageToken }, context);
    mandates.push(...page.mandates);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return mandates.map(mandateJson);
}

/**
 * Returns the entries about an application as `cups journal verify-list` reads them: pages of entries, each with the
 * checkpoint to which its proofs lead. Undefined while the journal is unavailable.
 */
async function readEntries({ journal }: CopyClients, application: string, context: Context) {
  const pages = [];
  let pageToken = '';
  try {
    do {
      const page = await journal.listEntries(
        { resource: application, pageSize: ENTRIES_PAGE_SIZE, pageToken },
        context,
      );
      const entries = page.entries.map(({ index, text, salt, proof }) => ({
        index: Number(index),
        text,
        salt: salt.toString('base64'),
        proof: proof.map((hash) => hash.toString('base64')),
      }));
      pages.push({ checkpoint: page.checkpoint, entries });
      pageToken = page.nextPageToken;
    } while (pageToken !== '' && pages.length < MAX_ENTRY_PAGES);
    return { application, pages };
  } catch (error) {
    if (isProblem(error) && ['UNAVAILABLE', 'DEADLINE'].includes(error.kind)) return undefined;
    throw error;
  }
}

/** A term as the platform delivers it. Installations may set others. */
function toTerm(category: RetentionCategory) {
  const { days, source, end } = RETENTION_RULES[category];
  return { category, days: days ?? undefined, source, end };
}
