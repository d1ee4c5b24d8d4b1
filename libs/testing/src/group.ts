/** Something that tests start and stop. */
interface Stoppable {
  stop(): Promise<void>;
}

/**
 * Returns a function that starts something once for all test files of a group (`test/<name>.group.ts`). Each caller
 * receives the same object and calls its `stop`; the last call stops it.
 */
export function shareInGroup<T extends Stoppable>(start: () => Promise<T>): () => Promise<T> {
  let shared: Promise<T> | undefined;
  let users = 0;
  return async () => {
    users += 1;
    shared ??= start().then((started) => ({
      ...started,
      async stop() {
        users -= 1;
        if (users > 0) return;
        shared = undefined;
        await started.stop();
      },
    }));
    return shared;
  };
}
