import { useState } from 'react';
import { COMPLAINT_OUTCOMES, COMPLAINT_WAYS, toCivilDate } from '@cups/application';
import type { ComplaintOutcome, ComplaintWay } from '@cups/application';
import { COMPLAINT_OUTCOME_TEXTS, COMPLAINT_WAY_TEXTS } from '@cups/application/texts';
import { shortDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { DayInput } from '../parts/day-input.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import type { Complaint } from '../print/complaint-printout.tsx';
import { COMPLAINTS } from '../texts/complaints.ts';
import type { ApplicationActionState } from './use-application-action.ts';
import styles from './application.module.css';

/** The forms of a complaint: how the agency got it, and what it answered. */

interface ComplaintFormProps {
  /** ID of the application. */
  application: string;
  complaint: Complaint;
  action: ApplicationActionState;
}

/** Two complaints can be open, about two agencies: each has its own input. */
const draftId = (application: string, { number }: Complaint): string => `${application}/${number}`;

interface FilingDraft {
  date: string;
  way?: ComplaintWay;
  registrationNumber: string;
}

/** Records that the person signed the complaint, and how the agency got it. */
export function FilingForm({ application, complaint, action: { run, busy } }: ComplaintFormProps) {
  const { t } = useLanguage();
  const [draft, setDraft, forget] = usePersistentState<FilingDraft>(
    'complaint',
    draftId(application, complaint),
    () => ({
      date: today(),
      registrationNumber: '',
    }),
  );
  const [isSubmitted, setIsSubmitted] = useState(false);
  const earliest = toCivilDate(new Date(complaint.prepareTime));
  const isDay = isDayBetween(draft.date, earliest);
  const save = async () => {
    setIsSubmitted(true);
    if (!isDay || !draft.way) return;
    const registrationNumber = draft.registrationNumber.trim();
    const body = { number: complaint.number, date: draft.date, way: draft.way };
    if (await run('complaints/file', registrationNumber ? { ...body, registrationNumber } : body)) forget();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void save())}>
      <Choice
        label={t(COMPLAINTS.way)}
        variant="segments"
        options={COMPLAINT_WAYS.map((value) => ({ value, label: t(COMPLAINT_WAY_TEXTS[value]) }))}
        value={draft.way}
        onChange={(way) => setDraft({ ...draft, way })}
        error={isSubmitted && !draft.way && t(COMPLAINTS.wayNeeded)}
      />
      <Day
        value={draft.date}
        earliest={earliest}
        isSubmitted={isSubmitted}
        onChange={(date) => setDraft({ ...draft, date })}
      />
      <Field label={t(COMPLAINTS.registrationNumber)} mark={t(COMPLAINTS.optional)}>
        <TextInput
          small
          value={draft.registrationNumber}
          maxLength={100}
          onChange={(text) => setDraft({ ...draft, registrationNumber: text })}
        />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" busy={busy === 'complaints/file'} busyText={t(COMPLAINTS.sending)}>
          {t(COMPLAINTS.saveFiling)}
        </Button>
      </div>
    </form>
  );
}

interface AnswerDraft {
  date: string;
  outcome?: ComplaintOutcome;
  text: string;
}

/** Records the answer of the agency. */
export function AnswerForm({ application, complaint, action: { run, busy } }: ComplaintFormProps) {
  const { t } = useLanguage();
  const [draft, setDraft, forget] = usePersistentState<AnswerDraft>(
    'complaint-answer',
    draftId(application, complaint),
    () => ({
      date: today(),
      text: '',
    }),
  );
  const [isSubmitted, setIsSubmitted] = useState(false);
  const earliest = complaint.filing?.date ?? '';
  const isDay = isDayBetween(draft.date, earliest);
  const save = async () => {
    setIsSubmitted(true);
    if (!isDay || !draft.outcome) return;
    const text = draft.text.trim();
    const body = { number: complaint.number, date: draft.date, outcome: draft.outcome };
    if (await run('complaints/answer', text ? { ...body, text } : body)) forget();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void save())}>
      <Choice
        label={t(COMPLAINTS.outcome)}
        variant="segments"
        options={COMPLAINT_OUTCOMES.map((value) => ({ value, label: t(COMPLAINT_OUTCOME_TEXTS[value]) }))}
        value={draft.outcome}
        onChange={(outcome) => setDraft({ ...draft, outcome })}
        error={isSubmitted && !draft.outcome && t(COMPLAINTS.outcomeNeeded)}
      />
      <Day
        value={draft.date}
        earliest={earliest}
        isSubmitted={isSubmitted}
        onChange={(date) => setDraft({ ...draft, date })}
      />
      <Field label={t(COMPLAINTS.answerText)} mark={t(COMPLAINTS.optional)}>
        <TextInput small value={draft.text} maxLength={500} onChange={(text) => setDraft({ ...draft, text })} />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" busy={busy === 'complaints/answer'} busyText={t(COMPLAINTS.sending)}>
          {t(COMPLAINTS.saveAnswer)}
        </Button>
      </div>
    </form>
  );
}

/** Whether a text is a day from `earliest` until today, both yyyy-MM-dd. */
const isDayBetween = (date: string, earliest: string): boolean => date !== '' && date >= earliest && date <= today();

interface DayProps {
  value: string;
  earliest: string;
  isSubmitted: boolean;
  onChange: (date: string) => void;
}

function Day({ value, earliest, isSubmitted, onChange }: DayProps) {
  const { t } = useLanguage();
  const isWrong = isSubmitted && !isDayBetween(value, earliest);
  return (
    <Field label={t(COMPLAINTS.date)} error={isWrong && t(COMPLAINTS.dateWrong, { day: shortDate(earliest) })}>
      <DayInput value={value} onChange={onChange} />
    </Field>
  );
}
