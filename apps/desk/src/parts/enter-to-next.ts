import { useEffect, useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';

/** Controls that answer a question. Checkboxes beside them are reached by Tab. */
const QUESTION_SELECTOR = 'input:not([type=checkbox]), select, textarea';
/** Checkboxes too, for forms in which each has to be ticked. */
export const ALL_CONTROLS_SELECTOR = 'input, select, textarea';

/**
 * Moves the focus to the next control on Enter, and calls `onLast` after the last.
 * @param stops selector of the controls
 * @returns the ref of the element around the controls
 */
export function useEnterToNext<Area extends HTMLElement = HTMLDivElement>(
  onLast: () => void,
  stops = QUESTION_SELECTOR,
): RefObject<Area | null> {
  const area = useRef<Area>(null);
  const latest = useRef(onLast);
  // A layout effect: a key may arrive between paint and passive effects.
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
  // The control takes its option.
  if ('ownEnter' in target.dataset) return;
  event.preventDefault();
  // A held Enter moves one field on and never submits.
  if (event.repeat) return;
  // Enter takes the suggested person.
  const suggestion = target.id.endsWith('/idnp') ? area.querySelector<HTMLElement>('[data-enter]') : null;
  const next = findNext(area, target, stops);
  if (suggestion) suggestion.click();
  else if (next) next.focus();
  else onLast();
}

/** Returns the next control, or undefined after the last. A radio group counts as one. */
function findNext(area: HTMLElement, control: HTMLElement, stops: string): HTMLElement | undefined {
  return [...area.querySelectorAll<HTMLElement>(stops)].find(
    (next) => isAfter(control, next) && isReachable(next) && !isSameGroup(control, next),
  );
}

const isAfter = (a: HTMLElement, b: HTMLElement): boolean =>
  (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;

/** Returns the first control; of a radio group the selected or first button. */
export function findFirstControl(area: HTMLElement): HTMLElement | undefined {
  return [...area.querySelectorAll<HTMLElement>(QUESTION_SELECTOR)].find(isReachable);
}

function isReachable(control: HTMLElement): boolean {
  if (control.offsetParent === null) return false;
  if (!(control instanceof HTMLInputElement) || control.type !== 'radio') return true;
  // The keyboard reaches the selected radio button of a group, or the first.
  const group = [...document.querySelectorAll<HTMLInputElement>('input[type=radio]')].filter(
    ({ name }) => name === control.name,
  );
  return (group.find(({ checked }) => checked) ?? group[0]) === control;
}

function isSameGroup(element: HTMLElement, other: HTMLElement): boolean {
  return (
    element instanceof HTMLInputElement &&
    other instanceof HTMLInputElement &&
    element.type === 'radio' &&
    element.name === other.name
  );
}
