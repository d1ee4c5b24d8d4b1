/**
 * Runs tasks with the same key one at a time, in order. Tasks with different keys run concurrently.
 * @returns a function that resolves or rejects with the task's result
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
