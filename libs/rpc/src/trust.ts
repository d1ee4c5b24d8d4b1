import { parsePublicJwks } from './jwk.ts';
import type { IdentifiedKey } from './jwk.ts';

/** How long keys stay trusted while their file is unusable: it may be in the middle of a write. */
export const GRACE_MS = 60_000;

/** The public keys of one service. */
export interface TrustedKeys {
  /** The last valid text of its file. */
  text: string;
  /** Empty once trust has ended. */
  keys: readonly IdentifiedKey[];
  /** Start and reason of the current failure. */
  failure?: { since: number; reason: KeyFileFailure };
}

type KeyFileFailure = 'unreadable' | 'not-a-key' | 'folder-unreadable';

/** By service. */
export type Trust = ReadonlyMap<string, TrustedKeys>;

/** Contents of the folder by service; undefined for an unreadable file. */
export type KeyFileContents = ReadonlyMap<string, string | undefined>;

/** One change of trust. `trusted` and `ended` invalidate results of earlier keys. */
export type TrustChange =
  | { change: 'trusted'; issuer: string; count: number }
  | { change: 'reload-failed'; issuer: string; reason: KeyFileFailure }
  | { change: 'ended'; issuer: string; reason: KeyFileFailure | 'removed' };

/**
 * Updates trust from the contents of the folder. A valid file counts immediately, and a missing one ends trust. An
 * unusable file or folder keeps trust for one minute, then ends it until the file is valid.
 * @param found undefined if the folder is unreadable
 * @param at monotonic clock, ms
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
  const changes: TrustChange[] = failure ? [] : [{ change: 'reload-failed', issuer, reason }];
  const isOver = keys.length > 0 && at - since >= GRACE_MS;
  if (isOver) changes.push({ change: 'ended', issuer, reason });
  return { trusted: { text, keys: isOver ? [] : keys, failure: { since, reason } }, changes };
}
