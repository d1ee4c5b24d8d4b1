import { useCallback, useEffect, useRef, useState } from 'react';
import { useSignedIn } from '../session/session.tsx';

/**
 * What is being typed on a screen, kept in this browser until it is sent: a covered screen, a reload or a closed window
 * change nothing.
 * @param kind what it is, such as `hand-over`
 * @param id of what it is about
 * @returns the value, how to set it, and how to forget it
 */
export function usePersistentState<T>(kind: string, id: string, start: () => T): [T, (value: T) => void, () => void] {
  const { localStore } = useSignedIn();
  const [value, setValue] = useState(start);
  const touched = useRef(false);
  useEffect(() => {
    void localStore.read<T>(kind, id).then((stored) => {
      // Whoever types already is not overtaken by what was typed before.
      if (stored !== undefined && !touched.current) setValue(stored);
    });
  }, [localStore, kind, id]);
  const set = useCallback(
    (next: T) => {
      touched.current = true;
      setValue(next);
      void localStore.write(kind, id, next);
    },
    [localStore, kind, id],
  );
  const forget = useCallback(() => void localStore.remove(kind, id), [localStore, kind, id]);
  return [value, set, forget];
}
