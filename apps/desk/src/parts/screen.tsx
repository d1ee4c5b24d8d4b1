import { useLayoutEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { usePreservedFocus } from './use-preserved-focus.ts';
import { usePageTitle } from './use-page-title.ts';
import styles from './screen.module.css';

/** The frames of screens: rail | main | side pane, and a footer that stays. */

interface ScreenProps {
  rail?: ReactNode;
  /** What the main part is called for those who hear the page. */
  children: ReactNode;
  side?: ReactNode;
  sideWidth?: 'narrow' | 'wide';
  /** Nothing in the side pane takes the focus, so that the pane itself has to, to be scrolled by keys. */
  isSideFocusable?: boolean;
  footer?: ReactNode;
  /** The main part takes its full width, without margins: lists. */
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
 * The title of a screen, and of the tab of the browser: it names nobody. It takes the focus when the screen changes, so that
 * those who hear the page know where they are.
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
