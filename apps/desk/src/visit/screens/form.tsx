import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { Title } from '../../parts/screen.tsx';
import { VISIT } from '../../texts/visit.ts';
import { AnswerField } from '../fields/form-field.tsx';
import { useFilling } from '../filling.tsx';
import { fieldsNeeded, fieldsShown, formOf, latestOf, sectionsOf } from '../model/form.ts';
import { offersFor } from '../model/offers.ts';
import type { Offer } from '../model/offers.ts';
import { serviceIn } from '../model/service.ts';
import { Page } from './page.tsx';
import styles from './pane.module.css';

/** One part of the form of the service: only what it asks, and only what counts with the answers so far. */
export function FormScreen({ part }: { part: number }) {
  const { t } = useLanguage();
  const { next, content, service, today, visit, draft, typed, registry } = useFilling();
  const form = formOf(service);
  const section = sectionsOf(form)[part - 1];
  if (!form || !section) return null;
  const answers = content.answers ?? {};
  const needed = fieldsNeeded(form, answers);
  const fields = fieldsShown(form, section, answers);
  const others = visit.drafts
    .filter(({ id }) => id !== draft.id)
    .map((one) => ({ service: serviceIn(registry, one.service), typed: one.typed }));
  const choices = fields.filter(({ kind }) => kind === 'choice' || kind === 'yes-no');
  const offers = offersFor(fields, { service, typed }, others);
  return (
    <Page main={{ says: t(VISIT.goOn), does: next }} side={offers.length > 0 && <Offers offers={offers} />}>
      <Title focus={false}>{t(section.title ?? VISIT.formTitle)}</Title>
      {fields.map((field) => (
        <AnswerField
          digits={choices.length === 1}
          key={field.name}
          field={field}
          optional={!needed.has(field.name)}
          latest={latestOf(field, today)}
        />
      ))}
    </Page>
  );
}

/** What was given in this visit already, to be taken by one press. */
function Offers({ offers }: { offers: readonly Offer[] }) {
  const { t } = useLanguage();
  const { setAll } = useFilling();
  return (
    <div className={styles.pane}>
      <h2>{t(VISIT.earlier)}</h2>
      <div>
        {offers.map((offer) => (
          <div key={offer.field} className={styles.offer}>
            <span>
              <small className={styles.quiet}>
                {t(offer.label)} · {offer.from ? t(offer.from) : t(VISIT.ofPerson)}
              </small>
              {sayOffer(offer)}
            </span>
            <Button onClick={() => setAll({ [`/answers/${offer.field}`]: offer.value })}>{t(VISIT.take)}</Button>
          </div>
        ))}
      </div>
    </div>
  );
}

const sayOffer = ({ value }: Offer): string => (typeof value === 'boolean' ? '' : [value].flat().join(', '));
