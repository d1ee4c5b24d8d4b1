import { isOpen } from './notice.ts';
import type { Notice, NoticeKind } from './notice.ts';

/** What keeps an agency from having a person told the same kind of thing all day long. */

/** What an agency can cause again and again. */
const THROTTLED_KINDS: readonly NoticeKind[] = ['documents-requested', 'result-corrected', 'result-revoked'];
/** Notices of one such kind about one application in 24 hours; the next one waits. */
export const MAX_PER_DAY = 3;
const DAY_MS = 86_400_000;
/** Notices of one such kind that a thread keeps. */
const MAX_STORED_PER_KIND = 100;

/** Until when a further notice of this kind has to wait; undefined when it need not. */
export function throttledUntil(notices: readonly Notice[], kind: NoticeKind, now: Date): Date | undefined {
  if (!THROTTLED_KINDS.includes(kind)) return undefined;
  const windowEnds = notices
    .filter((one) => one.kind === kind && !one.held && one.state !== 'failed')
    .map((one) => (one.sendTime ?? one.createTime).getTime() + DAY_MS)
    .filter((end) => end > now.getTime())
    .sort((a, b) => a - b);
  const next = windowEnds.at(-MAX_PER_DAY);
  return next === undefined ? undefined : new Date(next);
}

/**
 * Whether the person was told of this already, under another number: an intake that was restored from a backup handles again what
 * caused it, and numbers what follows after all that it had published.
 * @param causedBy id of the event that caused it; '' for none
 */
export const isDuplicate = (notices: readonly Notice[], kind: NoticeKind, causedBy: string): boolean =>
  causedBy !== '' && notices.some((one) => one.kind === kind && one.causedBy === causedBy);

/** The notices with one more. A held one takes the place of the one that is held already: the newest is what counts. */
export function withNotice(notices: readonly Notice[], added: Notice): Notice[] {
  const replaced = notices.find((one) => added.held && one.held && one.kind === added.kind);
  const notice = replaced ? { ...added, replaces: (replaced.replaces ?? 0) + 1 } : added;
  const others = notices.filter((one) => one !== replaced);
  const closedOfKind = THROTTLED_KINDS.includes(added.kind)
    ? others.filter((one) => one.kind === added.kind && !isOpen(one))
    : [];
  const oldest = closedOfKind.length >= MAX_STORED_PER_KIND ? closedOfKind[0] : undefined;
  return [...others.filter((one) => one !== oldest), notice];
}
