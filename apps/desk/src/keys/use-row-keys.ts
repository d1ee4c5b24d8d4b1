import { useRef } from 'react';
import type { RefObject } from 'react';
import { useLocation } from 'wouter';
import { KEYS } from '../texts/keys.ts';
import { useKeys } from './keys.tsx';

/** Binds the arrow keys to the rows of a list, marked by `data-row`, and Escape to the queue. */
export function useRowKeys(): RefObject<HTMLDivElement | null> {
  const [, go] = useLocation();
  const list = useRef<HTMLDivElement>(null);
  const move = (by: number) => {
    const shown = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const at = shown.indexOf(document.activeElement as HTMLElement);
    shown[Math.min(Math.max(at + by, 0), shown.length - 1)]?.focus();
  };
  useKeys([
    { code: 'Escape', label: KEYS.queue, run: () => go('/') },
    { code: 'ArrowDown', label: KEYS.down, run: () => move(1) },
    { code: 'ArrowUp', label: KEYS.up, run: () => move(-1) },
  ]);
  return list;
}
