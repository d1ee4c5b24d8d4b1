/**
 * One at a time for each key, in the order in which they came; those of different keys do not wait for each other.
 * @returns what takes its turn: the work's own answer or error
 */
export function createKeyedMutex(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const pending = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const result = (pending.get(key) ?? Promise.resolve()).then(work);
    const last = result.then(forget, forget);
    function forget(): void {
      if (pending.get(key) === last) pending.delete(key);
    }
    pending.set(key, last);
    return result;
  };
}
