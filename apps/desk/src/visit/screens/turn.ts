import { useEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** What a question is answered by; a box beside it is reached by Tab. */
const CONTROLS = 'input:not([type=checkbox]), select, textarea';

/**
 * Enter in a field goes to the next one, and from the last one on.
 * @returns what the area of the fields is marked with
 */
export function useTurns(goOn: () => void): RefObject<HTMLDivElement | null> {
  const area = useRef<HTMLDivElement>(null);
  const on = useRef(goOn);
  useEffect(() => {
    on.current = goOn;
  });
  useEffect(() => {
    const here = area.current;
    const onKey = (event: KeyboardEvent) => here && turn(event, here, on.current);
    here?.addEventListener('keydown', onKey);
    return () => here?.removeEventListener('keydown', onKey);
  }, []);
  return area;
}

function turn(event: KeyboardEvent, area: HTMLElement, goOn: () => void): void {
  const { target, key } = event;
  if (key !== 'Enter' || event.ctrlKey || event.altKey || event.isComposing) return;
  if (!(target instanceof HTMLElement) || !target.matches('input, select')) return;
  event.preventDefault();
  // Whoever is offered behind a number or a name is taken by Enter.
  const offered = target.id.endsWith('/idnp') ? area.querySelector<HTMLElement>('[data-enter]') : null;
  const next = inTurn(area, target);
  if (offered) offered.click();
  else if (next) next.focus();
  else goOn();
}

/** The control that comes after one, a group of radios being one; undefined after the last. */
function inTurn(area: HTMLElement, control: HTMLElement): HTMLElement | undefined {
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
