import type { ReactNode } from 'react';
import type { Person } from '../api/types.ts';
import { personName } from '../language/person-name.ts';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { CheckBox, Choice } from '../parts/choice.tsx';
import type { Option } from '../parts/choice.tsx';
import type { FormError } from '../parts/error-summary.tsx';
import { Field, Select, TextInput } from '../parts/field.tsx';
import { KeyCap } from '../keys/key-cap.tsx';
import { HAND_OVER, ID_DOCUMENT_KINDS } from '../texts/hand-over.ts';
import { PARTS } from '../texts/parts.ts';
import type { HandOverForm, HandOverSubject } from './hand-over-form.ts';
import styles from './hand-over.module.css';

/** The three questions of a hand-over. */

interface QuestionProps {
  form: HandOverForm;
  onChange: (more: Partial<HandOverForm>) => void;
  errors: readonly FormError[];
}
type SubjectQuestionProps = QuestionProps & { subject: HandOverSubject };

const findErrorText = (errors: readonly FormError[], id: string) => errors.find((error) => error.id === id)?.message;

function Question({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section className={styles.question}>
      <span className={styles.number} aria-hidden="true">
        {number}
      </span>
      <h2>{title}</h2>
      <div className={styles.answers}>{children}</div>
    </section>
  );
}

export function CollectorQuestion({ subject, form, onChange, errors }: SubjectQuestionProps) {
  const { t } = useLanguage();
  const { applicant, represented } = subject;
  const describePerson = (person: Person | undefined) =>
    [personName(person), person?.birthDate && shortDate(person.birthDate)].filter(Boolean).join(', ');
  const options: Option<NonNullable<HandOverForm['collectedBy']>>[] = [
    { value: 'applicant', label: t(HAND_OVER.applicant), more: describePerson(applicant) },
    ...(represented
      ? [{ value: 'represented' as const, label: t(HAND_OVER.represented), more: describePerson(represented) }]
      : []),
    { value: 'representative', label: t(HAND_OVER.other), more: t(HAND_OVER.otherMore) },
  ];
  return (
    <Question number={1} title={t(HAND_OVER.who)}>
      <Choice
        id="who"
        label={t(HAND_OVER.who)}
        labelHidden
        columns={2}
        options={options}
        value={form.collectedBy}
        onChange={(collectedBy) => onChange({ collectedBy })}
        error={findErrorText(errors, 'who')}
      />
      {form.collectedBy === 'representative' && (
        <div className={styles.pair}>
          <Field id="collector" label={t(HAND_OVER.collector)} error={findErrorText(errors, 'collector')}>
            <TextInput
              value={form.collectorName}
              onChange={(collectorName) => onChange({ collectorName })}
              maxLength={200}
            />
          </Field>
          <Field id="power" label={t(HAND_OVER.power)} error={findErrorText(errors, 'power')}>
            <TextInput value={form.power} onChange={(power) => onChange({ power })} maxLength={200} />
          </Field>
        </div>
      )}
    </Question>
  );
}

export function IdDocumentQuestion({ subject, form, onChange, errors }: SubjectQuestionProps) {
  const { t } = useLanguage();
  const kinds = Object.entries(ID_DOCUMENT_KINDS).map(([value, label]) => ({ value, label: t(label) }));
  const filed = subject.evidence?.find(({ kind, number }) => kind === 'identity-document' && number)?.number;
  const isApplicant = form.collectedBy === 'applicant';
  const sameAsFiled = isApplicant && filed && (
    <button type="button" className={styles.same} onClick={() => onChange({ idDocumentNumber: filed })}>
      {t(HAND_OVER.sameAsFiled)} <KeyCap code="Enter" quiet />
    </button>
  );
  return (
    <Question number={2} title={t(HAND_OVER.paper)}>
      <div className={styles.pair}>
        <Field label={t(HAND_OVER.kind)}>
          <Select
            value={form.idDocumentKind}
            onChange={(idDocumentKind) => onChange({ idDocumentKind })}
            options={kinds}
          />
        </Field>
        <Field
          id="id-document-number"
          label={t(HAND_OVER.number)}
          error={findErrorText(errors, 'id-document-number')}
          aside={sameAsFiled}
        >
          <TextInput
            focusOnMount
            digits
            value={form.idDocumentNumber}
            onChange={(idDocumentNumber) => onChange({ idDocumentNumber })}
            onKeyDown={(event) => {
              // Enter in the empty field takes the number of the filed document and continues.
              if (event.key === 'Enter' && !event.ctrlKey && filed && isApplicant && !form.idDocumentNumber)
                onChange({ idDocumentNumber: filed });
            }}
            maxLength={100}
          />
        </Field>
      </div>
      <CheckBox
        id="compared"
        checked={form.compared}
        onChange={(compared) => onChange({ compared })}
        error={findErrorText(errors, 'compared')}
      >
        {t(HAND_OVER.photo)}
      </CheckBox>
    </Question>
  );
}

export function OutcomeQuestion({ form, onChange, errors, number }: QuestionProps & { number: number }) {
  const { t } = useLanguage();
  return (
    <Question number={number} title={t(HAND_OVER.met)}>
      <Choice
        id="met"
        label={t(HAND_OVER.met)}
        labelHidden
        columns={2}
        options={[
          { value: 'yes', label: t(PARTS.yes), more: t(HAND_OVER.metYes) },
          { value: 'no', label: t(HAND_OVER.metNo), more: t(HAND_OVER.metNoMore) },
        ]}
        value={form.needMet}
        onChange={(needMet) => onChange({ needMet })}
        error={findErrorText(errors, 'met')}
      />
      {form.needMet === 'no' && (
        <Field id="missing" label={t(HAND_OVER.missing)} error={findErrorText(errors, 'missing')}>
          <TextInput value={form.missing} onChange={(missing) => onChange({ missing })} maxLength={500} />
        </Field>
      )}
    </Question>
  );
}
