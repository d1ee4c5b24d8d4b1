import type { Centre, StatisticsRow } from '../api/types.ts';
import { formatTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { zoneCity } from '../language/zones.ts';
import { SUPERVISOR } from '../texts/supervisor.ts';
import { countryName } from './country-name.ts';
import styles from './supervisor.module.css';

/** The missions abroad, by country, with their local time. */
export function Missions({ centres, rows }: { centres: readonly Centre[]; rows: readonly StatisticsRow[] }) {
  const { t, language } = useLanguage();
  const missions = centres.filter(({ kind, status }) => kind === 'mission' && status !== 'planned');
  if (missions.length === 0) return null;
  const countryOf = ({ country }: Centre) => (country ? countryName(country, language) : t(SUPERVISOR.noCountry));
  const now = new Date().toISOString();
  const lines = missions
    .map((centre) => ({ centre, country: countryOf(centre), counts: rows.find(({ name }) => name === centre.name) }))
    .sort((a, b) => a.country.localeCompare(b.country, language));
  return (
    <section>
      <h2>{t(SUPERVISOR.missions)}</h2>
      <ul className={styles.missions}>
        {lines.map(({ centre, country, counts }) => (
          <li key={centre.name}>
            <span>
              <strong>{country}</strong>
              <span>
                {centre.displayName},{' '}
                {t(SUPERVISOR.now, {
                  time: `${formatTime(now, centre.timeZone)} (${zoneCity(centre.timeZone, language)})`,
                })}
              </span>
            </span>
            <span>
              {t(SUPERVISOR.filed)}: {counts?.filed ?? 0}
              {counts && counts.overdue > 0 && (
                <span className={styles.late}>
                  {t(SUPERVISOR.overdue)}: {counts.overdue}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
