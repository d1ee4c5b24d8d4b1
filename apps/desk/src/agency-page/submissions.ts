import type { AgencyDeliveryDetails, Submission } from '../api/types.ts';

/** What the submissions of an application contain together. Each is complete: a later one repeats what was filed before. */

type Evidence = NonNullable<Submission['evidence']>[number];
type Unavailable = NonNullable<Submission['unavailable']>[number];

/** Returns the number of the newest submission on the screen. The delivery may already have a newer one. */
export const seenSubmission = ({ delivery, submissions }: AgencyDeliveryDetails): number =>
  Math.max(1, Math.min(delivery.submission ?? 1, submissions.length));

/** Whether the first submission had no such document. */
export function isSuppliedLater(item: Evidence, [first]: readonly Submission[]): boolean {
  const text = JSON.stringify(item);
  return !first?.evidence?.some((other) => JSON.stringify(other) === text);
}

/** Returns the requested documents that the person cannot bring and did not bring later, with the newest reason of each. */
export function findUnavailable(submissions: readonly Submission[]): Unavailable[] {
  const byKind = new Map<string, Unavailable>();
  for (const { unavailable = [], evidence = [] } of submissions) {
    for (const { kind } of evidence) byKind.delete(kind);
    for (const item of unavailable) byKind.set(item.kind, item);
  }
  return [...byKind.values()];
}

/** Returns each copy that was filed, once. */
export function findCopies(submissions: readonly Submission[]): { kind: string; copy: string }[] {
  const copies = new Map<string, { kind: string; copy: string }>();
  for (const { evidence = [] } of submissions)
    for (const { kind, copy = '' } of evidence) if (copy !== '') copies.set(copy, { kind, copy });
  return [...copies.values()];
}
