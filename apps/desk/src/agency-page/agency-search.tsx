import { useId, useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { agenciesQuery } from '../api/pagination.ts';
import type { Agency } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { LoadError } from '../parts/load-states.tsx';
import { comboboxAttributes, HitList, useMarkedHit, useSearchHits } from '../parts/search-hits.tsx';
import { AGENCY_SEARCH } from '../texts/agency-search.ts';

interface AgencySearchProps {
  label: string;
  help?: string;
  error?: string | undefined;
  /** agencies/{code}; '' while none is chosen. */
  value: string;
  /** @param agency agencies/{code}; '' while the clerk types */
  onChange: (agency: string) => void;
  /** agencies/{code} of an agency that is not offered. */
  except?: string | undefined;
  /** 40 px high, for tables. */
  small?: boolean;
}

/** Chooses an agency by typing its name in any language, or its code. Enter takes the marked one, arrows mark another. */
export function AgencySearch({ label, help, error, value, onChange, except, small = false }: AgencySearchProps) {
  const { t } = useLanguage();
  const id = useId();
  const agencies = useQuery(agenciesQuery);
  const [query, setQuery] = useState('');
  const offered = useMemo(() => (agencies.data ?? []).filter(({ name }) => name !== except), [agencies.data, except]);
  const found = useSearchHits(offered, termsOf, query);
  const hits = value === '' ? found : [];
  const { chosen, moveMark } = useMarkedHit(hits);
  const choose = (agency: Agency) => {
    setQuery(t(agency.displayName));
    onChange(agency.name);
  };
  const type = (text: string) => {
    setQuery(text);
    if (value !== '') onChange('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (moveMark(event) || !chosen || event.key !== 'Enter' || event.ctrlKey) return;
    event.preventDefault();
    choose(chosen);
  };
  const isWithoutHits = agencies.data && value === '' && query.trim().length > 2 && hits.length === 0;
  return (
    <div>
      <Field label={label} help={help} error={error}>
        <TextInput
          {...comboboxAttributes(id, hits, chosen)}
          data-own-enter
          start={<Search size={20} aria-hidden="true" />}
          small={small}
          value={query}
          onChange={type}
          onKeyDown={onKeyDown}
          maxLength={100}
        />
      </Field>
      <HitList
        id={id}
        label={label}
        hits={hits}
        chosen={chosen}
        describe={({ displayName, code }) => [t(displayName), code]}
        onChoose={choose}
      />
      {agencies.isError && !agencies.data && (
        <LoadError error={agencies.error} onRetry={() => void agencies.refetch()} />
      )}
      {isWithoutHits && <p role="status">{t(AGENCY_SEARCH.noHits)}</p>}
    </div>
  );
}

const termsOf = ({ displayName: { ro = '', ru = '', en = '' }, code }: Agency) => ({
  titles: [ro, ru, en],
  keywords: [],
  codes: [code],
  popularity: 1,
});
