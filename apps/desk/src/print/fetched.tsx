import { api, bodyOf } from '../api/client.ts';
import type { Application, Look, Notice, Registry } from '../api/types.ts';
import { LooksPaper } from './looks-paper.tsx';
import { printPaper } from './printing.tsx';
import { SlipPaper } from './slip-paper.tsx';

/** Papers for which the platform is asked at the time of printing. What it does not answer is thrown, and nothing is printed. */

/** As many as the person may want to read; the newest come first. */
const MOST_LOOKS = 1_000;

/** Prints a notice. Its slip is read for that: by its first reading the platform knows that it was printed, and the notice as sent. */
export async function printSlip(notice: Notice, application: Application, registry: Registry): Promise<void> {
  await api.GET('/api/v1/applications/{id}/notices/{noticeId}/slip', {
    params: { path: { id: application.id, noticeId: notice.id } },
    parseAs: 'text',
  });
  await printPaper(<SlipPaper notice={notice} application={application} registry={registry} />);
}

/** Prints who looked at an application, the newest thousand. */
export async function printLooks(application: Application, registry: Registry): Promise<void> {
  const looks: Look[] = [];
  const names = new Map<string, string>();
  for (let pageToken: string | undefined = ''; pageToken !== undefined && looks.length < MOST_LOOKS;) {
    const page: LooksPage = await looksPage(application.id, pageToken);
    looks.push(...page.looks);
    page.operators?.forEach(({ name, displayName }) => names.set(name, displayName));
    pageToken = page.nextPageToken;
  }
  const nameOf = (by: string) => names.get(by) ?? by;
  await printPaper(<LooksPaper application={application} registry={registry} looks={looks} nameOf={nameOf} />);
}

interface LooksPage {
  looks: Look[];
  operators?: { name: string; displayName: string }[];
  nextPageToken?: string;
}

function looksPage(id: string, pageToken: string): Promise<LooksPage> {
  const query = pageToken ? { pageSize: 200, pageToken } : { pageSize: 200 };
  return bodyOf(api.GET('/api/v1/applications/{id}/looks', { params: { path: { id }, query } }));
}
