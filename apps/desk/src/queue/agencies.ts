import { useCallback } from 'react';
import { useLanguage } from '../language/language.tsx';
import { useRegistry } from '../session/registry.ts';

/** The names of agencies: by the registry, and by their code while it is not here yet. */
export function useAgencies(): { short: (name: string) => string; long: (name: string) => string } {
  const { t } = useLanguage();
  const registry = useRegistry();
  const short = useCallback((name: string) => name.replace('agencies/', '').toUpperCase(), []);
  const long = useCallback(
    (name: string) => t(registry?.agencies.find((agency) => agency.name === name)?.displayName) || short(name),
    [registry, t, short],
  );
  return { short, long };
}
