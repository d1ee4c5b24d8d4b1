import { useCallback, useEffect, useRef, useState } from 'react';
import { useSignedIn } from '../session/session.tsx';
import type { InputKind } from './input-kinds.ts';

const keepAll = <T>(value: T): T => value;

/**
 * State that this browser stores until it is sent. It survives a screen lock, a reload and a closed window.
 * @param kind the record kind, such as `hand-over`
 * @param id the record ID
 * @param toStored returns what is stored of a value, for a part that cannot continue after a reload
 * @returns the value, its setter, and a function that deletes the record. The setter takes a value, or a function of the
 *   value at that moment, for a change that ends later than it began.
 */
export function usePersistentState<T>(
  kind: InputKind,
  id: string,
  start: () => T,
  toStored: (value: T) => T = keepAll,
): [T, (next: T | ((current: T) => T)) => void, () => void] {
  const { localStore } = useSignedIn();
  const [value, setValue] = useState(start);
  const latest = useRef(value);
  const touched = useRef(false);
  useEffect(() => {
    void localStore.read<T>(kind, id).then((stored) => {
      // Input entered before the read finished wins.
      if (stored === undefined || touched.current) return;
      latest.current = stored;
      setValue(stored);
    });
  }, [localStore, kind, id]);
  const set = useCallback(
    (next: T | ((current: T) => T)) => {
      touched.current = true;
      latest.current = typeof next === 'function' ? (next as (current: T) => T)(latest.current) : next;
      setValue(latest.current);
      void localStore.write(kind, id, toStored(latest.current));
    },
    [localStore, kind, id, toStored],
  );
  const forget = useCallback(() => void localStore.remove(kind, id), [localStore, kind, id]);
  return [value, set, forget];
}
