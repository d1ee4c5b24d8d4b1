import { useState } from 'react';
import type { CSSProperties, ReactNode } from 'react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { Link } from 'wouter';
import { toCivilDate } from '@cups/application';
import { MANDATE_GROUND_TEXTS } from '@cups/application/texts';
import type { StoredMandate } from '../api/types.ts';
import { useRowKeys } from '../keys/use-row-keys.ts';
import { daysBetween, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import { plural } from '../language/plurals.ts';
import { Button } from '../parts/button.tsx';
import { Field } from '../parts/field.tsx';
import { EmptyState, LoadError, Skeleton } from '../parts/load-states.tsx';
import rowStyles from '../parts/rows.module.css';
import { Screen, Title } from '../parts/screen.tsx';
import columnStyles from '../queue/rows.module.css';
import { StatusIcon } from '../queue/status-icon.tsx';
import { useCatalog } from '../session/catalog.ts';
import { DAYS } from '../texts/counts.ts';
import { MANDATES_LINK } from '../texts/mandates-link.ts';
import { MANDATE_STATE_TEXTS, MANDATES } from '../texts/mandates.ts';
import { QUEUE } from '../texts/queue.ts';
import { SESSION } from '../texts/session.ts';
import { parseIdnp } from '../visit/inputs/idnp.ts';
import { IdnpInput } from '../visit/fields/idnp-field.tsx';
import { catalogTitles, lastDayText, scopeParts } from './mandate-facts.ts';
import { activeMandatesQuery, endingMandatesQuery, personMandatesQuery } from './mandates-api.ts';
import styles from './mandates.module.css';

/** The mandates that the centre holds: those of a person, or those that end soon and then the others. */
export default function MandateList() {
  const { t } = useLanguage();
  const [idnp, setIdnp] = useState('');
  const list = useRowKeys();
  return (
    <Screen flush>
      <div className={styles.head}>
        <nav aria-label={t(SESSION.queue)}>
          <Link href="/">{t(SESSION.queue)}</Link>
        </nav>
        <Title>{t(MANDATES_LINK.title)}</Title>
        <PersonSearch onFind={setIdnp} />
      </div>
      <div ref={list}>
        {idnp === '' ? <CentreMandates /> : <PersonMandates idnp={idnp} onBack={() => setIdnp('')} />}
      </div>
    </Screen>
  );
}

/** Finds the mandates of a person by number. Neither the URL nor the history contains it. */
function PersonSearch({ onFind }: { onFind: (idnp: string) => void }) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const submit = () => {
    const isValid = parseIdnp(typed).state === 'right';
    setIsWrong(!isValid);
    if (isValid) onFind(typed.replaceAll(/\D/g, ''));
  };
  return (
    <form role="search" className={styles.search} onSubmit={(event) => (event.preventDefault(), submit())} noValidate>
      <Field label={t(MANDATES.byPerson)} error={isWrong ? t(MANDATES.wrongIdnp) : undefined}>
        <IdnpInput value={typed} onChange={setTyped} />
      </Field>
      <Button type="submit" icon={Search}>
        {t(MANDATES.find)}
      </Button>
    </form>
  );
}

function PersonMandates({ idnp, onBack }: { idnp: string; onBack: () => void }) {
  const { t } = useLanguage();
  const query = useQuery(personMandatesQuery(idnp));
  const back = <Button onClick={onBack}>{t(MANDATES.showAll)}</Button>;
  if (query.isError) return <LoadError error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton />;
  if (query.data.length === 0) return <EmptyState action={back}>{t(MANDATES.noneOfPerson)}</EmptyState>;
  return (
    <MandateSection title={t(MANDATES.ofPerson)} mandates={query.data}>
      {back}
    </MandateSection>
  );
}

function CentreMandates() {
  const { t } = useLanguage();
  const ending = useQuery(endingMandatesQuery);
  const active = useInfiniteQuery(activeMandatesQuery);
  const soon = ending.data ?? [];
  const names = new Set(soon.map(({ name }) => name));
  const others = (active.data?.pages ?? []).flatMap(({ mandates }) => mandates).filter(({ name }) => !names.has(name));
  const error = ending.error ?? active.error;
  if (error) return <LoadError error={error} onRetry={() => void Promise.all([ending.refetch(), active.refetch()])} />;
  if (!ending.data || !active.data) return <Skeleton />;
  if (soon.length + others.length === 0) return <EmptyState>{t(MANDATES.none)}</EmptyState>;
  return (
    <>
      {soon.length > 0 && <MandateSection title={t(MANDATES_LINK.endingSoon)} mandates={soon} />}
      {others.length > 0 && (
        <MandateSection title={t(MANDATES.active)} mandates={others}>
          {active.hasNextPage && (
            <Button onClick={() => void active.fetchNextPage()} busy={active.isFetchingNextPage}>
              {t(QUEUE.more)}
            </Button>
          )}
        </MandateSection>
      )}
    </>
  );
}

interface MandateSectionProps {
  title: string;
  mandates: readonly StoredMandate[];
  /** Buttons below. */
  children?: ReactNode;
}

function MandateSection({ title, mandates, children }: MandateSectionProps) {
  return (
    <section>
      <h2 className={styles.sectionTitle}>{title}</h2>
      <ul style={COLUMN_WIDTHS}>
        {mandates.map((mandate) => (
          <MandateRow key={mandate.id} mandate={mandate} />
        ))}
      </ul>
      {children && <div className={styles.more}>{children}</div>}
    </section>
  );
}

/** The columns are those of the queue, and wide enough for each ground. */
const COLUMN_WIDTHS = { '--todo': '280px', '--date': '174px' } as CSSProperties;
/** Days before the end from which the row warns. */
const WARNING_DAYS = 30;

function MandateRow({ mandate }: { mandate: StoredMandate }) {
  const { t, language } = useLanguage();
  const catalog = useCatalog();
  const { id, person, ground, expireTime, state } = mandate;
  const parts = scopeParts(mandate.remainingScope, catalogTitles(catalog));
  const days = daysBetween(today(), toCivilDate(new Date(new Date(expireTime).getTime() - 1)));
  const isSoon = state === 'active' && days <= WARNING_DAYS;
  return (
    <li>
      <Link href={`/mandates/${id}`} data-row={id} className={`${rowStyles.row} ${columnStyles.columns}`}>
        <StatusIcon name={state === 'active' ? 'draft' : 'ended'} tone={isSoon ? 'citizen' : 'none'} />
        <span className={columnStyles.who}>
          <strong>{personName(person)}</strong>
          <span>{parts.map(({ title }) => t(title)).join('; ')}</span>
        </span>
        <span className={columnStyles.todo}>
          <strong>{t(MANDATE_STATE_TEXTS[state])}</strong>
          <span>{t(MANDATE_GROUND_TEXTS[ground.kind])}</span>
        </span>
        <span className={columnStyles.date}>
          <span>{lastDayText(expireTime)}</span>
          <span>{isSoon ? t(MANDATES.endsIn, { days: plural(days, language, DAYS) }) : t(MANDATES.lastDay)}</span>
        </span>
      </Link>
    </li>
  );
}
