import { TriangleAlert } from 'lucide-react';
import { STATE_TEXTS } from '@cups/application/texts';
import { civilDay } from '@cups/application';
import { Link } from 'wouter';
import type { Row } from '../../api/types.ts';
import { shortDate } from '../../language/dates.ts';
import { useLanguage } from '../../language/language.tsx';
import { VISIT } from '../../texts/visit.ts';
import { useFilling } from '../filling.tsx';
import { textOf } from '../model/typed.ts';
import { useLookup } from '../use-lookup.ts';
import styles from './pane.module.css';

/** What is open at this centre for the number that is typed, so that nothing is filed twice. */
export function PersonPane() {
  const { t } = useLanguage();
  const { typed, service, draft } = useFilling();
  const { data } = useLookup(textOf(typed, '/applicant/idnp'));
  const open = data?.applications.filter(({ id }) => id !== draft.id) ?? [];
  const isSame = open.some(({ publicService }) => publicService === service?.name);
  return (
    <div className={styles.pane}>
      <h2>{t(VISIT.openCases)}</h2>
      {isSame && (
        <p className={styles.alert}>
          <TriangleAlert size={18} aria-hidden="true" />
          {t(VISIT.sameOpen)}
        </p>
      )}
      {open.length === 0 && <p className={styles.quiet}>{t(data ? VISIT.noCases : VISIT.casesHint)}</p>}
      <div className={styles.cards}>
        {open.map((row) => (
          <OpenCase key={row.id} row={row} />
        ))}
      </div>
    </div>
  );
}

function OpenCase({ row }: { row: Row }) {
  const { t } = useLanguage();
  const date = shortDate(civilDay(new Date(row.sinceTime ?? row.updateTime)));
  return (
    <div className={styles.card}>
      <strong>{t(row.serviceTitle)}</strong>
      <span className={styles.quiet}>
        {t(STATE_TEXTS[row.state])} {t(VISIT.since, { date })}
      </span>
      <Link href={`/applications/${row.id}`}>{t(VISIT.toApplication)}</Link>
    </div>
  );
}
