import { api, isTransient } from '../api/client.ts';
import { groupActs, listActs } from '../access-list/acts.ts';
import { MAX_PRINTED, fetchAccesses, oldestAccess } from '../access-list/queries.ts';
import type { Application, ApplicationDetails, Notice, Catalog } from '../api/types.ts';
import { AccessLogPrintout } from './access-log-printout.tsx';
import { fetchCheckpoint, fetchListFile, saveListFile } from './journal.ts';
import { printDocument } from './printing.tsx';
import { ReceiptPrintout } from './receipt-printout.tsx';
import { SlipPrintout } from './slip-printout.tsx';

/** Printouts that read from the platform first. A failed read throws, and nothing is printed. */

/** Prints a notice. The first read of its slip records the notice as printed and sent. */
export async function printSlip(notice: Notice, application: Application, catalog: Catalog): Promise<void> {
  await api.GET('/api/v1/applications/{id}/notices/{noticeId}/slip', {
    params: { path: { id: application.id, noticeId: notice.id } },
    parseAs: 'text',
  });
  await printDocument(<SlipPrintout notice={notice} application={application} catalog={catalog} />);
}

/** Prints the receipt with the state of the journal, as far as that is available. */
export async function printReceipt(application: Application, catalog: Catalog, specialist: string): Promise<void> {
  const checkpoint = await fetchCheckpoint();
  await printDocument(<ReceiptPrintout {...{ application, catalog, specialist, checkpoint }} />);
}

/**
 * Prints the newest 1,000 entries of the access log with the changes beside them, and saves the file that proves them. Without
 * the journal, the printout says that it has no proof.
 */
export async function printAccessLog(details: ApplicationDetails, catalog: Catalog): Promise<void> {
  const { application, history, operators = [] } = details;
  const accesses = await fetchAccesses(application.id, MAX_PRINTED);
  const since = oldestAccess(accesses);
  const file = await fetchListFile(application.id, { maxEntries: MAX_PRINTED, since }).catch((error: unknown) => {
    if (isTransient(error)) return undefined;
    throw error;
  });
  if (file?.text) saveListFile(application.id, file);
  const acts = listActs({ accesses: accesses.entries, history, journal: file, now: Date.now() });
  const names = [...operators, ...accesses.operators, ...(file?.operators ?? [])];
  await printDocument(
    <AccessLogPrintout
      {...{ application, catalog, groups: groupActs(acts), operators: names }}
      checkpoint={file?.checkpoint ?? ''}
      listHash={file?.sha256 ?? ''}
    />,
  );
}
