import { useEffect, useState } from 'react';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.ts';
import { typedIdnp } from './typed/idnp.ts';

/** What this centre knows of a person, asked for as soon as a whole number or enough letters of a name are typed. */

/** A question is a look that is kept, so that nobody asks twice in a moment; in memory only. */
const STALE_MS = 60_000;
const PAUSE_MS = 300;
const LEAST_LETTERS = 3;

const lookupRead = (idnp: string) =>
  queryOptions({
    queryKey: ['person', idnp],
    queryFn: () => bodyOf(api.POST('/api/v1/persons/lookup', { body: { idnp } })),
    staleTime: STALE_MS,
    retry: false,
  });

export const namesRead = (query: string) =>
  queryOptions({
    queryKey: ['names', query],
    queryFn: () => bodyOf(api.POST('/api/v1/applications/search', { body: { query } })),
    staleTime: STALE_MS,
    retry: false,
  });

/** The person behind a whole right number, and what is open for them. */
export function useLookup(typed: string) {
  const { digits, state } = typedIdnp(typed);
  return useQuery(Object.assign({ enabled: state === 'right' }, lookupRead(digits)));
}

/** A name as it is looked for, or undefined for fewer letters than tell people apart. */
export function nameIn(typed: string): string | undefined {
  const name = typed.trim().slice(0, 100);
  return name.replace(/[^\p{L}]/gu, '').length >= LEAST_LETTERS ? name : undefined;
}

/** Applications of people by the beginning of a name, a moment after the last letter. */
export function useNames(typed: string) {
  const name = useSettled(nameIn(typed));
  return useQuery(Object.assign({ enabled: name !== undefined }, namesRead(name ?? '')));
}

/** The value once nothing more was typed for a moment. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
