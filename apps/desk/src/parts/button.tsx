import type { ComponentType, ReactNode } from 'react';
import { KeyCap } from '../keys/key-cap.tsx';
import styles from './button.module.css';

interface ButtonProps {
  children: ReactNode;
  onClick?: (() => void) | undefined;
  variant?: 'filled' | 'outlined' | 'text' | 'danger';
  /** 48 px high, in footers. */
  large?: boolean;
  wide?: boolean;
  icon?: ComponentType<{ size?: number; 'aria-hidden'?: 'true' }> | undefined;
  /** The key that does the same: only its picture; `useKeys` binds it. */
  cap?: string | undefined;
  /** While it is being done: the width stays, a second press does nothing. */
  busy?: boolean | undefined;
  /** The verb of what is being done, for `busy`. */
  busyText?: string | undefined;
  type?: 'button' | 'submit';
  describedBy?: string | undefined;
}

/** Never disabled: what is missing is said when it is pressed. */
export function Button(props: ButtonProps) {
  const {
    children,
    onClick,
    variant = 'outlined',
    large,
    wide,
    icon: Icon,
    cap,
    busy,
    busyText,
    type = 'button',
  } = props;
  const size = large ? styles.large : styles.normal;
  return (
    <button
      type={type}
      className={[styles.button, styles[variant], size, wide ? styles.wide : ''].join(' ')}
      onClick={busy ? undefined : onClick}
      aria-busy={busy || undefined}
      aria-describedby={props.describedBy}
    >
      {Icon && <Icon size={18} aria-hidden="true" />}
      <span className={styles.words}>
        <span className={busy && busyText ? styles.away : undefined}>{children}</span>
        {busy && busyText && <span className={styles.doing}>{busyText}</span>}
      </span>
      {cap && <KeyCap code={cap} />}
    </button>
  );
}

interface LinkButtonProps {
  href: string;
  children: ReactNode;
  variant: 'filled' | 'outlined';
  /** Before the browser goes there. */
  onClick?: () => void;
}

/** Leads out of the page, to another site: large and wide. */
export function LinkButton({ href, children, variant, onClick }: LinkButtonProps) {
  return (
    <a href={href} className={[styles.button, styles[variant], styles.large, styles.wide].join(' ')} onClick={onClick}>
      {children}
    </a>
  );
}
