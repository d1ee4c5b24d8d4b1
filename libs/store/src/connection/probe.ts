export interface Probe {
  /** Whether the last look, or a proof by other means, says that the store answers. Costs nothing. */
  answers(): boolean;
  /** The store has just answered something else. */
  proved(): void;
  stop(): void;
}

/**
 * Looks again and again whether the store really answers: the state of a driver tells only that a connection stands, and a
 * gateway may be there while what is behind it is away. One look at a time; one that takes longer than `boundMs` counts
 * as no answer.
 */
export function startProbe(options: {
  /** A light read of the own database. */
  read: () => Promise<unknown>;
  /** Called when the answer has changed. */
  changed: (answers: boolean) => void;
  /** From one look to the next, ms: this old an answer may be. */
  everyMs: number;
  boundMs: number;
}): Probe {
  let answering = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const become = (value: boolean): void => {
    if (value === answering || stopped) return;
    answering = value;
    options.changed(value);
  };
  const look = async (): Promise<void> => {
    const end = Date.now() + options.boundMs;
    const late = setTimeout(become, options.boundMs, false).unref();
    try {
      await options.read();
      become(Date.now() <= end);
    } catch {
      become(false);
    } finally {
      clearTimeout(late);
    }
    if (!stopped) timer = setTimeout(() => void look(), options.everyMs).unref();
  };
  void look();

  return {
    answers: () => answering,
    proved: () => become(true),
    stop() {
      stopped = true;
      answering = false;
      clearTimeout(timer);
    },
  };
}
