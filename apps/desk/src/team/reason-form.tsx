import { useState } from 'react';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { TEAM } from '../texts/team.ts';
import styles from './team.module.css';

/** Asks support for a reason before any access. It is stored in the history of the members. */
export function ReasonForm({ onSubmit }: { onSubmit: (reason: string) => void }) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState('');
  const [isSubmitted, setIsSubmitted] = useState(false);
  return (
    <form
      className={styles.reason}
      onSubmit={(event) => {
        event.preventDefault();
        setIsSubmitted(true);
        if (typed.trim()) onSubmit(typed.trim());
      }}
    >
      <Field
        label={t(TEAM.accessReason)}
        help={t(TEAM.accessReasonHelp)}
        error={isSubmitted && !typed.trim() ? t(TEAM.accessReasonNeeded) : undefined}
      >
        <TextInput value={typed} onChange={setTyped} maxLength={500} />
      </Field>
      <div className={styles.ways}>
        <Button variant="filled" type="submit">
          {t(TEAM.look)}
        </Button>
      </div>
    </form>
  );
}
