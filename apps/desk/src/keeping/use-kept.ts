import { useCallback, useEffect, useRef, useState } from 'react';
import { useSignedIn } from '../session/session.tsx';

/**
 * What is being typed on a screen, kept in this browser until it is sent: a covered screen, a reload or a closed window
 * change nothing.
 * @param kind what it is, such as `hand-over`
 * @param id of what it is about
 * @returns the value, how to set it, and how to forget it
 */
export function useKept<T>(kind: string, id: string, start: () => T): [T, (value: T) => void, () => void] {
  const { keeping } = useSignedIn();
  const [value, setValue] = useState(start);
  const touched = useRef(false);
  useEffect(() => {
    void keeping.read<T>(kind, id).then((kept) => {
      // Whoever types already is not overtaken by what was typed before.
      if (kept !== undefined && !touched.current) setValue(kept);
    });
  }, [keeping, kind, id]);
  const set = useCallback(
    (next: T) => {
      touched.current = true;
      setValue(next);
      void keeping.write(kind, id, next);
    },
    [keeping, kind, id],
  );
  const forget = useCallback(() => void keeping.remove(kind, id), [keeping, kind, id]);
  return [value, set, forget];
}
