import { useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import type { Language } from '@cups/application';
import { centresQuery } from '../api/pagination.ts';
import type { Application, Centre } from '../api/types.ts';
import { LANGUAGES } from '../language/messages.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { comboboxAttributes, HitList, useMarkedHit, useSearchHits } from '../parts/search-hits.tsx';
import { countryName } from '../supervisor/country-name.ts';
import { APPLICATION } from '../texts/application.ts';
import { COLLECTIONS } from '../texts/collections.ts';
import styles from './collections.module.css';

/** ID of the list of hits. */
const LIST = 'collecting-centres';

interface CentreSearchProps {
  /** The application whose result is collected. Its own centre is not offered. */
  application: Pick<Application, 'centre' | 'training'>;
  onChoose: (centre: string) => void;
  onLeave: () => void;
}

/** Chooses a centre by typing. Enter takes the marked one, arrows mark another. */
export function CentreSearch({ application, onChoose, onLeave }: CentreSearchProps) {
  const { t, language } = useLanguage();
  const centres = useQuery(centresQuery);
  const [query, setQuery] = useState('');
  const [isTried, setIsTried] = useState(false);
  const hits = useCentreHits(centres.data, application, query);
  const { chosen, moveMark } = useMarkedHit(hits);
  const choose = () => (chosen ? onChoose(chosen.name) : setIsTried(true));
  const onKeyDown = (event: KeyboardEvent) => {
    if (moveMark(event) || event.key !== 'Enter') return;
    event.preventDefault();
    choose();
  };
  return (
    <div className={styles.search}>
      <Field
        label={t(COLLECTIONS.question)}
        help={t(COLLECTIONS.help)}
        error={isTried && !chosen && t(COLLECTIONS.needed)}
      >
        <TextInput
          {...comboboxAttributes(LIST, hits, chosen)}
          data-own-enter
          start={<Search size={20} aria-hidden="true" />}
          value={query}
          onChange={setQuery}
          onKeyDown={onKeyDown}
          maxLength={100}
          focusOnMount
        />
      </Field>
      <HitList
        id={LIST}
        label={t(COLLECTIONS.question)}
        hits={hits}
        chosen={chosen}
        describe={(centre) => [
          centre.displayName,
          [placeOf(centre, language), centre.code].filter(Boolean).join(' · '),
        ]}
        onChoose={({ name }) => onChoose(name)}
      />
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

/** Returns the open centres of the application's kind that match, best first. */
function useCentreHits(
  centres: readonly Centre[] | undefined,
  { centre: own, training }: CentreSearchProps['application'],
  query: string,
): Centre[] {
  const open = useMemo(
    () => (centres ?? []).filter(({ name, status }) => name !== own && status === (training ? 'training' : 'active')),
    [centres, own, training],
  );
  return useSearchHits(open, termsOf, query);
}

const termsOf = ({ displayName, district, country, code }: Centre) => ({
  titles: [displayName],
  keywords: [district ?? '', ...(country ? LANGUAGES.map((language) => countryName(country, language)) : [])],
  codes: [code],
  popularity: 1,
});

const placeOf = ({ district, country }: Centre, language: Language): string =>
  district ?? (country ? countryName(country, language) : '');
