import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { FORMATS } from '@cups/application';
import { useLanguage } from '../../language/language.tsx';
import { CheckBox, Choice } from '../../parts/choice.tsx';
import { Title } from '../../parts/screen.tsx';
import { FOREIGN_DOCUMENT_TEXTS, LANGUAGE_TEXTS } from '../../texts/content.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { DateField, LineField, SelectField } from '../fields/fields.tsx';
import { NameField } from '../fields/name-field.tsx';
import { IdnpField } from '../fields/idnp-field.tsx';
import { useDraftForm } from '../draft-form.tsx';
import { isIdentified } from '../person-origin.ts';
import { useVisits } from '../visits.tsx';
import { CONTACT_FIELDS, CONTACT_MEANS } from '../model/contact-fields.ts';
import { textOf } from '../model/form-values.ts';
import { FixedPerson } from './fixed-person.tsx';
import { KnownPerson } from './known-person.tsx';
import { VisitPage } from './visit-page.tsx';
import { PersonPane } from './person-pane.tsx';
import styles from './person.module.css';

/** The applicant: found by number or name, or typed; contact, language, and for whom. */
export function PersonScreen() {
  const { t } = useLanguage();
  const { next, draft } = useDraftForm();
  const { store } = useVisits();
  const isFixed = isIdentified(draft.typed) && store.personOrigin(draft.id) !== 'here';
  const behalf = (
    <ShortChoice
      pointer="/behalf"
      label={FIELDS.behalf}
      options={['self', 'other']}
      texts={{ self: FIELDS.self, other: FIELDS.other }}
    />
  );
  return (
    <VisitPage main={{ label: t(VISIT.goOn), run: next }} side={<PersonPane />}>
      <Title focus={false}>{t(VISIT.personTitle)}</Title>
      {isFixed ? (
        <>
          <FixedPerson />
          {behalf}
        </>
      ) : (
        <Identity pointer="/applicant" allowsName aside={behalf} />
      )}
      <ContactFields />
      <ShortChoice
        pointer="/applicant/language"
        label={FIELDS.language}
        options={['ro', 'ru', 'en']}
        texts={LANGUAGE_TEXTS}
      />
    </VisitPage>
  );
}

interface IdentityProps {
  pointer: '/applicant' | '/represented';
  allowsName?: boolean;
  /** Content beside the birth date. */
  aside?: ReactNode;
}

/** Number, names and birth date of a person, or a foreign document if the agency accepts it. */
export function Identity({ pointer, allowsName, aside }: IdentityProps) {
  const { t } = useLanguage();
  const { values, agency, today, setValue } = useDraftForm();
  const isForeign = values[`${pointer}/without`] === true;
  const { errorAt } = useDraftForm();
  return (
    <>
      {!isForeign && (
        <div className={styles.number}>
          <IdnpField
            pointer={`${pointer}/idnp`}
            label={FIELDS.idnp}
            help={allowsName ? FIELDS.idnpHelp : undefined}
            allowsName={allowsName === true}
          />
        </div>
      )}
      {!isForeign && <KnownPerson pointer={pointer} />}
      {(agency?.acceptsForeignDocuments || isForeign) && (
        <CheckBox
          id={`${pointer}/without`}
          checked={isForeign}
          onChange={(on) => setValue(`${pointer}/without`, on || undefined)}
          more={t(FIELDS.withoutHelp)}
          error={errorAt(`${pointer}/without`)}
        >
          {t(FIELDS.without)}
        </CheckBox>
      )}
      {isForeign && <ForeignDocument pointer={pointer} />}
      <div className={styles.two}>
        <NameField pointer={`${pointer}/familyName`} label={FIELDS.familyName} />
        <NameField pointer={`${pointer}/givenName`} label={FIELDS.givenName} />
      </div>
      <div className={styles.two}>
        <DateField pointer={`${pointer}/birthDate`} label={FIELDS.birthDate} latest={today} />
        {aside}
      </div>
    </>
  );
}

/** Foreign countries by name in the page's language. */
function useCountries(): { value: string; label: string }[] {
  const { language } = useLanguage();
  return useMemo(() => {
    const names = new Intl.DisplayNames([language], { type: 'region' });
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters
      .flatMap((first) => letters.map((second) => `${first}${second}`))
      .filter((code) => FORMATS['country']?.(code));
    return codes
      .map((value) => ({ value, label: names.of(value) ?? value }))
      .sort((a, b) => a.label.localeCompare(b.label, language));
  }, [language]);
}

function ForeignDocument({ pointer }: { pointer: string }) {
  const { t } = useLanguage();
  const countries = useCountries();
  const kinds = Object.entries(FOREIGN_DOCUMENT_TEXTS).map(([value, text]) => ({ value, label: t(text) }));
  return (
    <>
      <SelectField pointer={`${pointer}/foreignDocument/country`} label={FIELDS.country} options={countries} />
      <div className={styles.two}>
        <SelectField pointer={`${pointer}/foreignDocument/kind`} label={FIELDS.documentKind} options={kinds} />
        <LineField pointer={`${pointer}/foreignDocument/number`} label={FIELDS.documentNumber} maxLength={100} />
      </div>
    </>
  );
}

function ContactFields() {
  const { t } = useLanguage();
  const { values } = useDraftForm();
  const means = textOf(values, '/contact/means');
  return (
    <>
      <ShortChoice
        pointer="/contact/means"
        label={FIELDS.means}
        options={CONTACT_MEANS}
        texts={{ email: FIELDS.email, phone: FIELDS.phone, none: FIELDS.nothing }}
      />
      {means === 'none' && <p className={styles.quiet}>{t(FIELDS.nothingHelp)}</p>}
      {CONTACT_FIELDS.filter(({ askedFor }) => askedFor.some((one) => one === means)).map((field) => (
        <LineField
          key={field.name}
          pointer={field.pointer}
          label={field.label}
          type={field.type ?? 'text'}
          normalize={field.normalize}
          maxLength={field.maxLength}
          narrow={field.narrow === true}
          optional={field.name !== means}
        />
      ))}
    </>
  );
}

interface ShortChoiceProps<Value extends string> {
  pointer: string;
  label: (typeof FIELDS)[keyof typeof FIELDS];
  options: readonly Value[];
  texts: Record<Value, { ro: string; ru: string; en: string }>;
}

function ShortChoice<Value extends string>({ pointer, label, options, texts }: ShortChoiceProps<Value>) {
  const { t } = useLanguage();
  const { values, setValue, errorAt } = useDraftForm();
  return (
    <div className={styles.few}>
      <Choice
        id={pointer}
        label={t(label)}
        variant="segments"
        error={errorAt(pointer)}
        options={options.map((value) => ({ value, label: t(texts[value]) }))}
        value={textOf(values, pointer) as Value}
        onChange={(value) => setValue(pointer, value)}
      />
    </div>
  );
}
