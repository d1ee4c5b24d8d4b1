import type { ComponentType, ReactNode } from 'react';
import { KeyCap } from '../keys/key-cap.tsx';
import styles from './button.module.css';

interface ButtonProps {
  children: ReactNode;
  onClick?: (() => void) | undefined;
  variant?: 'filled' | 'outlined' | 'text' | 'danger';
  /** 48 px high, for footers. */
  large?: boolean;
  wide?: boolean;
  icon?: ComponentType<{ size?: number; 'aria-hidden'?: 'true' }> | undefined;
  /** Key cap to show; `useKeys` binds the key. */
  cap?: string | undefined;
  /** Keeps the width and ignores presses. */
  busy?: boolean | undefined;
  /** Cannot work now, for a reason that `describedBy` names. */
  unavailable?: boolean;
  /** Text while busy. */
  busyText?: string | undefined;
  type?: 'button' | 'submit';
  describedBy?: string | undefined;
  focusOnMount?: boolean;
  /** Shows the icon only. */
  labelHidden?: boolean;
}

/** Not disabled for missing input: pressing it shows what is missing. It keeps the focus while it cannot work. */
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
      onClick={busy || props.unavailable ? undefined : onClick}
      ref={props.focusOnMount ? focusElement : undefined}
      aria-busy={busy || undefined}
      aria-disabled={props.unavailable || undefined}
      aria-describedby={props.describedBy}
    >
      {Icon && <Icon size={18} aria-hidden="true" />}
      <span className={props.labelHidden ? 'heard' : styles.words}>
        <span className={busy && busyText ? styles.away : undefined}>{children}</span>
        {busy && busyText && <span className={styles.doing}>{busyText}</span>}
      </span>
      {cap && <KeyCap code={cap} />}
    </button>
  );
}

/** A dialog that opens focuses the element with this attribute. */
function focusElement(element: HTMLElement | null): void {
  if (!element) return;
  element.autofocus = true;
  element.focus();
}

interface LinkButtonProps {
  href: string;
  children: ReactNode;
  variant: 'filled' | 'outlined';
  /** Runs before the browser navigates. */
  onClick?: () => void;
}

/** A large, wide link to another site. */
export function LinkButton({ href, children, variant, onClick }: LinkButtonProps) {
  return (
    <a href={href} className={[styles.button, styles[variant], styles.large, styles.wide].join(' ')} onClick={onClick}>
      {children}
    </a>
  );
}
