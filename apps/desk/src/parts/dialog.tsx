import { useEffect, useId, useRef } from 'react';
import type { ReactNode } from 'react';
import { X } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import { PARTS } from '../texts/parts.ts';
import styles from './dialog.module.css';

interface DialogProps {
  title: string;
  onClose: () => void;
  /** @default small */
  size?: 'small' | 'large' | 'full';
  /** Whether it hides the page behind it. */
  hidesPage?: boolean;
  children: ReactNode;
}

/** A modal for what the user opened; never over input. Esc closes it. */
export function Dialog({ title, onClose, size = 'small', hidesPage = false, children }: DialogProps) {
  const { t } = useLanguage();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  /** `close` restores the focus. Its event comes later, and a key pressed before it would open nothing. */
  const close = () => {
    dialog.current?.close();
    onClose();
  };
  return (
    <dialog
      ref={dialog}
      className={`${styles.dialog} ${styles[size]} ${hidesPage ? styles.alone : ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClose={onClose}
    >
      <div className={styles.inner}>
        <header>
          <h2 id={id}>{title}</h2>
          <button type="button" aria-label={t(PARTS.close)} onClick={close}>
            <X size={20} aria-hidden="true" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
