export interface Probe {
  /** Whether the last look, or a proof by other means, says that the store answers. Costs nothing. */
  isAvailable(): boolean;
  /** The store has just answered something else. */
  confirm(): void;
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
  onChange: (answers: boolean) => void;
  /** From one look to the next, ms: this old an answer may be. */
  intervalMs: number;
  timeoutMs: number;
}): Probe {
  let available = false;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  const setAvailable = (value: boolean): void => {
    if (value === available || stopped) return;
    available = value;
    options.onChange(value);
  };
  const check = async (): Promise<void> => {
    const end = Date.now() + options.timeoutMs;
    const late = setTimeout(setAvailable, options.timeoutMs, false).unref();
    try {
      await options.read();
      setAvailable(Date.now() <= end);
    } catch {
      setAvailable(false);
    } finally {
      clearTimeout(late);
    }
    if (!stopped) timer = setTimeout(() => void check(), options.intervalMs).unref();
  };
  void check();

  return {
    isAvailable: () => available,
    confirm: () => setAvailable(true),
    stop() {
      stopped = true;
      available = false;
      clearTimeout(timer);
    },
  };
}
