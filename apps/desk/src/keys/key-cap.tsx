import styles from './key-cap.module.css';
import { useKeyboard } from './keys.tsx';

/** The key that does the same, as a picture beside the words; those who hear the page have the list of keys. */
export function KeyCap({ code, quiet = false }: { code: string; quiet?: boolean }) {
  const { letters } = useKeyboard();
  const isSingle = /^(Key|Digit|Slash)/.test(code);
  if (!letters && isSingle) return null;
  return (
    <kbd className={quiet ? styles.quiet : styles.cap} data-single={isSingle || undefined} aria-hidden="true">
      {keyLabel(code)}
    </kbd>
  );
}

/** What stands on the key. */
function keyLabel(code: string): string {
  const names: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', Slash: '/' };
  return code
    .split('+')
    .map((part) => names[part] ?? part.replace(/^(Key|Digit)/, ''))
    .join(' ');
}
