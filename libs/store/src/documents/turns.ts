/**
 * One at a time for each key, in the order in which they came; those of different keys do not wait for each other.
 * @returns what takes its turn: the work's own answer or error
 */
export function openTurns(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const lasts = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const mine = (lasts.get(key) ?? Promise.resolve()).then(work);
    const last = mine.then(forget, forget);
    function forget(): void {
      if (lasts.get(key) === last) lasts.delete(key);
    }
    lasts.set(key, last);
    return mine;
  };
}
