import { randomUUID } from 'node:crypto';
import { ApiError } from '@cups/tools/desk';
import type { Application, Desk } from '@cups/tools/desk';
import { filing } from '@cups/tools/filings';
import { withMandate } from '@cups/tools/mandates';
import { buildPdf, UploadClient } from '@cups/tools/upload-client';

/** Races between the submission of an application and the deletion of its only scan. */

/** `together`: both requests at the same time. `after`: the deletion follows the acknowledged submission immediately. */
export type RaceOrder = 'together' | 'after';

export interface RaceOutcomes {
  submitted: number;
  deleted: number;
  /** Submissions without their scan, and races of which both sides failed. */
  violations: string[];
}

const CONCURRENCY = 6;
const KIND = 'identity-document';

/** Runs races whose applicants have the numbers from `first` on. */
export async function raceDeletions(
  { desk, url, cookie }: { desk: Desk; url: string; cookie: () => string },
  { first, count, order }: { first: number; count: number; order: RaceOrder },
): Promise<RaceOutcomes> {
  const uploads = new UploadClient(url, cookie);
  const outcomes: RaceOutcomes = { submitted: 0, deleted: 0, violations: [] };
  let next = first;
  const work = async (): Promise<void> => {
    while (next < first + count) {
      const person = next;
      next += 1;
      const { isSubmitted, isDeleted, isKept } = await race({ desk, uploads }, person, order);
      if (isSubmitted) outcomes.submitted += 1;
      if (isDeleted) outcomes.deleted += 1;
      if (isSubmitted === isDeleted || isSubmitted !== isKept)
        outcomes.violations.push(`${person}: submitted ${isSubmitted}, deleted ${isDeleted}, scan kept ${isKept}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return outcomes;
}

async function race({ desk, uploads }: { desk: Desk; uploads: UploadClient }, person: number, order: RaceOrder) {
  const body = await withMandate(desk, { ...filing(person, 'ZX'), evidence: [] });
  const draft = (await desk.call<Application>('POST', '/applications', { body })).body;
  const bytes = buildPdf(1_000, `race ${person}`);
  const path = await uploads.open({ application: draft.id, kind: KIND, bytes }, randomUUID());
  const document = `/documents/${path.split('/').at(-1)!}`;
  const evidence = [{ kind: KIND, copy: document.slice(1) }];
  await desk.call('PATCH', `/applications/${draft.id}`, { body: { evidence }, etag: draft.etag });
  const isSuccess = (call: Promise<unknown>): Promise<boolean> =>
    call.then(
      () => true,
      (error: unknown) => {
        if (error instanceof ApiError) return false;
        throw error;
      },
    );
  const submit = () => isSuccess(desk.call('POST', `/applications/${draft.id}/submit`, { body: {} }));
  const remove = () => isSuccess(desk.call('DELETE', document));
  const [submitted, deleted] =
    order === 'together' ? await Promise.all([submit(), remove()]) : [await submit(), await remove()];
  const { state } = (await desk.call<Application>('GET', `/applications/${draft.id}`)).body;
  const isKept = await isSuccess(desk.call('GET', document));
  // A centre has a limit of open applications.
  await desk.call('POST', `/applications/${draft.id}/withdraw`, { body: {} });
  // A submission counts by its state: a response may be lost.
  return { isSubmitted: submitted || state !== 'draft', isDeleted: deleted, isKept };
}
