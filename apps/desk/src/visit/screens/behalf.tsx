import { useLanguage } from '../../language/language.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Title } from '../../parts/screen.tsx';
import { MANDATE_TEXTS } from '../../texts/content.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { DateField, LineField } from '../fields/fields.tsx';
import { useFilling } from '../filling.tsx';
import { textOf } from '../model/typed.ts';
import { Page } from './page.tsx';
import { Identity } from './person.tsx';

const GROUNDS = ['notarial', 'mpower', 'kinship', 'guardianship'] as const;

/** For whom, when it is not for oneself, and what gives the right to ask. */
export function BehalfScreen() {
  const { t } = useLanguage();
  const { next, typed, set, errorAt, today } = useFilling();
  return (
    <Page main={{ says: t(VISIT.goOn), does: next }}>
      <Title focus={false}>{t(VISIT.behalfTitle)}</Title>
      <Identity at="/represented" />
      <Choice
        id="/mandate/kind"
        label={t(FIELDS.ground)}
        error={errorAt('/mandate/kind')}
        columns={2}
        options={GROUNDS.map((value) => ({ value, says: capital(t(MANDATE_TEXTS[value])) }))}
        value={textOf(typed, '/mandate/kind') as (typeof GROUNDS)[number]}
        onChange={(value) => set('/mandate/kind', value)}
      />
      <LineField at="/mandate/reference" label={FIELDS.reference} help={FIELDS.referenceHelp} maxLength={200} />
      <DateField at="/mandate/date" label={FIELDS.mandateDate} latest={today} optional />
    </Page>
  );
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
