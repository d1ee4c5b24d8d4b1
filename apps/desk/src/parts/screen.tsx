import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { usePreservedFocus } from './use-preserved-focus.ts';
import { usePageTitle } from './use-page-title.ts';
import styles from './screen.module.css';

/** The screen frame: rail, main, side pane and a fixed footer. */

interface ScreenProps {
  rail?: ReactNode;
  children: ReactNode;
  side?: ReactNode;
  sideWidth?: 'narrow' | 'wide';
  /** Makes the side pane focusable, so that the keyboard can scroll a pane without controls. */
  isSideFocusable?: boolean;
  footer?: ReactNode;
  /** No margins, for lists. */
  flush?: boolean;
}

export function Screen({ rail, children, side, sideWidth = 'narrow', isSideFocusable, footer, flush }: ScreenProps) {
  const area = usePreservedFocus();
  const classes = [
    styles.screen,
    rail ? styles.railed : '',
    side ? styles[sideWidth] : '',
    footer ? styles.footed : '',
  ];
  return (
    <div ref={area} className={classes.join(' ')}>
      {rail && <div className={styles.rail}>{rail}</div>}
      <main id="main" tabIndex={-1} className={flush ? styles.flush : styles.main}>
        {children}
      </main>
      {side && (
        <aside className={styles.side} {...(isSideFocusable ? { tabIndex: 0 } : null)}>
          {side}
        </aside>
      )}
      {footer && <footer className={styles.footer}>{footer}</footer>}
    </div>
  );
}

/**
 * The title of a screen and of the browser tab; it contains no names. Takes the focus when the screen changes, for
 * screen readers.
 */
export function Title({ children, focus = true }: { children: string; focus?: boolean }) {
  usePageTitle(children);
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => {
    if (focus) title.current?.focus({ preventScroll: true });
  }, [focus]);
  return (
    <h1 ref={title} tabIndex={-1} className={styles.title}>
      {children}
    </h1>
  );
}
