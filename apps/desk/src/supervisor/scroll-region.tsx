import type { ReactNode } from 'react';
import styles from './supervisor.module.css';

interface ScrollRegionProps {
  label: string;
  /** A wide table in a frame, or what stands in the pane beside. */
  variant?: 'scroll' | 'side';
  children: ReactNode;
}

/** What scrolls where the screen is small. */
export function ScrollRegion({ label, variant = 'scroll', children }: ScrollRegionProps) {
  return (
    // What scrolls must be reached by the keyboard too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles[variant]} role="region" aria-label={label} tabIndex={0}>
      {children}
    </div>
  );
}
