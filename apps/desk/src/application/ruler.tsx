import { longDate, shortDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { useRegistry } from '../session/registry.ts';
import { BLOCK } from '../texts/application.ts';
import { ticksOf, workingDays } from './ruler.ts';
import styles from './ruler.module.css';

interface RulerProps {
  agency: string;
  /** Civil dates. */
  from: string;
  to: string;
  /** The citizen has to act by then, or the agency. */
  whose: 'citizen' | 'agency';
}

/** A term as a row of working days, and the same in words. */
export function TermRuler({ agency: name, from, to, whose }: RulerProps) {
  const { t, language } = useLanguage();
  const registry = useRegistry();
  const agency = registry?.agencies.find((one) => one.name === name);
  const now = today();
  const ticks = agency && registry ? ticksOf(from, to, now, workingDays(agency, registry.calendars)) : [];
  const at = ticks.filter(({ is }) => is !== 'future').length;
  const day = longDate(to, language, now);
  return (
    <div className={styles.ruler} data-whose={whose} data-late={to < now || undefined}>
      {ticks.length > 0 && (
        <div className={styles.ticks} aria-hidden="true">
          {ticks.map(({ date, is, gap, last }) => (
            <span key={date} data-is={is} data-gap={gap || undefined} data-last={last || undefined} />
          ))}
        </div>
      )}
      <p>
        <strong>{t(whose === 'citizen' ? BLOCK.lastDay : BLOCK.due, { day, date: shortDate(to) })}</strong>
        {at > 0 && to >= now && <span> · {t(BLOCK.dayOf, { n: at, of: ticks.length })}</span>}
      </p>
    </div>
  );
}
