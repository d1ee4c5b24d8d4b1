import { isOpen } from './notice.ts';
import type { Notice, NoticeKind } from './notice.ts';

/** Limits how often an agency can cause notices to one applicant. */

/** Kinds that an agency can cause repeatedly. */
const THROTTLED_KINDS: readonly NoticeKind[] = ['documents-requested', 'result-corrected', 'result-revoked'];
/** Maximum notices of one such kind per application in 24 hours; the next one waits. */
export const MAX_PER_DAY = 3;
const DAY_MS = 86_400_000;
/** Maximum notices of one such kind stored per thread. */
const MAX_STORED_PER_KIND = 100;

/** Returns the time until which a further notice of this kind waits, or undefined. */
export function throttledUntil(notices: readonly Notice[], kind: NoticeKind, now: Date): Date | undefined {
  if (!THROTTLED_KINDS.includes(kind)) return undefined;
  const windowEnds = notices
    .filter((notice) => notice.kind === kind && !notice.throttled && notice.state !== 'failed')
    .map((notice) => (notice.sendTime ?? notice.createTime).getTime() + DAY_MS)
    .filter((end) => end > now.getTime())
    .sort((a, b) => a - b);
  const next = windowEnds.at(-MAX_PER_DAY);
  return next === undefined ? undefined : new Date(next);
}

/**
 * Returns whether a notice with the same cause exists.
 * After a restore from backup, intake repeats events under new sequence numbers.
 * @param causedBy ID of the causing event; '' for none
 */
export const isDuplicate = (notices: readonly Notice[], kind: NoticeKind, causedBy: string): boolean =>
  causedBy !== '' && notices.some((notice) => notice.kind === kind && notice.causedBy === causedBy);

/**
 * Returns the notices with one more. A throttled notice replaces the throttled one of its kind, because only the newest
 * matters.
 */
export function withNotice(notices: readonly Notice[], added: Notice): Notice[] {
  const replaced = notices.find((stored) => added.throttled && stored.throttled && stored.kind === added.kind);
  const notice = replaced ? { ...added, replacedCount: (replaced.replacedCount ?? 0) + 1 } : added;
  const others = notices.filter((stored) => stored !== replaced);
  const closedOfKind = THROTTLED_KINDS.includes(added.kind)
    ? others.filter((stored) => stored.kind === added.kind && !isOpen(stored))
    : [];
  const oldest = closedOfKind.length >= MAX_STORED_PER_KIND ? closedOfKind[0] : undefined;
  return [...others.filter((stored) => stored !== oldest), notice];
}
