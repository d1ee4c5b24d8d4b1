import { LRUCache } from 'lru-cache';
import type { CallContext } from '@cups/rpc';

/** Names of operators for people: identity has them, and what is shown bears `operators/{id}` only. */

/** A name that changed is shown within this time. */
const REFRESH_INTERVAL_MS = 60_000;
/** A name that identity could not be asked for is asked for again after this time. */
const RETRY_INTERVAL_MS = 5_000;
/** A page is not kept waiting for names. */
const FETCH_TIMEOUT_MS = 500;
const MAX_CACHED_NAMES = 20_000;
/** As identity takes them in one call. */
const MAX_NAMES_PER_CALL = 200;
const OPERATOR_NAME = /^operators\/[a-z0-9][a-z0-9.-]{0,79}$/;

interface CachedName {
  /** Empty for one that identity does not know; undefined where it was never heard. */
  displayName: string | undefined;
  refreshTime: number;
}

export interface OperatorNameResolverDeps {
  /** Asks identity; rejects when it is away. */
  fetchNames: (
    names: string[],
    context: Partial<CallContext>,
  ) => Promise<{ operators: { name: string; displayName: string }[] }>;
  now: () => Date;
}

export interface ResolvedNames {
  /** `operators/{id}` with the name for people. */
  operators: { name: string; displayName: string }[];
  /** Whether one is left out because identity could not be asked. */
  isIncomplete: boolean;
}

export interface OperatorNameResolver {
  /**
   * The names for people of all operators that stand anywhere in an answer, kept for a minute. One that is not known is left
   * out; while identity is away the names of before are told. Never rejects.
   * @param body JSON as it will be sent
   */
  resolveNames(body: unknown, context: CallContext): Promise<ResolvedNames>;
}

export function createOperatorNameResolver({ fetchNames, now }: OperatorNameResolverDeps): OperatorNameResolver {
  const cache = new LRUCache<string, CachedName>({ max: MAX_CACHED_NAMES });

  async function refresh(names: string[], context: CallContext): Promise<void> {
    const deadline = new Date(Math.min(context.deadline.getTime(), Date.now() + FETCH_TIMEOUT_MS));
    try {
      const { operators } = await fetchNames(names, { ...context, deadline });
      const namesById = new Map(operators.map(({ name, displayName }) => [name, displayName]));
      const askAt = now().getTime() + REFRESH_INTERVAL_MS;
      for (const name of names) cache.set(name, { displayName: namesById.get(name) ?? '', refreshTime: askAt });
    } catch {
      const askAt = now().getTime() + RETRY_INTERVAL_MS;
      for (const name of names) cache.set(name, { displayName: cache.peek(name)?.displayName, refreshTime: askAt });
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
