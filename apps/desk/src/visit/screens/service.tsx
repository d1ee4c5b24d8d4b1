import { useLayoutEffect, useMemo, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { Link } from 'wouter';
import type { PublicService } from '../../api/types.ts';
import { useKeys } from '../../keys/keys.tsx';
import { readTypeAhead, takeTypeAhead } from '../../keys/type-ahead.ts';
import { useLanguage } from '../../language/language.tsx';
import { plural } from '../../language/plurals.ts';
import { FieldError, TextInput } from '../../parts/field.tsx';
import { Title } from '../../parts/screen.tsx';
import { QUEUE_SELECTION_KEY } from '../../queue/queue-selection.ts';
import type { QueueSelection } from '../../queue/queue-selection.ts';
import { SERVICES } from '../../texts/counts.ts';
import { KEYS } from '../../texts/keys.ts';
import { VISIT } from '../../texts/visit.ts';
import { useDraftForm } from '../draft-form.tsx';
import { findFrequentServices, isAvailableHere, searchServices } from '../model/service-search.ts';
import { useIsSavedForLater } from '../save-for-later.ts';
import { useChecklistPrintout } from '../use-printouts.tsx';
import { VisitPage } from './visit-page.tsx';
import { optionId, ServiceList } from './service-list.tsx';
import { ServicePane } from './service-pane.tsx';
import styles from './service.module.css';

const MAX_HITS = 8;

/** Finds a service as people say it. */
export function ServiceScreen() {
  const { t, language } = useLanguage();
  const { chooseService, blockingText, setBlockingText } = useDraftForm();
  const { query, setQuery, results, frequent, picked, pick } = useServiceSearch(proceed);
  const printChecklist = useChecklistPrintout(picked);
  function proceed(service: PublicService | undefined): void {
    if (!service) return setBlockingText(t(VISIT.chooseFirst));
    if (!isAvailableHere(service)) return setBlockingText(t(VISIT.chooseOther));
    chooseService(service.code);
  }
  const main = () => proceed(picked);
  return (
    <VisitPage
      main={{ label: t(VISIT.toPerson), run: main, cap: 'Enter' }}
      side={picked && <ServicePane service={picked} onPrint={printChecklist} />}
      hint={<ArrowKeysHint />}
    >
      <SavedForLaterNotice />
      <div className={styles.head}>
        <Title focus={false}>{t(VISIT.serviceTitle)}</Title>
        <p className={styles.help} id="service-help">
          {t(VISIT.serviceHelp)}
        </p>
      </div>
      <TextInput
        aria-label={t(VISIT.serviceTitle)}
        aria-describedby="service-help"
        role="combobox"
        aria-expanded="true"
        aria-controls="services"
        aria-autocomplete="list"
        aria-activedescendant={picked && optionId(picked)}
        start={<Search size={20} aria-hidden="true" />}
        end={results && results.length > 0 ? plural(results.length, language, SERVICES) : undefined}
        value={query}
        onChange={setQuery}
      />
      {blockingText && <FieldError>{blockingText}</FieldError>}
      <ServiceList results={results} frequent={frequent} picked={picked} onPick={pick} onOpen={main} />
    </VisitPage>
  );
}

/** Links to the draft of the visit that was saved just now. */
function SavedForLaterNotice() {
  const { t } = useLanguage();
  const isSavedForLater = useIsSavedForLater();
  const queryClient = useQueryClient();
  if (!isSavedForLater) return null;
  return (
    <p role="status" className={styles.parked}>
      {t(VISIT.parked)}{' '}
      <Link
        href="/"
        onClick={() => queryClient.setQueryData<QueueSelection>(QUEUE_SELECTION_KEY, { bucket: 'drafts' })}
      >
        {t(VISIT.toDrafts)}
      </Link>
    </p>
  );
}

/**
 * The matches of the query, and the picked one: the best, until arrows or a click pick another.
 * @param proceed called with the best match, if Enter was pressed before this screen existed
 */
function useServiceSearch(proceed: (service: PublicService | undefined) => void) {
  const { catalog, service, setBlockingText } = useDraftForm();
  const [query, setQuery] = useState(readTypeAhead);
  const [code, setCode] = useState(service?.code);
  // Takes over the buffered text; from the first paint on, keys go to the field.
  useLayoutEffect(() => {
    takeTypeAhead((text, entered) => {
      if (text === '') return;
      setQuery(text);
      if (entered) proceed(searchServices(catalog, text)?.[0]);
    });
  });
  const results = useMemo(() => searchServices(catalog, query)?.slice(0, MAX_HITS), [catalog, query]);
  const frequent = useMemo(
    () => findFrequentServices(catalog).filter((candidate) => !results?.includes(candidate)),
    [catalog, results],
  );
  const shown = [...(results ?? []), ...frequent];
  const chosen = query === '' ? service : undefined;
  const picked = shown.find((candidate) => candidate.code === code) ?? results?.[0] ?? chosen;

  function pick(candidate: PublicService | undefined): void {
    if (!candidate) return;
    setCode(candidate.code);
    setBlockingText(undefined);
    document.getElementById(optionId(candidate))?.scrollIntoView({ block: 'nearest' });
  }
  const currentIndex = picked ? shown.indexOf(picked) : -1;
  useKeys([
    {
      code: 'ArrowDown',
      label: KEYS.down,
      run: () => pick(shown[Math.min(currentIndex + 1, shown.length - 1)]),
      inFields: true,
    },
    { code: 'ArrowUp', label: KEYS.up, run: () => pick(shown[Math.max(currentIndex - 1, 0)]), inFields: true },
  ]);
  return {
    query,
    results,
    frequent,
    picked,
    pick,
    setQuery(text: string) {
      setQuery(text);
      setCode(undefined);
      setBlockingText(undefined);
    },
  };
}

function ArrowKeysHint() {
  const { t } = useLanguage();
  return (
    <span className={styles.arrows}>
      <span aria-hidden="true">
        <kbd>↑</kbd>
        <kbd>↓</kbd>
      </span>
      {t(VISIT.arrows)}
    </span>
  );
}
