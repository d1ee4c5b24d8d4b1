import { parsePublicJwks } from './jwk.ts';
import type { IdentifiedKey } from './jwk.ts';

/** How long keys go on counting whose file cannot be read or understood: it may be caught while it is written. */
export const GRACE_MS = 60_000;

/** What is known of the public keys of one service. */
export interface TrustedKeys {
  /** The last good text of its file. */
  text: string;
  /** Empty once trust has ended. */
  keys: readonly IdentifiedKey[];
  /** Since when the file cannot be used, and why. */
  failure?: { since: number; reason: KeyFileFailure };
}

type KeyFileFailure = 'unreadable' | 'not-a-key' | 'folder-unreadable';

/** By the service whose keys they are. */
export type Trust = ReadonlyMap<string, TrustedKeys>;

/** What a look at the folder found: the text of each service's file, undefined where it cannot be read. */
export type KeyFileContents = ReadonlyMap<string, string | undefined>;

/** What changed by a look. After `trusted` and `ended` whatever was concluded from the keys before is void. */
export type TrustChange =
  | { change: 'trusted'; issuer: string; count: number }
  | { change: 'in-doubt'; issuer: string; reason: KeyFileFailure }
  | { change: 'ended'; issuer: string; reason: KeyFileFailure | 'removed' };

/**
 * What public keys count after a look at their folder. A good file counts at once, and one that is gone counts no more. A file that
 * cannot be used, and a folder that cannot be read, leaves trust as it is for a minute; then trust ends until the file is good.
 * @param found undefined when the folder cannot be read
 * @param at milliseconds of a clock that only rises
 */
export function updateTrust(
  trust: Trust,
  found: KeyFileContents | undefined,
  at: number,
): { trust: Trust; changes: TrustChange[] } {
  const next = new Map<string, TrustedKeys>();
  const changes: TrustChange[] = [];
  const accept = (issuer: string, evaluated: EvaluatedKeys): void => {
    next.set(issuer, evaluated.trusted);
    changes.push(...evaluated.changes);
  };
  for (const [issuer, trusted] of trust) {
    if (!found) accept(issuer, recordFailure(issuer, trusted, 'folder-unreadable', at));
    else if (!found.has(issuer) && trusted.keys.length > 0)
      changes.push({ change: 'ended', issuer, reason: 'removed' });
  }
  for (const [issuer, text] of found ?? []) accept(issuer, evaluateFile(issuer, trust.get(issuer), text, at));
  return { trust: next, changes };
}

interface EvaluatedKeys {
  trusted: TrustedKeys;
  changes: TrustChange[];
}

function evaluateFile(
  issuer: string,
  trusted: TrustedKeys | undefined,
  text: string | undefined,
  at: number,
): EvaluatedKeys {
  if (text === undefined) return recordFailure(issuer, trusted, 'unreadable', at);
  if (trusted && trusted.text === text && !trusted.failure) return { trusted, changes: [] };
  try {
    const keys = parsePublicJwks(text);
    return { trusted: { text, keys }, changes: [{ change: 'trusted', issuer, count: keys.length }] };
  } catch {
    return recordFailure(issuer, trusted, 'not-a-key', at);
  }
}

function recordFailure(
  issuer: string,
  trusted: TrustedKeys | undefined,
  cause: KeyFileFailure,
  at: number,
): EvaluatedKeys {
  const { text, keys, failure }: TrustedKeys = trusted ?? { text: '', keys: [] };
  const { since, reason } = failure ?? { since: at, reason: cause };
  const changes: TrustChange[] = failure ? [] : [{ change: 'in-doubt', issuer, reason }];
  const isOver = keys.length > 0 && at - since >= GRACE_MS;
  if (isOver) changes.push({ change: 'ended', issuer, reason });
  return { trusted: { text, keys: isOver ? [] : keys, failure: { since, reason } }, changes };
}
