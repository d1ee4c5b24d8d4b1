import { useState } from 'react';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { DayInput } from '../parts/day-input.tsx';
import { Field, Select } from '../parts/field.tsx';
import { TEAM } from '../texts/team.ts';
import type { FormProps } from './acts.tsx';
import { idOf, isAbsence } from './people.ts';
import styles from './team.module.css';

/** From when until when somebody is away, and who stands in. */
export function AbsenceForm({ member, members, changing, onClose }: FormProps) {
  const { t } = useLanguage();
  const [from, setFrom] = useState(member.absence?.from ?? today());
  const [to, setTo] = useState(member.absence?.to ?? '');
  const [standIn, setStandIn] = useState(member.absence?.standIn ?? '');
  const [tried, setTried] = useState(false);
  const isWrong = !isAbsence({ from, to }, today());
  const id = idOf(member);
  const act = async () => {
    setTried(true);
    if (isWrong) return;
    const absence = standIn ? { from, to, standIn } : { from, to };
    if (await changing.change({ does: 'absence', id, absence })) onClose();
  };
  const back = async () => {
    if (await changing.change({ does: 'back', id })) onClose();
  };
  const others = members.filter((one) => one.name !== member.name && one.status !== 'gone' && !one.suspended);
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void act())}>
      <div className={styles.days}>
        <Field label={t(TEAM.from)}>
          <DayInput value={from} onChange={setFrom} />
        </Field>
        <Field label={t(TEAM.to)}>
          <DayInput value={to} onChange={setTo} />
        </Field>
      </div>
      {tried && isWrong && (
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
          options={others.map(({ name, displayName }) => ({ value: name, says: displayName }))}
        />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" busy={changing.busy}>
          {t(TEAM.save)}
        </Button>
        {member.absence && <Button onClick={() => void back()}>{t(TEAM.back)}</Button>}
        <Button look="text" onClick={onClose}>
          {t(TEAM.leave)}
        </Button>
      </div>
    </form>
  );
}
