export interface Probe {
  /** Returns the result of the last probe or confirmation, without a call. */
  isAvailable(): boolean;
  /** Records that the store has just answered another call. */
  confirm(): void;
  stop(): void;
}

const MAX_RETRY_MS = 1_000;

/**
 * Probes the store at an interval. The driver's state only reflects the connection, and a gateway may run while the
 * database behind it is unavailable. One probe at a time; one that exceeds `timeoutMs` counts as failed.
 */
export function startProbe(options: {
  /** A light read of the service's own database. */
  read: () => Promise<unknown>;
  /** Called when the availability changes. */
  onChange: (answers: boolean) => void;
  /** Pause between two probes, ms; at most a second after a failed one. */
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
    const delayMs = available ? options.intervalMs : Math.min(options.intervalMs, MAX_RETRY_MS);
    if (!stopped) timer = setTimeout(() => void check(), delayMs).unref();
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
