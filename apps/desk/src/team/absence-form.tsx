import { useState } from 'react';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { DayInput } from '../parts/day-input.tsx';
import { Field, Select } from '../parts/field.tsx';
import { TEAM } from '../texts/team.ts';
import type { ActionFormProps } from './member-actions.tsx';
import { operatorIdOf, isValidAbsence } from './member-status.ts';
import styles from './team.module.css';

/** The days of an absence and the stand-in. */
export function AbsenceForm({ member, members, staffChange, onClose }: ActionFormProps) {
  const { t } = useLanguage();
  const [from, setFrom] = useState(member.absence?.from ?? today());
  const [to, setTo] = useState(member.absence?.to ?? '');
  const [standIn, setStandIn] = useState(member.absence?.standIn ?? '');
  const [isSubmitted, setIsSubmitted] = useState(false);
  const isWrong = !isValidAbsence({ from, to }, today());
  const id = operatorIdOf(member);
  const submit = async () => {
    setIsSubmitted(true);
    if (isWrong) return;
    const absence = standIn ? { from, to, standIn } : { from, to };
    if (await staffChange.submit({ action: 'absence', id, absence })) onClose();
  };
  const endAbsence = async () => {
    if (await staffChange.submit({ action: 'end-absence', id })) onClose();
  };
  const others = members.filter(
    (candidate) => candidate.name !== member.name && candidate.status !== 'former' && !candidate.suspended,
  );
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void submit())}>
      <div className={styles.days}>
        <Field label={t(TEAM.from)}>
          <DayInput value={from} onChange={setFrom} />
        </Field>
        <Field label={t(TEAM.to)}>
          <DayInput value={to} onChange={setTo} />
        </Field>
      </div>
      {isSubmitted && isWrong && (
        <p role="alert" className={styles.fault}>
          {t(TEAM.daysWrong)}
        </p>
      )}
      <Field label={t(TEAM.standIn)}>
        <Select
          small
          value={standIn}
          onChange={setStandIn}
          empty={t(TEAM.nobodyStandsIn)}
          options={others.map(({ name, displayName }) => ({ value: name, label: displayName }))}
        />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" busy={staffChange.busy}>
          {t(TEAM.save)}
        </Button>
        {member.absence && <Button onClick={() => void endAbsence()}>{t(TEAM.back)}</Button>}
        <Button variant="text" onClick={onClose}>
          {t(TEAM.leave)}
        </Button>
      </div>
    </form>
  );
}
