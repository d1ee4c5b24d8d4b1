import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

const CONTROLS = 'input, select, textarea';

/** The control that comes after one, a group of radios being one; undefined after the last. */
export function inTurn(area: HTMLElement, control: HTMLElement): HTMLElement | undefined {
  const all = [...area.querySelectorAll<HTMLElement>(CONTROLS)].filter(isReachable);
  return all.slice(all.indexOf(control) + 1).find((next) => !isSameGroup(control, next));
}

/** The first control of an area, a group of radios by what is chosen in it. */
export function firstOf(area: HTMLElement): HTMLElement | undefined {
  return [...area.querySelectorAll<HTMLElement>(CONTROLS)].find(isReachable);
}

function isReachable(control: HTMLElement): boolean {
  if (control.offsetParent === null) return false;
  if (!(control instanceof HTMLInputElement) || control.type !== 'radio') return true;
  // Of a group, the keyboard reaches what is chosen, or its first.
  const group = [...document.querySelectorAll<HTMLInputElement>('input[type=radio]')].filter(
    ({ name }) => name === control.name,
  );
  return (group.find(({ checked }) => checked) ?? group[0]) === control;
}

function isSameGroup(one: HTMLElement, other: HTMLElement): boolean {
  return (
    one instanceof HTMLInputElement &&
    other instanceof HTMLInputElement &&
    one.type === 'radio' &&
    one.name === other.name
  );
}

/**
 * Enter in a field goes to the next one, and after the last does what the screen is for.
 * @returns the ref of the area in which it is so
 */
export function useEnterGoesOn<Area extends HTMLElement>(then: () => void): RefObject<Area | null> {
  const area = useRef<Area>(null);
  const last = useRef(then);
  useEffect(() => {
    last.current = then;
  });
  useEffect(() => {
    const here = area.current;
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event;
      if (!here || key !== 'Enter' || event.ctrlKey || event.altKey || !(target instanceof HTMLElement)) return;
      if (!target.matches('input, select')) return;
      event.preventDefault();
      const next = inTurn(here, target);
      if (next) next.focus();
      else last.current();
    };
    here?.addEventListener('keydown', onKey);
    return () => here?.removeEventListener('keydown', onKey);
  }, []);
  return area;
}
