import { api, bodyOf, isTransient } from '../api/client.ts';
import type { Application, AccessLogEntry, Notice, Catalog } from '../api/types.ts';
import { AccessLogPrintout } from './access-log-printout.tsx';
import { fetchCheckpoint, fetchListFile } from './journal.ts';
import { printDocument } from './printing.tsx';
import { ReceiptPrintout } from './receipt-printout.tsx';
import { SlipPrintout } from './slip-printout.tsx';

/** Printouts that read from the platform first. A failed read throws, and nothing is printed. */

/** Maximum number of entries printed, newest first. */
const MAX_ENTRIES = 1_000;

/** Prints a notice. The first read of its slip records the notice as printed and sent. */
export async function printSlip(notice: Notice, application: Application, catalog: Catalog): Promise<void> {
  await api.GET('/api/v1/applications/{id}/notices/{noticeId}/slip', {
    params: { path: { id: application.id, noticeId: notice.id } },
    parseAs: 'text',
  });
  await printDocument(<SlipPrintout notice={notice} application={application} catalog={catalog} />);
}

/** Prints the receipt with the state of the journal, as far as that is available. */
export async function printReceipt(application: Application, catalog: Catalog): Promise<void> {
  const checkpoint = await fetchCheckpoint();
  await printDocument(<ReceiptPrintout {...{ application, catalog, checkpoint }} />);
}

/**
 * Prints the newest 1,000 entries of the access log, and saves the file that proves them. Without the journal, the printout
 * says that it has no proof.
 */
export async function printAccessLog(application: Application, catalog: Catalog): Promise<void> {
  const entries: AccessLogEntry[] = [];
  const names = new Map<string, string>();
  for (let pageToken: string | undefined = ''; pageToken !== undefined && entries.length < MAX_ENTRIES;) {
    const page: AccessLogPage = await fetchAccessLogPage(application.id, pageToken);
    entries.push(...page.entries);
    page.operators?.forEach(({ name, displayName }) => names.set(name, displayName));
    pageToken = page.nextPageToken;
  }
  const nameOf = (operator: string) => names.get(operator) ?? operator;
  const file = await fetchListFile(application.id, MAX_ENTRIES).catch((error: unknown) => {
    if (isTransient(error)) return { checkpoint: '', sha256: '', text: '' };
    throw error;
  });
  if (file.text) saveText(`access-list-${application.id}.json`, file.text);
  await printDocument(
    <AccessLogPrintout
      {...{ application, catalog, entries, nameOf, checkpoint: file.checkpoint, listHash: file.sha256 }}
    />,
  );
}

/** Saves a file. Its name has an ID only. */
function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

interface AccessLogPage {
  entries: AccessLogEntry[];
  operators?: { name: string; displayName: string }[];
  nextPageToken?: string;
}

function fetchAccessLogPage(id: string, pageToken: string): Promise<AccessLogPage> {
  const query = pageToken ? { pageSize: 200, pageToken } : { pageSize: 200 };
  return bodyOf(api.GET('/api/v1/applications/{id}/access-log', { params: { path: { id }, query } }));
}
