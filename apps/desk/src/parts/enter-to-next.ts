import { useEffect, useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** What a question is answered by; a box beside it is reached by Tab. */
const QUESTION_SELECTOR = 'input:not([type=checkbox]), select, textarea';
/** Boxes as well: where each has to be ticked. */
export const ALL_CONTROLS_SELECTOR = 'input, select, textarea';

/**
 * Enter in a field goes to the next one, and from the last one on.
 * @param stops where it stops on the way, a selector
 * @returns what the area of the fields is marked with
 */
export function useEnterToNext<Area extends HTMLElement = HTMLDivElement>(
  onLast: () => void,
  stops = QUESTION_SELECTOR,
): RefObject<Area | null> {
  const area = useRef<Area>(null);
  const latest = useRef(onLast);
  // At once: a key may come between what is seen and what React does later.
  useLayoutEffect(() => {
    latest.current = onLast;
  });
  useEffect(() => {
    const element = area.current;
    const onKey = (event: KeyboardEvent) => element && moveToNext(event, element, stops, latest.current);
    element?.addEventListener('keydown', onKey);
    return () => element?.removeEventListener('keydown', onKey);
  }, [stops]);
  return area;
}

function moveToNext(event: KeyboardEvent, area: HTMLElement, stops: string, onLast: () => void): void {
  const { target, key } = event;
  if (key !== 'Enter' || event.ctrlKey || event.altKey || event.isComposing) return;
  if (!(target instanceof HTMLElement) || !target.matches('input, select')) return;
  event.preventDefault();
  // Enter that is held goes one field on, and files nothing.
  if (event.repeat) return;
  // Whoever is offered behind a number or a name is taken by Enter.
  const suggestion = target.id.endsWith('/idnp') ? area.querySelector<HTMLElement>('[data-enter]') : null;
  const next = findNext(area, target, stops);
  if (suggestion) suggestion.click();
  else if (next) next.focus();
  else onLast();
}

/** The control that comes after one, a group of radios being one; undefined after the last. */
function findNext(area: HTMLElement, control: HTMLElement, stops: string): HTMLElement | undefined {
  return [...area.querySelectorAll<HTMLElement>(stops)].find(
    (next) => isAfter(control, next) && isReachable(next) && !isSameGroup(control, next),
  );
}

const isAfter = (one: HTMLElement, other: HTMLElement): boolean =>
  (one.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;

/** The first control of an area, a group of radios by what is chosen in it. */
export function findFirstControl(area: HTMLElement): HTMLElement | undefined {
  return [...area.querySelectorAll<HTMLElement>(QUESTION_SELECTOR)].find(isReachable);
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
