import type { ReactNode } from 'react';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import styles from './figure-list.module.css';

/** Large figures, each below its name. */
export function FigureList({
  figures,
  className,
}: {
  figures: readonly (readonly [name: Text, value: ReactNode])[];
  /** How the figures lie beside each other. */
  className: string | undefined;
}) {
  const { t } = useLanguage();
  return (
    <dl className={`${styles.figures} ${className}`}>
      {figures.map(([name, value]) => (
        <div key={name.ro}>
          <dt>{t(name)}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** The number of overdue applications, marked unless it is 0. */
export const OverdueFigure = ({ count }: { count: number }) => (
  <span className={count > 0 ? styles.late : undefined}>{count}</span>
);
