import { useLocation } from 'wouter';
import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { VISIT } from '../../texts/visit.ts';
import { useDraftForm } from '../draft-form.tsx';
import { textOf } from '../model/form-values.ts';
import { useVisits } from '../visits.tsx';
import styles from './person.module.css';

/** An applicant who was typed elsewhere: the clerk decides between a correction and another person before typing. */
export function FixedPerson() {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const { store, startVisit } = useVisits();
  const { draft, values, errorAt } = useDraftForm();
  const text = (name: string) => textOf(values, `/applicant/${name}`);
  // A field with an error must be in reach of its summary.
  const hasError = ['idnp', 'familyName', 'givenName', 'birthDate'].some((name) => errorAt(`/applicant/${name}`));
  return (
    <section className={styles.known} aria-labelledby="fixed-person">
      <h2 id="fixed-person">{t(VISIT.fixedPerson)}</h2>
      <div className={styles.one}>
        <span>
          <strong>{[text('familyName'), text('givenName')].filter(Boolean).join(' ')}</strong>
          <small>
            {[text('idnp') || text('foreignDocument/number'), text('birthDate')].filter(Boolean).join(' · ')}
          </small>
          <small>{t(VISIT.fixedPersonHelp)}</small>
        </span>
        <span className={styles.ways}>
          <Button onClick={() => store.takePerson(draft.id)} variant={hasError ? 'filled' : 'outlined'}>
            {t(VISIT.correctPerson)}
          </Button>
          <Button onClick={() => go(startVisit())}>{t(VISIT.otherPerson)}</Button>
        </span>
      </div>
    </section>
  );
}
