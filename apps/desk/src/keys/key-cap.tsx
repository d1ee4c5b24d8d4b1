import styles from './key-cap.module.css';
import { useKeyboard } from './keys.tsx';

/** Shows the key of a control. Hidden from screen readers, which have the list of keys. */
export function KeyCap({ code, quiet = false }: { code: string; quiet?: boolean }) {
  const { letters } = useKeyboard();
  const isSingle = /^(Key|Digit|Slash)/.test(code);
  if (!letters && isSingle) return null;
  return (
    <kbd
      className={quiet ? styles.quiet : styles.cap}
      data-single={isSingle || undefined}
      data-main={code === 'Ctrl+Enter' || undefined}
      aria-hidden="true"
    >
      {keyLabel(code)}
    </kbd>
  );
}

function keyLabel(code: string): string {
  const names: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', Slash: '/' };
  return code
    .split('+')
    .map((part) => names[part] ?? part.replace(/^(Key|Digit)/, ''))
    .join(' ');
}
