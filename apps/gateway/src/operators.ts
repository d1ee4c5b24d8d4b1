import { LRUCache } from 'lru-cache';
import type { CallContext } from '@cups/rpc';

/** Names of operators for people: identity has them, and what is shown bears `operators/{id}` only. */

/** A name that changed is shown within this time. */
const FRESH_MS = 60_000;
/** A name that identity could not be asked for is asked for again after this time. */
const AGAIN_MS = 5_000;
/** A page is not kept waiting for names. */
const ASK_MS = 500;
const MOST_KNOWN = 20_000;
/** As identity takes them in one call. */
const MOST_ASKED = 200;
const NAME = /^operators\/[a-z0-9][a-z0-9.-]{0,79}$/;

interface Known {
  /** Empty for one that identity does not know; undefined where it was never heard. */
  displayName: string | undefined;
  askAt: number;
}

export interface OperatorsParts {
  /** Asks identity; rejects when it is away. */
  ask: (
    names: string[],
    context: Partial<CallContext>,
  ) => Promise<{ operators: { name: string; displayName: string }[] }>;
  now: () => Date;
}

export interface Names {
  /** `operators/{id}` with the name for people. */
  operators: { name: string; displayName: string }[];
  /** Whether one is left out because identity could not be asked. */
  away: boolean;
}

export interface Operators {
  /**
   * The names for people of all operators that stand anywhere in an answer, kept for a minute. One that is not known is left
   * out; while identity is away the names of before are told. Never rejects.
   * @param body JSON as it will be sent
   */
  namesIn(body: unknown, context: CallContext): Promise<Names>;
}

export function openOperators({ ask, now }: OperatorsParts): Operators {
  const known = new LRUCache<string, Known>({ max: MOST_KNOWN });

  async function look(names: string[], context: CallContext): Promise<void> {
    const soon = new Date(Math.min(context.deadline.getTime(), Date.now() + ASK_MS));
    try {
      const { operators } = await ask(names, { ...context, deadline: soon });
      const told = new Map(operators.map(({ name, displayName }) => [name, displayName]));
      const askAt = now().getTime() + FRESH_MS;
      for (const name of names) known.set(name, { displayName: told.get(name) ?? '', askAt });
    } catch {
      const askAt = now().getTime() + AGAIN_MS;
      for (const name of names) known.set(name, { displayName: known.peek(name)?.displayName, askAt });
    }
  }

  return {
    async namesIn(body, context) {
      const names = [...operatorsIn(body)];
      const stale = names.filter((name) => (known.get(name)?.askAt ?? 0) <= now().getTime());
      const calls = [];
      for (let at = 0; at < stale.length; at += MOST_ASKED) calls.push(look(stale.slice(at, at + MOST_ASKED), context));
      await Promise.all(calls);
      const found = names.map((name) => ({ name, displayName: known.peek(name)?.displayName }));
      return {
        operators: found.flatMap(({ name, displayName }) => (displayName ? { name, displayName } : [])),
        away: found.some(({ displayName }) => displayName === undefined),
      };
    },
  };
}

function operatorsIn(value: unknown, found = new Set<string>()): Set<string> {
  if (typeof value === 'string' && NAME.test(value)) found.add(value);
  if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) operatorsIn(item, found);
  return found;
}
