import type { ReactNode } from 'react';
import type { Application } from '../api/types.ts';
import { nameOfPerson } from '../language/people.ts';
import { shortDate } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { CheckBox, Choice } from '../parts/choice.tsx';
import type { Option } from '../parts/choice.tsx';
import type { Fault } from '../parts/error-summary.tsx';
import { Field, Select, TextInput } from '../parts/field.tsx';
import { Cap } from '../keys/cap.tsx';
import { HAND, PAPER_KINDS } from '../texts/application.ts';
import { PARTS } from '../texts/parts.ts';
import type { Handing } from './handing.ts';
import styles from './hand-over.module.css';

/** The three questions of a hand-over. */

interface QuestionProps {
  handing: Handing;
  onSay: (more: Partial<Handing>) => void;
  faults: readonly Fault[];
}
type OfApplication = QuestionProps & { application: Application };

const faultAt = (faults: readonly Fault[], id: string) => faults.find((fault) => fault.id === id)?.says;

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

export function Who({ application, handing, onSay, faults }: OfApplication) {
  const { t } = useLanguage();
  const { applicant, represented } = application;
  const person = (of: Application['applicant']) =>
    [nameOfPerson(of), of?.birthDate && shortDate(of.birthDate)].filter(Boolean).join(', ');
  const options: Option<NonNullable<Handing['collectedBy']>>[] = [
    { value: 'applicant', says: t(HAND.applicant), more: person(applicant) },
    ...(represented ? [{ value: 'represented' as const, says: t(HAND.represented), more: person(represented) }] : []),
    { value: 'representative', says: t(HAND.other), more: t(HAND.otherMore) },
  ];
  return (
    <Question number={1} title={t(HAND.who)}>
      <Choice
        id="who"
        label={t(HAND.who)}
        labelHidden
        columns={2}
        options={options}
        value={handing.collectedBy}
        onChange={(collectedBy) => onSay({ collectedBy })}
        error={faultAt(faults, 'who')}
      />
      {handing.collectedBy === 'representative' && (
        <div className={styles.pair}>
          <Field id="collector" label={t(HAND.collector)} error={faultAt(faults, 'collector')}>
            <TextInput
              value={handing.collectorName}
              onChange={(collectorName) => onSay({ collectorName })}
              maxLength={200}
            />
          </Field>
          <Field id="power" label={t(HAND.power)} error={faultAt(faults, 'power')}>
            <TextInput value={handing.power} onChange={(power) => onSay({ power })} maxLength={200} />
          </Field>
        </div>
      )}
    </Question>
  );
}

export function Paper({ application, handing, onSay, faults }: OfApplication) {
  const { t } = useLanguage();
  const kinds = Object.entries(PAPER_KINDS).map(([value, says]) => ({ value, says: t(says) }));
  const filed = application.evidence?.find(({ kind, number }) => kind === 'identity-document' && number)?.number;
  const own = handing.collectedBy === 'applicant';
  const same = own && filed && (
    <button type="button" className={styles.same} onClick={() => onSay({ paperNumber: filed })}>
      {t(HAND.sameAsFiled)} <Cap code="Enter" quiet />
    </button>
  );
  return (
    <Question number={2} title={t(HAND.paper)}>
      <div className={styles.pair}>
        <Field label={t(HAND.kind)}>
          <Select value={handing.paperKind} onChange={(paperKind) => onSay({ paperKind })} options={kinds} />
        </Field>
        <Field id="paper-number" label={t(HAND.number)} error={faultAt(faults, 'paper-number')} aside={same}>
          <TextInput
            first
            digits
            value={handing.paperNumber}
            onChange={(paperNumber) => onSay({ paperNumber })}
            onKeyDown={(event) => {
              // Enter in the empty field takes what was filed with, and goes on.
              if (event.key === 'Enter' && !event.ctrlKey && filed && own && !handing.paperNumber)
                onSay({ paperNumber: filed });
            }}
            maxLength={100}
          />
        </Field>
      </div>
      <CheckBox
        id="compared"
        checked={handing.compared}
        onChange={(compared) => onSay({ compared })}
        error={faultAt(faults, 'compared')}
      >
        {t(HAND.photo)}
      </CheckBox>
    </Question>
  );
}

export function Outcome({ handing, onSay, faults, number }: QuestionProps & { number: number }) {
  const { t } = useLanguage();
  return (
    <Question number={number} title={t(HAND.met)}>
      <Choice
        id="met"
        label={t(HAND.met)}
        labelHidden
        columns={2}
        options={[
          { value: 'yes', says: t(PARTS.yes), more: t(HAND.metYes) },
          { value: 'no', says: t(HAND.metNo), more: t(HAND.metNoMore) },
        ]}
        value={handing.needMet}
        onChange={(needMet) => onSay({ needMet })}
        error={faultAt(faults, 'met')}
      />
      {handing.needMet === 'no' && (
        <Field id="missing" label={t(HAND.missing)} error={faultAt(faults, 'missing')}>
          <TextInput value={handing.missing} onChange={(missing) => onSay({ missing })} maxLength={500} />
        </Field>
      )}
    </Question>
  );
}
