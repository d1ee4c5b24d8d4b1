import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { Title } from '../../parts/screen.tsx';
import { VISIT } from '../../texts/visit.ts';
import { AnswerField } from '../fields/form-field.tsx';
import { useDraftForm } from '../draft-form.tsx';
import { findRequiredFields, findApplicableFields, formSchemaOf, latestDate, sectionsOf } from '../model/form.ts';
import { suggestFor } from '../model/suggestions.ts';
import type { Suggestion } from '../model/suggestions.ts';
import { findService } from '../model/service.ts';
import { VisitPage } from './visit-page.tsx';
import styles from './pane.module.css';

/** One section of the service's form, with its applicable fields. */
export function FormScreen({ part }: { part: number }) {
  const { t } = useLanguage();
  const { next, content, service, today, visit, draft, values, catalog } = useDraftForm();
  const form = formSchemaOf(service);
  const section = sectionsOf(form)[part - 1];
  if (!form || !section) return null;
  const answers = content.answers ?? {};
  const required = findRequiredFields(form, answers);
  const fields = findApplicableFields(form, section, answers);
  const others = visit.drafts
    .filter(({ id }) => id !== draft.id)
    .map((other) => ({ service: findService(catalog, other.service), values: other.typed }));
  const choices = fields.filter(({ kind }) => kind === 'choice' || kind === 'yes-no');
  const suggestions = suggestFor(fields, { service, values }, others);
  return (
    <VisitPage
      main={{ label: t(VISIT.goOn), run: next }}
      side={suggestions.length > 0 && <SuggestionList suggestions={suggestions} />}
    >
      <Title focus={false}>{t(section.title ?? VISIT.formTitle)}</Title>
      {fields.map((field) => (
        <AnswerField
          digits={choices.length === 1}
          key={field.name}
          field={field}
          optional={!required.has(field.name)}
          latest={latestDate(field, today)}
        />
      ))}
    </VisitPage>
  );
}

/** Values from this visit, each taken over by one press. */
function SuggestionList({ suggestions }: { suggestions: readonly Suggestion[] }) {
  const { t } = useLanguage();
  const { setValues } = useDraftForm();
  return (
    <div className={styles.pane}>
      <h2>{t(VISIT.earlier)}</h2>
      <div>
        {suggestions.map((suggestion) => (
          <div key={suggestion.field} className={styles.offer}>
            <span>
              <small className={styles.quiet}>
                {t(suggestion.label)} · {suggestion.source ? t(suggestion.source) : t(VISIT.ofPerson)}
              </small>
              {suggestionText(suggestion)}
            </span>
            <Button onClick={() => setValues({ [`/answers/${suggestion.field}`]: suggestion.value })}>
              {t(VISIT.take)}
            </Button>
          </div>
        ))}
      </div>
    </div>
  );
}

const suggestionText = ({ value }: Suggestion): string => (typeof value === 'boolean' ? '' : [value].flat().join(', '));
