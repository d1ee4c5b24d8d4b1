import { useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import type { Language } from '@cups/application';
import { createSearch } from '@cups/application/search';
import { centresQuery } from '../api/pagination.ts';
import type { Application, Centre } from '../api/types.ts';
import { LANGUAGES } from '../language/messages.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { countryName } from '../supervisor/country-name.ts';
import { APPLICATION } from '../texts/application.ts';
import { COLLECTIONS } from '../texts/collections.ts';
import styles from './collections.module.css';

const MAX_HITS = 8;

interface CentreSearchProps {
  /** The application whose result is collected. Its own centre is not offered. */
  application: Pick<Application, 'centre' | 'training'>;
  onChoose: (centre: string) => void;
  onLeave: () => void;
}

/** Chooses a centre by typing. Enter takes the marked one, arrows mark another. */
export function CentreSearch({ application, onChoose, onLeave }: CentreSearchProps) {
  const { t } = useLanguage();
  const centres = useQuery(centresQuery);
  const [query, setQuery] = useState('');
  const [marked, setMarked] = useState<string>();
  const [isTried, setIsTried] = useState(false);
  const hits = useCentreHits(centres.data, application, query);
  const chosen = hits.find(({ name }) => name === marked) ?? hits[0];
  const choose = () => (chosen ? onChoose(chosen.name) : setIsTried(true));
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined && event.key !== 'Enter') return;
    event.preventDefault();
    if (by === undefined) return choose();
    const at = chosen ? hits.indexOf(chosen) + by : 0;
    setMarked(hits[Math.min(Math.max(at, 0), hits.length - 1)]?.name);
  };
  return (
    <div className={styles.search}>
      <Field
        label={t(COLLECTIONS.question)}
        help={t(COLLECTIONS.help)}
        error={isTried && !chosen && t(COLLECTIONS.needed)}
      >
        <TextInput
          role="combobox"
          data-own-enter
          aria-expanded={hits.length > 0}
          aria-controls="collecting-centres"
          aria-autocomplete="list"
          aria-activedescendant={chosen && optionId(chosen)}
          start={<Search size={20} aria-hidden="true" />}
          value={query}
          onChange={setQuery}
          onKeyDown={onKeyDown}
          maxLength={100}
          focusOnMount
        />
      </Field>
      <CentreHits hits={hits} chosen={chosen} onChoose={onChoose} />
      {centres.isPending && <Skeleton lines={2} />}
      {centres.isError && !centres.data && <LoadError error={centres.error} onRetry={() => void centres.refetch()} />}
      {centres.data && query.trim().length > 2 && hits.length === 0 && <p role="status">{t(COLLECTIONS.noHits)}</p>}
      <div className={styles.ways}>
        <Button onClick={choose}>{t(COLLECTIONS.save)}</Button>
        <Button variant="text" onClick={onLeave}>
          {t(APPLICATION.leave)}
        </Button>
      </div>
    </div>
  );
}

const optionId = ({ code }: Centre): string => `collecting-centre-${code}`;

/** Returns the open centres of the application's kind that match, best first. */
function useCentreHits(
  centres: readonly Centre[] | undefined,
  { centre: own, training }: CentreSearchProps['application'],
  query: string,
): Centre[] {
  const search = useMemo(() => {
    const open = (centres ?? []).filter(
      ({ name, status }) => name !== own && status === (training ? 'training' : 'active'),
    );
    return createSearch(open, ({ displayName, district, country, code }) => ({
      titles: [displayName],
      keywords: [district ?? '', ...(country ? LANGUAGES.map((language) => countryName(country, language)) : [])],
      codes: [code],
      popularity: 1,
    }));
  }, [centres, own, training]);
  return useMemo(() => {
    const scores = search(query) ?? new Map<Centre, number>();
    return [...scores]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MAX_HITS)
      .map(([centre]) => centre);
  }, [search, query]);
}

const placeOf = ({ district, country }: Centre, language: Language): string =>
  district ?? (country ? countryName(country, language) : '');

interface CentreHitsProps {
  hits: readonly Centre[];
  chosen: Centre | undefined;
  onChoose: (centre: string) => void;
}

function CentreHits({ hits, chosen, onChoose }: CentreHitsProps) {
  const { t, language } = useLanguage();
  return (
    <ul id="collecting-centres" role="listbox" aria-label={t(COLLECTIONS.question)} className={styles.hits}>
      {hits.map((centre) => (
        <li
          key={centre.name}
          id={optionId(centre)}
          role="option"
          aria-selected={centre === chosen}
          // Keeps the focus in the field.
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(centre.name);
          }}
        >
          <strong>{centre.displayName}</strong>
          <span>{[placeOf(centre, language), centre.code].filter(Boolean).join(' · ')}</span>
        </li>
      ))}
    </ul>
  );
}
