import { useCallback } from 'react';
import { useLanguage } from '../language/language.tsx';
import { useCatalog } from '../session/catalog.ts';

/** Returns names of agencies from the catalog, else their codes. */
export function useAgencyNames(): { short: (name: string) => string; long: (name: string) => string } {
  const { t } = useLanguage();
  const catalog = useCatalog();
  const short = useCallback((name: string) => name.replace('agencies/', '').toUpperCase(), []);
  const long = useCallback(
    (name: string) => t(catalog?.agencies.find((agency) => agency.name === name)?.displayName) || short(name),
    [catalog, t, short],
  );
  return { short, long };
}
