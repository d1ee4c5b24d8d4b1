import { longDate, shortDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { useCatalog } from '../session/catalog.ts';
import { STATE_BLOCK } from '../texts/state-block.ts';
import { buildTicks, createWorkingDayCheck } from './deadline-ticks.ts';
import styles from './deadline-bar.module.css';

interface DeadlineBarProps {
  agency: string;
  /** Civil date, as is `to`. */
  from: string;
  to: string;
  /** Who has to act by then. */
  actor: 'citizen' | 'agency';
}

/** Shows a deadline as a row of working days and in words. */
export function DeadlineBar({ agency: name, from, to, actor }: DeadlineBarProps) {
  const { t, language } = useLanguage();
  const catalog = useCatalog();
  const agency = catalog?.agencies.find((candidate) => candidate.name === name);
  const now = today();
  const ticks = agency && catalog ? buildTicks(from, to, now, createWorkingDayCheck(agency, catalog.calendars)) : [];
  const at = ticks.filter(({ phase }) => phase !== 'future').length;
  const day = longDate(to, language, now);
  return (
    <div className={styles.ruler} data-whose={actor} data-late={to < now || undefined}>
      {ticks.length > 0 && (
        <div className={styles.ticks} aria-hidden="true">
          {ticks.map(({ date, phase, hasGap, isLast }) => (
            <span key={date} data-is={phase} data-gap={hasGap || undefined} data-last={isLast || undefined} />
          ))}
        </div>
      )}
      <p>
        <strong>{t(actor === 'citizen' ? STATE_BLOCK.lastDay : STATE_BLOCK.due, { day, date: shortDate(to) })}</strong>
        {at > 0 && to >= now && <span> · {t(STATE_BLOCK.dayOf, { n: at, of: ticks.length })}</span>}
      </p>
    </div>
  );
}
