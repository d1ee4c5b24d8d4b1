import { useCallback } from 'react';
import { useLanguage } from '../language/language.tsx';
import { useCatalog } from '../session/catalog.ts';

/** The names of agencies: by the registry, and by their code while it is not here yet. */
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
