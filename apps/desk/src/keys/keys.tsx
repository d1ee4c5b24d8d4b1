import { createContext, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Text } from '../language/messages.ts';
import { captureTypeAhead } from './type-ahead.ts';

/**
 * The keyboard. Keys are known by their place (`event.code`), so that they work in the Russian layout; the cap shows the
 * Latin letter. Letters and digits count outside fields only, and can be switched off (WCAG 2.1.4).
 */

export interface KeyBinding {
  /** `KeyboardEvent.code`, such as KeyH or Digit1; with Ctrl before it: `Ctrl+Enter`. */
  code: string;
  run: () => void;
  /** What the list of keys says; a key without it is not listed. */
  label?: Text | undefined;
  /** Also while somebody types. Function keys and those with Ctrl always are. */
  inFields?: boolean;
}

interface KeyboardRegistry {
  add: (keys: KeyBinding[]) => () => void;
  all: () => KeyBinding[];
  letters: boolean;
  setLetters: (on: boolean) => void;
}
const KeyboardContext = createContext<KeyboardRegistry | undefined>(undefined);

const FIELD_SELECTOR = 'input:not([type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]';
/** Enter presses these itself. */
const PRESSABLE_SELECTOR = 'button, a[href], summary';

/** The newest part of the page that knows a key has it. */
export function KeysProvider({ children }: { children: ReactNode }) {
  const layers = useRef<KeyBinding[][]>([]);
  const [letters, setLetters] = useState(true);
  const board = useMemo<KeyboardRegistry>(
    () => ({
      add(keys) {
        layers.current = [...layers.current, keys];
        return () => {
          layers.current = layers.current.filter((layer) => layer !== keys);
        };
      },
      all: () => [...layers.current].reverse().flat(),
      letters,
      setLetters,
    }),
    [letters],
  );
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!isField(event.target) && captureTypeAhead(event)) return event.preventDefault();
      const key = findBinding(event, board) ?? blurBinding(event);
      if (!key) return;
      event.preventDefault();
      // A key that is held moves along a list; it does nothing else twice.
      if (!event.repeat || event.code.startsWith('Arrow')) key.run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [board]);
  useTypingMarker();
  return <KeyboardContext value={board}>{children}</KeyboardContext>;
}

/** While somebody types, letters are letters: the pictures of keys that do something else then are not seen. */
function useTypingMarker(): void {
  useEffect(() => {
    const updateMarker = () => document.documentElement.toggleAttribute('data-typing', isField(document.activeElement));
    document.addEventListener('focusin', updateMarker);
    // What is left for nothing else has no focus yet when it says so.
    const updateMarkerLater = () => queueMicrotask(updateMarker);
    document.addEventListener('focusout', updateMarkerLater);
    return () => {
      document.removeEventListener('focusin', updateMarker);
      document.removeEventListener('focusout', updateMarkerLater);
    };
  }, []);
}

const isField = (target: EventTarget | null): boolean => target instanceof Element && target.matches(FIELD_SELECTOR);

/** Esc leaves the field that somebody types in, before it leaves the screen. */
function blurBinding({ code, target }: KeyboardEvent): Pick<KeyBinding, 'run'> | undefined {
  if (code !== 'Escape' || !(target instanceof HTMLElement) || !target.matches(FIELD_SELECTOR)) return undefined;
  if (target.closest('dialog')) return undefined;
  return { run: () => target.blur() };
}

function findBinding(event: KeyboardEvent, { all, letters }: KeyboardRegistry): KeyBinding | undefined {
  // Alt+Shift and Ctrl+Shift switch layouts, Ctrl+Alt is AltGr: they are nobody's.
  if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey) return undefined;
  if (event.ctrlKey && event.shiftKey) return undefined;
  const code = `${event.ctrlKey ? 'Ctrl+' : ''}${event.code.replace('NumpadEnter', 'Enter')}`;
  const target = event.target instanceof Element ? event.target : undefined;
  const single = /^(Key|Digit|Slash)/.test(code);
  if (single && (!letters || event.shiftKey)) return undefined;
  const free = event.ctrlKey || /^F\d/.test(code);
  const typing = isField(event.target);
  // What has the focus takes its own keys.
  const own =
    (code === 'Enter' && target?.matches(PRESSABLE_SELECTOR)) ||
    (code.startsWith('Arrow') && target?.matches('input[type=radio]'));
  // A dialog has the keyboard for itself; Esc closes it.
  const dialog = document.querySelector('dialog[open]');
  return all().find(
    (key) =>
      key.code === code && (free || key.inFields === true || (!typing && !own)) && (dialog === null || code === 'F8'),
  );
}

/** These keys count while the part that names them is on the page; the newest part wins. */
export function useKeys(keys: (KeyBinding | false | undefined)[]): void {
  const board = useContext(KeyboardContext);
  const now = useRef<KeyBinding[]>([]);
  const wanted = keys.filter((key) => key !== false && key !== undefined);
  // What a key does is looked up when it is pressed: a part that draws itself anew keeps its place among the others.
  // At once, both: what is seen on the screen answers to its keys.
  useLayoutEffect(() => {
    now.current = wanted;
  });
  const codes = wanted.map(({ code, inFields }) => `${code}${inFields ? '!' : ''}`).join(' ');
  useLayoutEffect(() => {
    const layer = now.current.map(({ code, label, inFields }) => ({
      code,
      label,
      inFields: inFields === true,
      run: () => now.current.find((key) => key.code === code)?.run(),
    }));
    return board?.add(layer);
  }, [board, codes]);
}

export function useKeyboard(): KeyboardRegistry {
  const board = useContext(KeyboardContext);
  if (!board) throw new Error('There is no keyboard around this part.');
  return board;
}
