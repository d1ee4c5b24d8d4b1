import { api, bodyOf } from '../api/client.ts';
import type { Application, AccessLogEntry, Notice, Catalog } from '../api/types.ts';
import { AccessLogPrintout } from './access-log-printout.tsx';
import { printDocument } from './printing.tsx';
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

/** Prints the newest 1,000 entries of the access log. */
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
  await printDocument(
    <AccessLogPrintout application={application} catalog={catalog} entries={entries} nameOf={nameOf} />,
  );
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
