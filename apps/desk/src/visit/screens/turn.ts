/** What a question is answered by; a box beside it is reached by Tab. */
const CONTROLS = 'input:not([type=checkbox]), select, textarea';

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
