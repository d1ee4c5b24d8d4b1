import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { VISIT } from '../texts/visit.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { useFilling } from './filling.tsx';
import type { Conflict } from './model/sending.ts';
import { useVisits } from './visits.tsx';
import { labelOf } from './words.ts';
import { take } from './model/sending.ts';
import { fieldsOf, formOf } from './model/form.ts';
import styles from './conflicts.module.css';

/** What two people wrote into one field: both values side by side; the one written here stays until somebody chooses. */
export function Conflicts() {
  const { t } = useLanguage();
  const { draft } = useFilling();
  if (draft.conflicts.length === 0) return null;
  return (
    <section className={styles.conflicts} role="alert" aria-label={t(VISIT.conflict)}>
      <p>{t(VISIT.conflict)}</p>
      {draft.conflicts.map((conflict) => (
        <OneConflict key={conflict.at} conflict={conflict} />
      ))}
    </section>
  );
}

function OneConflict({ conflict }: { conflict: Conflict }) {
  const { t } = useLanguage();
  const { store } = useVisits();
  const { draft, service } = useFilling();
  const label = t(labelOf(conflict.at, service));
  const choose = (value: Conflict['mine']) =>
    store.change(draft.id, (one) => {
      const typed = Object.assign({}, one.typed);
      take(typed, conflict.at, value);
      return Object.assign({}, one, { typed, conflicts: one.conflicts.filter(({ at }) => at !== conflict.at) });
    });
  return (
    <fieldset className={styles.conflict}>
      <legend>{label}</legend>
      {(['mine', 'theirs'] as const).map((side) => (
        <Button key={side} onClick={() => choose(conflict[side])}>
          <span className={styles.value}>
            <small>{t(VISIT[side])}</small>
            <Said value={conflict[side]} at={conflict.at} />
          </span>
        </Button>
      ))}
    </fieldset>
  );
}

function Said({ value, at }: { value: Conflict['mine']; at: string }) {
  const { t } = useLanguage();
  const { service } = useFilling();
  const field = fieldsOf(formOf(service)).find(({ name }) => at === `/answers/${name}`);
  const choice = field?.choices.find((one) => one.value === value);
  if (choice) return t(choice.title);
  if (typeof value === 'boolean') return t(value ? FIELDS.yes : FIELDS.no);
  const text = typeof value === 'string' ? value : (value ?? []).join(', ');
  return text === '' ? t(VISIT.empty) : text;
}
