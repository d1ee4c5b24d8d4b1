import { createContext, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import type { Text } from '../language/messages.ts';
import { captureTypeAhead } from './type-ahead.ts';

/**
 * Keyboard shortcuts. Bindings use the key position (`event.code`) and so work in the Russian layout. Letters and
 * digits work outside fields only and can be switched off (WCAG 2.1.4).
 */

export interface KeyBinding {
  /** `KeyboardEvent.code`, such as KeyH or Digit1; with Ctrl: `Ctrl+Enter`. */
  code: string;
  run: () => void;
  /** Label in the list of keys; bindings without one are not listed. */
  label?: Text | undefined;
  /** Also active in fields. Function keys and Ctrl chords always are. */
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
/** Elements that handle Enter themselves. */
const PRESSABLE_SELECTOR = 'button, a[href], summary';

/** Registers key bindings. The most recently mounted component wins. */
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
      // Holding a key repeats arrow keys only.
      if (!event.repeat || event.code.startsWith('Arrow')) key.run();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [board]);
  useTypingMarker();
  return <KeyboardContext value={board}>{children}</KeyboardContext>;
}

/** Marks the page while a field has the focus: CSS then fades the caps of letter keys. */
function useTypingMarker(): void {
  useEffect(() => {
    const updateMarker = () => document.documentElement.toggleAttribute('data-typing', isField(document.activeElement));
    document.addEventListener('focusin', updateMarker);
    // During focusout without a new target, activeElement is not updated yet.
    const updateMarkerLater = () => queueMicrotask(updateMarker);
    document.addEventListener('focusout', updateMarkerLater);
    return () => {
      document.removeEventListener('focusin', updateMarker);
      document.removeEventListener('focusout', updateMarkerLater);
    };
  }, []);
}

const isField = (target: EventTarget | null): boolean => target instanceof Element && target.matches(FIELD_SELECTOR);

/** Esc blurs the field first; a second Esc leaves the screen. */
function blurBinding({ code, target }: KeyboardEvent): Pick<KeyBinding, 'run'> | undefined {
  if (code !== 'Escape' || !(target instanceof HTMLElement) || !target.matches(FIELD_SELECTOR)) return undefined;
  if (target.closest('dialog')) return undefined;
  return { run: () => target.blur() };
}

function findBinding(event: KeyboardEvent, { all, letters }: KeyboardRegistry): KeyBinding | undefined {
  // Alt+Shift and Ctrl+Shift switch layouts, and Ctrl+Alt is AltGr.
  if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey) return undefined;
  if (event.ctrlKey && event.shiftKey) return undefined;
  const code = `${event.ctrlKey ? 'Ctrl+' : ''}${event.code.replace('NumpadEnter', 'Enter')}`;
  const target = event.target instanceof Element ? event.target : undefined;
  const isSingleKey = /^(Key|Digit|Slash)/.test(code);
  if (isSingleKey && (!letters || event.shiftKey)) return undefined;
  const isGlobal = event.ctrlKey || /^F\d/.test(code);
  const isTyping = isField(event.target);
  // The focused element handles its own keys.
  const isHandledByTarget =
    (code === 'Enter' && target?.matches(PRESSABLE_SELECTOR)) ||
    (code.startsWith('Arrow') && target?.matches('input[type=radio]'));
  // An open dialog takes all keys but F8.
  const dialog = document.querySelector('dialog[open]');
  return all().find(
    (key) =>
      key.code === code &&
      (isGlobal || key.inFields === true || (!isTyping && !isHandledByTarget)) &&
      (dialog === null || code === 'F8'),
  );
}

/** Binds keys while the component is mounted. The most recently mounted component wins. */
export function useKeys(keys: (KeyBinding | false | undefined)[]): void {
  const board = useContext(KeyboardContext);
  const latest = useRef<KeyBinding[]>([]);
  const bindings = keys.filter((key) => key !== false && key !== undefined);
  // Handlers are read when the key is pressed, so a re-render keeps the order of the layers.
  // A layout effect: bindings must be active as soon as the screen is visible.
  useLayoutEffect(() => {
    latest.current = bindings;
  });
  const codes = bindings.map(({ code, inFields }) => `${code}${inFields ? '!' : ''}`).join(' ');
  useLayoutEffect(() => {
    const layer = latest.current.map(({ code, label, inFields }) => ({
      code,
      label,
      inFields: inFields === true,
      run: () => latest.current.find((key) => key.code === code)?.run(),
    }));
    return board?.add(layer);
  }, [board, codes]);
}

export function useKeyboard(): KeyboardRegistry {
  const board = useContext(KeyboardContext);
  if (!board) throw new Error('There is no keyboard around this part.');
  return board;
}
