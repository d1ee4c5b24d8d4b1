import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { LOOK_TEXTS } from '@cups/application/texts';
import { looksRead } from '../api/reads.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { FILE } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { whenOf } from './state-words.ts';
import styles from './application.module.css';

/** Who looked at an application, and when: every person may ask for it. */
export default function Looks({ id }: { id: string }) {
  const { t, language } = useLanguage();
  const [, go] = useLocation();
  const looks = useQuery(looksRead(id));
  useKeys([{ code: 'Escape', says: KEYS.back, does: () => go(`/applications/${id}`) }]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Link href={`/applications/${id}`}>{t(FILE.back)}</Link>
          <Title>{t(FILE.looksTitle)}</Title>
        </div>
        {looks.isPending && <Skeleton />}
        {looks.isError && <Failed error={looks.error} onAgain={() => void looks.refetch()} />}
        {looks.data && (
          <table className={styles.table}>
            <tbody>
              {looks.data.looks.map(({ by, lookTime, kind }, at) => (
                <tr key={`${lookTime} ${at}`}>
                  <td>{whenOf(lookTime, { language, today: today() })}</td>
                  <th scope="row">
                    {looks.data.operators?.find(({ name }) => name === by)?.displayName ?? t(FILE.aColleague)}
                  </th>
                  <td>{t(LOOK_TEXTS[kind])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </Screen>
  );
}
