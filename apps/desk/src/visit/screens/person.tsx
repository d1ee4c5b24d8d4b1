import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { FORMATS } from '@cups/application';
import { useLanguage } from '../../language/language.tsx';
import { CheckBox, Choice } from '../../parts/choice.tsx';
import { Title } from '../../parts/screen.tsx';
import { FOREIGN_DOCUMENT_TEXTS, LANGUAGE_TEXTS } from '../../texts/content.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { DateField, LineField, NameField, SelectField } from '../fields/fields.tsx';
import { IdnpField } from '../fields/idnp-field.tsx';
import { useFilling } from '../filling.tsx';
import { MEANS, textOf } from '../model/typed.ts';
import { mendedEmail, mendedPhone } from '../typed/contact.ts';
import { Known } from './known.tsx';
import { Page } from './page.tsx';
import { PersonPane } from './person-pane.tsx';
import styles from './person.module.css';

/** Who asks: known by number or name, or typed as on the card; how to reach the person, and for whom it is. */
export function PersonScreen() {
  const { t } = useLanguage();
  const { next } = useFilling();
  return (
    <Page main={{ says: t(VISIT.goOn), does: next }} side={<PersonPane />}>
      <Title focus={false}>{t(VISIT.personTitle)}</Title>
      <Identity
        at="/applicant"
        orName
        beside={
          <OneOfFew
            at="/behalf"
            label={FIELDS.behalf}
            options={['self', 'other']}
            says={{ self: FIELDS.self, other: FIELDS.other }}
          />
        }
      />
      <ContactFields />
      <OneOfFew at="/applicant/language" label={FIELDS.language} options={['ro', 'ru', 'en']} says={LANGUAGE_TEXTS} />
    </Page>
  );
}

interface IdentityProps {
  at: '/applicant' | '/represented';
  orName?: boolean;
  /** What is asked beside the date of birth, where there is room. */
  beside?: ReactNode;
}

/** Number, names and date of birth of one person, or the document of another state where the agency takes it. */
export function Identity({ at, orName, beside }: IdentityProps) {
  const { t } = useLanguage();
  const { typed, agency, today, set } = useFilling();
  const isForeign = typed[`${at}/without`] === true;
  const { errorAt } = useFilling();
  return (
    <>
      {!isForeign && (
        <div className={styles.number}>
          <IdnpField
            at={`${at}/idnp`}
            label={FIELDS.idnp}
            help={orName ? FIELDS.idnpHelp : undefined}
            orName={orName === true}
          />
        </div>
      )}
      {!isForeign && <Known at={at} />}
      {(agency?.acceptsForeignDocuments || isForeign) && (
        <CheckBox
          id={`${at}/without`}
          checked={isForeign}
          onChange={(on) => set(`${at}/without`, on || undefined)}
          more={t(FIELDS.withoutHelp)}
          error={errorAt(`${at}/without`)}
        >
          {t(FIELDS.without)}
        </CheckBox>
      )}
      {isForeign && <ForeignDocument at={at} />}
      <div className={styles.two}>
        <NameField at={`${at}/familyName`} label={FIELDS.familyName} />
        <NameField at={`${at}/givenName`} label={FIELDS.givenName} />
      </div>
      <div className={styles.two}>
        <DateField at={`${at}/birthDate`} label={FIELDS.birthDate} latest={today} />
        {beside}
      </div>
    </>
  );
}

/** Every other state, by its name in the language of the page. */
function useStates(): { value: string; says: string }[] {
  const { language } = useLanguage();
  return useMemo(() => {
    const names = new Intl.DisplayNames([language], { type: 'region' });
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
    const codes = letters
      .flatMap((one) => letters.map((other) => `${one}${other}`))
      .filter((code) => FORMATS['country']?.(code));
    return codes
      .map((value) => ({ value, says: names.of(value) ?? value }))
      .sort((one, other) => one.says.localeCompare(other.says, language));
  }, [language]);
}

function ForeignDocument({ at }: { at: string }) {
  const { t } = useLanguage();
  const states = useStates();
  const kinds = Object.entries(FOREIGN_DOCUMENT_TEXTS).map(([value, text]) => ({ value, says: t(text) }));
  return (
    <>
      <SelectField at={`${at}/foreignDocument/country`} label={FIELDS.country} options={states} />
      <div className={styles.two}>
        <SelectField at={`${at}/foreignDocument/kind`} label={FIELDS.documentKind} options={kinds} />
        <LineField at={`${at}/foreignDocument/number`} label={FIELDS.documentNumber} maxLength={100} />
      </div>
    </>
  );
}

function ContactFields() {
  const { t } = useLanguage();
  const { typed } = useFilling();
  const means = textOf(typed, '/contact/means');
  return (
    <>
      <OneOfFew
        at="/contact/means"
        label={FIELDS.means}
        options={MEANS}
        says={{ email: FIELDS.email, phone: FIELDS.phone, none: FIELDS.nothing }}
      />
      {means === 'none' && <p className={styles.quiet}>{t(FIELDS.nothingHelp)}</p>}
      {means === 'email' && (
        <LineField at="/contact/email" label={FIELDS.emailAddress} type="email" mend={mendedEmail} maxLength={254} />
      )}
      {(means === 'phone' || means === 'email') && (
        <LineField
          at="/contact/phone"
          label={FIELDS.phoneNumber}
          type="tel"
          mend={mendedPhone}
          maxLength={30}
          narrow
          optional={means === 'email'}
        />
      )}
    </>
  );
}

interface FewProps<Value extends string> {
  at: string;
  label: (typeof FIELDS)[keyof typeof FIELDS];
  options: readonly Value[];
  says: Record<Value, { ro: string; ru: string; en: string }>;
}

function OneOfFew<Value extends string>({ at, label, options, says }: FewProps<Value>) {
  const { t } = useLanguage();
  const { typed, set, errorAt } = useFilling();
  return (
    <div className={styles.few}>
      <Choice
        id={at}
        label={t(label)}
        look="segments"
        error={errorAt(at)}
        options={options.map((value) => ({ value, says: t(says[value]) }))}
        value={textOf(typed, at) as Value}
        onChange={(value) => set(at, value)}
      />
    </div>
  );
}
