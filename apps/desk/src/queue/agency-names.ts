import { useCallback } from 'react';
import { useQuery } from '@tanstack/react-query';
import { agenciesQuery } from '../api/pagination.ts';
import { useLanguage } from '../language/language.tsx';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';

/** Returns names of agencies from the catalog of the centre; without a centre, from the list of agencies. Else their codes. */
export function useAgencyNames(): { short: (name: string) => string; long: (name: string) => string } {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const catalog = useCatalog();
  const listed = useQuery(Object.assign({ enabled: !session.centre }, agenciesQuery));
  const agencies = catalog?.agencies ?? listed.data;
  const short = useCallback((name: string) => name.replace('agencies/', '').toUpperCase(), []);
  const long = useCallback(
    (name: string) => t(agencies?.find((agency) => agency.name === name)?.displayName) || short(name),
    [agencies, t, short],
  );
  return { short, long };
}
