import { TriangleAlert } from 'lucide-react';
import { STATE_TEXTS } from '@cups/application/texts';
import { toCivilDate } from '@cups/application';
import { Link } from 'wouter';
import type { ApplicationRow } from '../../api/types.ts';
import { shortDate } from '../../language/dates.ts';
import { useLanguage } from '../../language/language.tsx';
import { VISIT } from '../../texts/visit.ts';
import { useDraftForm } from '../draft-form.tsx';
import { textOf } from '../model/form-values.ts';
import { usePersonLookup } from '../use-person-lookup.ts';
import styles from './pane.module.css';

/** Open applications of the typed IDNP at this centre, to prevent duplicates. */
export function PersonPane() {
  const { t } = useLanguage();
  const { values, service, draft } = useDraftForm();
  const { data } = usePersonLookup(textOf(values, '/applicant/idnp'));
  const openCases = data?.applications.filter(({ id }) => id !== draft.id) ?? [];
  const isSame = openCases.some(({ publicService }) => publicService === service?.name);
  return (
    <div className={styles.pane}>
      <h2>{t(VISIT.openCases)}</h2>
      {isSame && (
        <p className={styles.alert}>
          <TriangleAlert size={18} aria-hidden="true" />
          {t(VISIT.sameOpen)}
        </p>
      )}
      {openCases.length === 0 && <p className={styles.quiet}>{t(data ? VISIT.noCases : VISIT.casesHint)}</p>}
      <div className={styles.cards}>
        {openCases.map((row) => (
          <OpenCase key={row.id} row={row} />
        ))}
      </div>
    </div>
  );
}

function OpenCase({ row }: { row: ApplicationRow }) {
  const { t } = useLanguage();
  const date = shortDate(toCivilDate(new Date(row.sinceTime ?? row.updateTime)));
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
