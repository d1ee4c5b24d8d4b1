import { useEffect, useState } from 'react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { parseIdnp } from './inputs/idnp.ts';

/** What this centre knows of a person, asked for as soon as a whole number or enough letters of a name are typed. */

/** A question is a look that is kept, so that nobody asks twice in a moment; in memory only. */
const STALE_MS = 60_000;
const DEBOUNCE_MS = 300;
const MIN_LETTERS = 3;

const personLookupQuery = (idnp: string) =>
  queryOptions({
    queryKey: ['person', idnp],
    queryFn: () => bodyOf(api.POST('/api/v1/persons/lookup', { body: { idnp } })),
    staleTime: STALE_MS,
    retry: false,
  });

export const nameSearchQuery = (query: string) =>
  queryOptions({
    queryKey: ['names', query],
    queryFn: () => bodyOf(api.POST('/api/v1/applications/search', { body: { query } })),
    staleTime: STALE_MS,
    retry: false,
  });

/** The person behind a whole right number, and what is open for them. */
export function usePersonLookup(typed: string) {
  const { digits, state } = parseIdnp(typed);
  return useQuery(Object.assign({ enabled: state === 'right' }, personLookupQuery(digits)));
}

/** A name as it is looked for, or undefined for fewer letters than tell people apart. */
export function toNameQuery(typed: string): string | undefined {
  const name = typed.trim().slice(0, 100);
  return name.replace(/[^\p{L}]/gu, '').length >= MIN_LETTERS ? name : undefined;
}

/** Applications of people by the beginning of a name, a moment after the last letter. */
export function useNameSearch(typed: string) {
  const name = useDebouncedValue(toNameQuery(typed));
  return useQuery(Object.assign({ enabled: name !== undefined }, nameSearchQuery(name ?? '')));
}

/** The value once nothing more was typed for a moment. */
function useDebouncedValue<T>(value: T): T {
  const [debounced, setDebounced] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(value), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return debounced;
}
