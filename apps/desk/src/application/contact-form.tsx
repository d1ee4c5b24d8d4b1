import { useState } from 'react';
import { isEmailAddress } from '@cups/application';
import { ACTION_TEXTS } from '@cups/application/texts';
import type { Application } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { APPLICATION } from '../texts/application.ts';
import { CONTACT_FORM } from '../texts/contact-form.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { isPhoneNumber } from '../visit/inputs/contact.ts';
import { CONTACT_FIELDS, CONTACT_MEANS } from '../visit/model/contact-fields.ts';
import type { ContactName } from '../visit/model/contact-fields.ts';
import type { ApplicationActionState } from './use-application-action.ts';
import styles from './application.module.css';

type Means = (typeof CONTACT_MEANS)[number];
type ContactTexts = Record<ContactName, string>;

const MEANS_TEXTS = { email: FIELDS.email, phone: FIELDS.phone, none: FIELDS.nothing };
const isValid: Record<ContactName, (text: string) => boolean> = { email: isEmailAddress, phone: isPhoneNumber };

interface ContactFormProps {
  application: Application;
  action: ApplicationActionState;
  onDone: () => void;
}

/** Replaces the contact of a filed application. The fields start with the present one. */
export default function ContactForm({ application, action: { run, busy }, onDone }: ContactFormProps) {
  const { t } = useLanguage();
  const { email = '', phone = '' } = application.contact ?? {};
  const [means, setMeans] = useState<Means>(email ? 'email' : phone ? 'phone' : 'none');
  const [texts, setTexts] = useState<ContactTexts>({ email, phone });
  const [isSubmitted, setIsSubmitted] = useState(false);
  const fields = CONTACT_FIELDS.filter(({ askedFor }) => askedFor.includes(means)).map((field) => {
    const text = field.normalize(texts[field.name]);
    const isOptional = field.name !== means;
    return Object.assign(
      { text, isOptional, isWrong: !(isOptional && text === '') && !isValid[field.name](text) },
      field,
    );
  });
  const save = async () => {
    setIsSubmitted(true);
    if (fields.some(({ isWrong }) => isWrong)) return;
    const filled = fields.filter(({ text }) => text !== '').map(({ name, text }) => [name, text] as const);
    const contact = means === 'none' ? { none: true } : Object.fromEntries(filled);
    if (await run('contact', { contact })) onDone();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void save())}>
      <p>{t(CONTACT_FORM.effect)}</p>
      <Choice
        label={t(FIELDS.means)}
        variant="segments"
        options={CONTACT_MEANS.map((value) => ({ value, label: t(MEANS_TEXTS[value]) }))}
        value={means}
        onChange={setMeans}
      />
      {means === 'none' && <p>{t(FIELDS.nothingHelp)}</p>}
      {fields.map(({ name, label, maxLength, isWrong }) => (
        <Field key={name} label={t(label)} error={isSubmitted && isWrong && t(CONTACT_FORM.wrong[name])}>
          <TextInput
            value={texts[name]}
            onChange={(text) => setTexts((before) => ({ ...before, [name]: text }))}
            maxLength={maxLength}
            focusOnMount={name === means}
          />
        </Field>
      ))}
      <div className={styles.ways}>
        <Button type="submit" variant="filled" busy={busy !== undefined} busyText={t(APPLICATION.sending)}>
          {t(ACTION_TEXTS['change-contact'])}
        </Button>
        <Button onClick={onDone}>{t(APPLICATION.leave)}</Button>
      </div>
    </form>
  );
}
