import { LRUCache } from 'lru-cache';
import type { CallContext } from '@cups/rpc';

/** Resolves `operators/{id}` to display names, which only identity stores. */

/** A changed name appears within this time. */
const REFRESH_INTERVAL_MS = 60_000;
/** Interval of retries after a failed call. */
const RETRY_INTERVAL_MS = 5_000;
/** Responses do not wait longer for newer names, nor for names that were never received: a page would show "a colleague" instead. */
const FETCH_TIMEOUT_MS = 500;
const FIRST_FETCH_TIMEOUT_MS = 2_000;
const MAX_CACHED_NAMES = 20_000;
/** Limit of identity. */
const MAX_NAMES_PER_CALL = 200;
const OPERATOR_NAME = /^operators\/[a-z0-9][a-z0-9.-]{0,79}$/;

interface CachedName {
  /** Empty for an unknown operator; undefined before the first response. */
  displayName: string | undefined;
  refreshTime: number;
}

export interface OperatorNameResolverDeps {
  /** Fetches names from identity; rejects while it is unavailable. */
  fetchNames: (
    names: string[],
    context: Partial<CallContext>,
  ) => Promise<{ operators: { name: string; displayName: string }[] }>;
  now: () => Date;
}

export interface ResolvedNames {
  /** `operators/{id}` with display names. */
  operators: { name: string; displayName: string }[];
  /** Whether names are missing because identity is unavailable. */
  isIncomplete: boolean;
}

export interface OperatorNameResolver {
  /**
   * Returns the display names of all operators in a response, cached for one minute. Omits unknown operators.
   * While identity is unavailable, it returns cached names. Never rejects.
   * @param body JSON of the response
   */
  resolveNames(body: unknown, context: CallContext): Promise<ResolvedNames>;
}

export function createOperatorNameResolver({ fetchNames, now }: OperatorNameResolverDeps): OperatorNameResolver {
  const cache = new LRUCache<string, CachedName>({ max: MAX_CACHED_NAMES });

  async function refresh(names: string[], context: CallContext): Promise<void> {
    const isFirst = names.some((name) => cache.peek(name)?.displayName === undefined);
    const timeoutMs = isFirst ? FIRST_FETCH_TIMEOUT_MS : FETCH_TIMEOUT_MS;
    const deadline = new Date(Math.min(context.deadline.getTime(), Date.now() + timeoutMs));
    try {
      const { operators } = await fetchNames(names, { ...context, deadline });
      const namesById = new Map(operators.map(({ name, displayName }) => [name, displayName]));
      const refreshTime = now().getTime() + REFRESH_INTERVAL_MS;
      for (const name of names) cache.set(name, { displayName: namesById.get(name) ?? '', refreshTime });
    } catch {
      const refreshTime = now().getTime() + RETRY_INTERVAL_MS;
      for (const name of names) cache.set(name, { displayName: cache.peek(name)?.displayName, refreshTime });
    }
  }

  return {
    async resolveNames(body, context) {
      const names = [...collectOperatorNames(body)];
      const stale = names.filter((name) => (cache.get(name)?.refreshTime ?? 0) <= now().getTime());
      const calls = [];
      for (let at = 0; at < stale.length; at += MAX_NAMES_PER_CALL)
        calls.push(refresh(stale.slice(at, at + MAX_NAMES_PER_CALL), context));
      await Promise.all(calls);
      const cached = names.map((name) => ({ name, displayName: cache.peek(name)?.displayName }));
      return {
        operators: cached.flatMap(({ name, displayName }) => (displayName ? { name, displayName } : [])),
        isIncomplete: cached.some(({ displayName }) => displayName === undefined),
      };
    },
  };
}

function collectOperatorNames(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string' && OPERATOR_NAME.test(value)) found.add(value);
  if (typeof value === 'object' && value !== null)
    for (const item of Object.values(value)) collectOperatorNames(item, found);
  return found;
}
