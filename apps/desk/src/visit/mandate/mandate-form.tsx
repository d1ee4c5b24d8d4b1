import { useMemo } from 'react';
import { THEMES } from '@cups/application';
import { THEME_TEXTS } from '@cups/application/texts';
import type { Catalog } from '../../api/types.ts';
import { useLanguage } from '../../language/language.tsx';
import { MandateText } from '../../mandates/mandate-text.tsx';
import { TermChoice } from '../../mandates/term-choice.tsx';
import { CheckBox, Choice } from '../../parts/choice.tsx';
import { VISIT_MANDATE } from '../../texts/visit-mandate.ts';
import { toNewMandate } from '../model/mandate-subject.ts';
import type { MandateChoice, MandateSubject } from '../model/mandate-subject.ts';
import { mandateText } from '../model/mandate-text.ts';
import { isAvailableHere } from '../model/service-search.ts';
import styles from './mandate.module.css';

interface MandateFormProps {
  subject: MandateSubject;
  catalog: Catalog;
  /** Civil date in Chisinau. */
  today: string;
  choice: MandateChoice;
  onChange: (choice: Partial<MandateChoice>) => void;
}

/** What the person chooses, and the exact text that follows from it. */
export function MandateForm({ subject, catalog, today, choice, onChange }: MandateFormProps) {
  const { t } = useLanguage();
  const { language } = subject;
  const request = toNewMandate(subject, choice);
  return (
    <>
      <TermChoice id="/mandate/term" value={choice.term} onChange={(term) => onChange({ term })} digits />
      {choice.term !== 'this-application' && (
        <ScopeChoice subject={subject} catalog={catalog} choice={choice} onChange={onChange} />
      )}
      <section className={styles.text}>
        <p className={styles.quiet}>{t(VISIT_MANDATE.signHelp)}</p>
        <MandateText
          language={language}
          text={mandateText(request, catalog, language, today)}
          romanianText={mandateText(request, catalog, 'ro', today)}
        />
      </section>
    </>
  );
}

function ScopeChoice({ subject, catalog, choice, onChange }: Omit<MandateFormProps, 'today'>) {
  const { t } = useLanguage();
  const { scope, services, themes } = choice;
  const further = useMemo(
    () => catalog.publicServices.filter((service) => isAvailableHere(service) && service.name !== subject.service.name),
    [catalog, subject.service.name],
  );
  return (
    <>
      <Choice
        id="/mandate/scope"
        label={t(VISIT_MANDATE.scope)}
        columns={2}
        options={[
          { value: 'service', label: t(VISIT_MANDATE.scopeService) },
          { value: 'services', label: t(VISIT_MANDATE.scopeServices) },
          { value: 'themes', label: t(VISIT_MANDATE.scopeThemes) },
        ]}
        value={scope}
        onChange={(value) => onChange({ scope: value })}
      />
      {scope === 'services' && (
        <CheckList
          label={t(VISIT_MANDATE.chooseServices)}
          options={further.map(({ name, version }) => ({ value: name, label: t(version?.title) }))}
          values={services}
          onChange={(values) => onChange({ services: values })}
        />
      )}
      {scope === 'themes' && (
        <CheckList
          label={t(VISIT_MANDATE.chooseThemes)}
          options={THEMES.map((theme) => ({ value: theme, label: t(THEME_TEXTS[theme]) }))}
          values={themes}
          onChange={(values) => onChange({ themes: values })}
        />
      )}
    </>
  );
}

interface CheckListProps {
  label: string;
  options: readonly { value: string; label: string }[];
  values: readonly string[];
  onChange: (values: string[]) => void;
}

function CheckList({ label, options, values, onChange }: CheckListProps) {
  return (
    <fieldset className={styles.list}>
      <legend>{label}</legend>
      {options.map(({ value, label: text }) => (
        <CheckBox
          key={value}
          checked={values.includes(value)}
          onChange={(on) => onChange(on ? [...values, value] : values.filter((one) => one !== value))}
        >
          {text}
        </CheckBox>
      ))}
    </fieldset>
  );
}
