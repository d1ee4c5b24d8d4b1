import type { ReactNode } from 'react';
import { CloudOff, GraduationCap, Info, TriangleAlert } from 'lucide-react';
import styles from './banner.module.css';

const ICONS = { away: CloudOff, practice: GraduationCap, news: Info, trouble: TriangleAlert };

/** A message below the top bar that concerns the whole page. */
export function Banner({
  kind,
  children,
  action,
}: {
  kind: keyof typeof ICONS;
  children: ReactNode;
  action?: ReactNode;
}) {
  const Icon = ICONS[kind];
  return (
    <div className={`${styles.strip} ${styles[kind]}`} role="status">
      <Icon size={18} aria-hidden="true" />
      <span>{children}</span>
      {action}
    </div>
  );
}
