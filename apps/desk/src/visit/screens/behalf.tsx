import { useLanguage } from '../../language/language.tsx';
import { Choice } from '../../parts/choice.tsx';
import { Title } from '../../parts/screen.tsx';
import { MANDATE_TEXTS } from '../../texts/content.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { VISIT_MANDATE } from '../../texts/visit-mandate.ts';
import { DateField, LineField } from '../fields/fields.tsx';
import { useDraftForm } from '../draft-form.tsx';
import { textOf } from '../model/form-values.ts';
import { VisitPage } from './visit-page.tsx';
import { Identity } from './person.tsx';

const GROUNDS = ['notarial', 'mpower', 'kinship', 'guardianship'] as const;

/** The represented person and the mandate. */
export function BehalfScreen() {
  const { t } = useLanguage();
  const { next, values, setValue, errorAt, today } = useDraftForm();
  return (
    <VisitPage main={{ label: t(VISIT.goOn), run: next }}>
      <Title focus={false}>{t(VISIT.behalfTitle)}</Title>
      <Identity pointer="/represented" />
      <Choice
        id="/mandate/kind"
        label={t(FIELDS.ground)}
        error={errorAt('/mandate/kind')}
        columns={2}
        options={GROUNDS.map((value) => ({ value, label: capitalise(t(MANDATE_TEXTS[value])) }))}
        value={textOf(values, '/mandate/kind') as (typeof GROUNDS)[number]}
        onChange={(value) => setValue('/mandate/kind', value)}
      />
      <LineField pointer="/mandate/reference" label={FIELDS.reference} help={FIELDS.referenceHelp} maxLength={200} />
      {values['/mandate/kind'] === 'notarial' && (
        <LineField pointer="/mandate/notary" label={VISIT_MANDATE.notaryName} maxLength={200} optional />
      )}
      <DateField pointer="/mandate/date" label={FIELDS.mandateDate} latest={today} optional />
    </VisitPage>
  );
}

const capitalise = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
