import { CloudOff } from 'lucide-react';
import { toCivilDate } from '@cups/application';
import { formatDayAndTime, formatTime, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { OFFLINE_COPY } from '../texts/offline-copy.ts';
import styles from './copy-notice.module.css';

/** Says that what is shown is from the offline copy, and from when. */
export default function CopyNotice({ time, isSearch = false }: { time: string; isSearch?: boolean }) {
  const { t } = useLanguage();
  const isToday = toCivilDate(new Date(time)) === today();
  const shown = isToday ? formatTime(time) : formatDayAndTime(time);
  return (
    <p className={styles.notice} role="status">
      <CloudOff size={16} aria-hidden="true" />
      <span>
        {t(OFFLINE_COPY.from, { time: shown })}
        {isSearch && `. ${t(OFFLINE_COPY.search)}`}
      </span>
    </p>
  );
}
