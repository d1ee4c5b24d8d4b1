import { useEffect, useState } from 'react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { RECORDED_READ } from '../api/recorded-read.ts';
import { orCopy } from '../offline-copy/copy-source.ts';
import type { CopyPerson } from '../offline-copy/copy-source.ts';
import { parseIdnp } from './inputs/idnp.ts';

/** Looks up a person once the number is complete, or three letters of a name are typed. */

/** Each lookup is logged, so results are cached for a minute, in memory only. */
const STALE_MS = 60_000;
const DEBOUNCE_MS = 300;
const MIN_LETTERS = 3;

const personLookupQuery = (idnp: string) =>
  queryOptions({
    queryKey: ['person', idnp],
    queryFn: () =>
      orCopy<CopyPerson>(bodyOf(api.POST('/api/v1/persons/lookup', { body: { idnp } })), (copy) =>
        copy.lookUpPerson(idnp),
      ),
    ...RECORDED_READ,
    staleTime: STALE_MS,
    retry: false,
  });

export const nameSearchQuery = (query: string) =>
  queryOptions({
    queryKey: ['names', query],
    queryFn: () => bodyOf(api.POST('/api/v1/applications/search', { body: { query } })),
    ...RECORDED_READ,
    staleTime: STALE_MS,
    retry: false,
  });

/** Looks up the person of a valid number, and their open applications. */
export function usePersonLookup(typed: string) {
  const { digits, state } = parseIdnp(typed);
  return useQuery(Object.assign({ enabled: state === 'right' }, personLookupQuery(digits)));
}

/** Returns the name to search for, or undefined for fewer than three letters. */
export function toNameQuery(typed: string): string | undefined {
  const name = typed.trim().slice(0, 100);
  return name.replace(/[^\p{L}]/gu, '').length >= MIN_LETTERS ? name : undefined;
}

/** Searches applications by the start of a name, debounced. */
export function useNameSearch(typed: string) {
  const name = useDebouncedValue(toNameQuery(typed));
  return useQuery(Object.assign({ enabled: name !== undefined }, nameSearchQuery(name ?? '')));
}

/** Returns the value once it has been stable for DEBOUNCE_MS. */
function useDebouncedValue<T>(value: T): T {
  const [debounced, setDebounced] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setDebounced(value), DEBOUNCE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return debounced;
}
