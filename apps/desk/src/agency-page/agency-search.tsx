import { useId, useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { createSearch } from '@cups/application/search';
import { agenciesQuery } from '../api/pagination.ts';
import type { Agency } from '../api/types.ts';
import collectionStyles from '../collections/collections.module.css';
import { useLanguage } from '../language/language.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { LoadError } from '../parts/load-states.tsx';
import { AGENCY_SEARCH } from '../texts/agency-search.ts';

const MAX_HITS = 8;

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
  const [marked, setMarked] = useState<string>();
  const found = useAgencyHits(agencies.data, except, query);
  const hits = value === '' ? found : [];
  const chosen = hits.find(({ name }) => name === marked) ?? hits[0];
  const choose = (agency: Agency) => {
    setQuery(t(agency.displayName));
    onChange(agency.name);
  };
  const type = (text: string) => {
    setQuery(text);
    if (value !== '') onChange('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!chosen) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined && (event.key !== 'Enter' || event.ctrlKey)) return;
    event.preventDefault();
    if (by === undefined) return choose(chosen);
    setMarked(hits[Math.min(Math.max(hits.indexOf(chosen) + by, 0), hits.length - 1)]?.name);
  };
  const isWithoutHits = agencies.data && value === '' && query.trim().length > 2 && hits.length === 0;
  return (
    <div>
      <Field label={label} help={help} error={error}>
        <TextInput
          role="combobox"
          data-own-enter
          aria-expanded={hits.length > 0}
          aria-controls={id}
          aria-autocomplete="list"
          aria-activedescendant={chosen && optionId(id, chosen)}
          start={<Search size={20} aria-hidden="true" />}
          small={small}
          value={query}
          onChange={type}
          onKeyDown={onKeyDown}
          maxLength={100}
        />
      </Field>
      <ul id={id} role="listbox" aria-label={label} className={collectionStyles.hits}>
        {hits.map((agency) => (
          <li
            key={agency.name}
            id={optionId(id, agency)}
            role="option"
            aria-selected={agency === chosen}
            // Keeps the focus in the field.
            onMouseDown={(event) => {
              event.preventDefault();
              choose(agency);
            }}
          >
            <strong>{t(agency.displayName)}</strong>
            <span>{agency.code}</span>
          </li>
        ))}
      </ul>
      {agencies.isError && !agencies.data && (
        <LoadError error={agencies.error} onRetry={() => void agencies.refetch()} />
      )}
      {isWithoutHits && <p role="status">{t(AGENCY_SEARCH.noHits)}</p>}
    </div>
  );
}

const optionId = (list: string, { code }: Agency): string => `${list}-${code}`;

/** Returns the agencies that match, best first; none without a query. */
function useAgencyHits(agencies: readonly Agency[] | undefined, except: string | undefined, query: string): Agency[] {
  const search = useMemo(() => {
    const offered = (agencies ?? []).filter(({ name }) => name !== except);
    return createSearch(offered, ({ displayName: { ro = '', ru = '', en = '' }, code }) => ({
      titles: [ro, ru, en],
      keywords: [],
      codes: [code],
      popularity: 1,
    }));
  }, [agencies, except]);
  return useMemo(() => {
    const scores = search(query) ?? new Map<Agency, number>();
    return [...scores]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MAX_HITS)
      .map(([agency]) => agency);
  }, [search, query]);
}
