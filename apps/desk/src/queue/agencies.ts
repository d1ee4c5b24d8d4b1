import { useCallback } from 'react';
import { useQuery } from '@tanstack/react-query';
import { registryRead } from '../api/reads.ts';
import { useLanguage } from '../language/language.tsx';
import { useSignedIn } from '../session/session.tsx';

/** The names of agencies: by the registry, and by their code while it is not here yet. */
export function useAgencies(): { short: (name: string) => string; long: (name: string) => string } {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const code = session.centre?.replace('centres/', '') ?? '';
  const { data } = useQuery(Object.assign({ enabled: code !== '' }, registryRead(code)));
  const short = useCallback((name: string) => name.replace('agencies/', '').toUpperCase(), []);
  const long = useCallback(
    (name: string) => t(data?.agencies.find((agency) => agency.name === name)?.displayName) || short(name),
    [data, t, short],
  );
  return { short, long };
}
