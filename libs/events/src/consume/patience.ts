import type { Failure } from './park.ts';

/** How long a handler is borne with that does not get on with an event. */
export interface Patience {
  /** Throws, for reasons of its own, after which the event is parked. With the waits between them, ten take half a minute. */
  tries: number;
  /** ms; a handler that takes longer never ends. */
  hangMs: number;
  /** ms; so soon a lane goes on that somebody has released. */
  lookMs: number;
}

export const PATIENCE: Patience = { tries: 10, hangMs: 60_000, lookMs: 1_000 };

class Hangs extends Error {}

/**
 * What `work` leads to within the bound. What comes later is not waited for: should it have an effect after all, that is one of an
 * event which is parked, and is known as a repeat when it is tried again.
 * @throws Hangs
 */
export async function within<T>(hangMs: number, work: () => Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const bound = setTimeout(() => reject(new Hangs()), hangMs);
  bound.unref();
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(bound);
  }
}

/** What went wrong with one event so far. */
export class Faults {
  readonly #tries: number;
  readonly #isPassing: (error: unknown) => boolean;
  #own = 0;

  /** @param isPassing whether a failure is none of the event's own: the store, or a neighbour, is away */
  constructor(tries: number, isPassing: (error: unknown) => boolean) {
    this.#tries = tries;
    this.#isPassing = isPassing;
  }

  /** One more failure. @returns why the event is to be parked; undefined while it is to be tried again */
  judge(error: unknown): Failure | undefined {
    if (error instanceof Hangs) return { cause: 'HANDLER_HANGS', detail: '' };
    if (this.#isPassing(error)) return undefined;
    this.#own += 1;
    return this.#own < this.#tries ? undefined : { cause: 'HANDLER_THREW', detail: detailOf(error) };
  }
}

/** The class of what was thrown and its nearest place in the code; its text may hold content, and stays out. */
function detailOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frame = /\n\s+at (?:async )?(?:([\w.#<>[\] ]+) \()?[^\n]*?([\w.-]+:\d+):\d+\)?/.exec(error.stack ?? '');
  const { name } = error.constructor;
  return frame ? `${name} at ${[frame[1], frame[2]].filter(Boolean).join(' ')}`.slice(0, 200) : name;
}
