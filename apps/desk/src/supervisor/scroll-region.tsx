import type { ReactNode } from 'react';
import styles from './supervisor.module.css';

interface ScrollRegionProps {
  label: string;
  /** A wide table in a frame, or the content of the side pane. */
  variant?: 'scroll' | 'side';
  children: ReactNode;
}

/** A region that scrolls on small screens. */
export function ScrollRegion({ label, variant = 'scroll', children }: ScrollRegionProps) {
  return (
    // Keyboard users need the focus to scroll.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles[variant]} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
