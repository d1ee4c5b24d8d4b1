import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { VISIT } from '../texts/visit.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { useDraftForm } from './draft-form.tsx';
import type { Conflict } from './model/draft-merge.ts';
import { useVisits } from './visits.tsx';
import { fieldLabel } from './field-texts.ts';
import { setOrDelete } from './model/draft-merge.ts';
import { fieldsOf, formSchemaOf } from './model/form.ts';
import styles from './conflicts.module.css';

/** Fields that two people edited, with both values. The local value stays until the user chooses. */
export function Conflicts() {
  const { t } = useLanguage();
  const { draft } = useDraftForm();
  if (draft.conflicts.length === 0) return null;
  return (
    <section className={styles.conflicts} role="alert" aria-label={t(VISIT.conflict)}>
      <p>{t(VISIT.conflict)}</p>
      {draft.conflicts.map((conflict) => (
        <ConflictChoice key={conflict.at} conflict={conflict} />
      ))}
    </section>
  );
}

function ConflictChoice({ conflict }: { conflict: Conflict }) {
  const { t } = useLanguage();
  const { store } = useVisits();
  const { draft, service } = useDraftForm();
  const label = t(fieldLabel(conflict.at, service));
  const choose = (value: Conflict['mine']) =>
    store.change(draft.id, (current) => {
      const values = Object.assign({}, current.typed);
      setOrDelete(values, conflict.at, value);
      return Object.assign({}, current, {
        typed: values,
        conflicts: current.conflicts.filter(({ at }) => at !== conflict.at),
      });
    });
  return (
    <fieldset className={styles.conflict}>
      <legend>{label}</legend>
      {(['mine', 'theirs'] as const).map((side) => (
        <Button key={side} onClick={() => choose(conflict[side])}>
          <span className={styles.value}>
            <small>{t(VISIT[side])}</small>
            <ConflictValue value={conflict[side]} pointer={conflict.at} />
          </span>
        </Button>
      ))}
    </fieldset>
  );
}

function ConflictValue({ value, pointer }: { value: Conflict['mine']; pointer: string }) {
  const { t } = useLanguage();
  const { service } = useDraftForm();
  const field = fieldsOf(formSchemaOf(service)).find(({ name }) => pointer === `/answers/${name}`);
  const choice = field?.choices.find((option) => option.value === value);
  if (choice) return t(choice.title);
  if (typeof value === 'boolean') return t(value ? FIELDS.yes : FIELDS.no);
  const text = typeof value === 'string' ? value : (value ?? []).join(', ');
  return text === '' ? t(VISIT.empty) : text;
}
