import type { Centre } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { CENTRE_STATUS_TEXTS, SUPERVISOR } from '../texts/supervisor.ts';
import { countByWave } from './statistics-lines.ts';
import { ScrollRegion } from './scroll-region.tsx';
import styles from './supervisor.module.css';

const STATES: readonly Centre['status'][] = ['active', 'training', 'paused', 'planned', 'closed'];

/** The progress of each rollout wave. */
export function Waves({ centres }: { centres: readonly Centre[] }) {
  const { t } = useLanguage();
  const waves = countByWave(centres);
  if (waves.length === 0) return null;
  return (
    <section className={styles.section}>
      <h2>{t(SUPERVISOR.waves)}</h2>
      <ScrollRegion label={t(SUPERVISOR.waves)}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t(SUPERVISOR.wave)}</th>
              <th scope="col" className={styles.figure}>
                {t(SUPERVISOR.centres)}
              </th>
              {STATES.map((state) => (
                <th key={state} scope="col" className={styles.figure}>
                  {t(CENTRE_STATUS_TEXTS[state])}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {waves.map(({ wave, states }) => (
              <tr key={wave}>
                <th scope="row">{wave}</th>
                <td className={styles.figure}>{[...states.values()].reduce((sum, count) => sum + count, 0)}</td>
                {STATES.map((state) => (
                  <td key={state} className={styles.figure}>
                    {states.get(state) ?? 0}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}
