import { publicKeysFrom } from './jwk.ts';
import type { KnownKey } from './jwk.ts';

/** How long keys go on counting whose file cannot be read or understood: it may be caught while it is written. */
export const GRACE_MS = 60_000;

/** What is known of the public keys of one service. */
export interface Known {
  /** The last good text of its file. */
  text: string;
  /** Empty once trust has ended. */
  keys: readonly KnownKey[];
  /** Since when the file cannot be used, and why. */
  doubt?: { since: number; reason: Doubt };
}

type Doubt = 'unreadable' | 'not-a-key' | 'folder-unreadable';

/** By the service whose keys they are. */
export type Trust = ReadonlyMap<string, Known>;

/** What a look at the folder found: the text of each service's file, undefined where it cannot be read. */
export type Found = ReadonlyMap<string, string | undefined>;

/** What changed by a look. After `trusted` and `ended` whatever was concluded from the keys before is void. */
export type TrustChange =
  | { change: 'trusted'; issuer: string; count: number }
  | { change: 'in-doubt'; issuer: string; reason: Doubt }
  | { change: 'ended'; issuer: string; reason: Doubt | 'removed' };

/**
 * What public keys count after a look at their folder. A good file counts at once, and one that is gone counts no more. A file that
 * cannot be used, and a folder that cannot be read, leaves trust as it is for a minute; then trust ends until the file is good.
 * @param found undefined when the folder cannot be read
 * @param at milliseconds of a clock that only rises
 */
export function trustAfter(
  trust: Trust,
  found: Found | undefined,
  at: number,
): { trust: Trust; changes: TrustChange[] } {
  const next = new Map<string, Known>();
  const changes: TrustChange[] = [];
  const accept = (issuer: string, judged: Judged): void => {
    next.set(issuer, judged.known);
    changes.push(...judged.changes);
  };
  for (const [issuer, known] of trust) {
    if (!found) accept(issuer, doubted(issuer, known, 'folder-unreadable', at));
    else if (!found.has(issuer) && known.keys.length > 0) changes.push({ change: 'ended', issuer, reason: 'removed' });
  }
  for (const [issuer, text] of found ?? []) accept(issuer, judge(issuer, trust.get(issuer), text, at));
  return { trust: next, changes };
}

interface Judged {
  known: Known;
  changes: TrustChange[];
}

function judge(issuer: string, known: Known | undefined, text: string | undefined, at: number): Judged {
  if (text === undefined) return doubted(issuer, known, 'unreadable', at);
  if (known && known.text === text && !known.doubt) return { known, changes: [] };
  try {
    const keys = publicKeysFrom(text);
    return { known: { text, keys }, changes: [{ change: 'trusted', issuer, count: keys.length }] };
  } catch {
    return doubted(issuer, known, 'not-a-key', at);
  }
}

function doubted(issuer: string, known: Known | undefined, cause: Doubt, at: number): Judged {
  const { text, keys, doubt }: Known = known ?? { text: '', keys: [] };
  const { since, reason } = doubt ?? { since: at, reason: cause };
  const changes: TrustChange[] = doubt ? [] : [{ change: 'in-doubt', issuer, reason }];
  const isOver = keys.length > 0 && at - since >= GRACE_MS;
  if (isOver) changes.push({ change: 'ended', issuer, reason });
  return { known: { text, keys: isOver ? [] : keys, doubt: { since, reason } }, changes };
}
