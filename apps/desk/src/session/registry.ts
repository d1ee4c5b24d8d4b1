import { useQuery } from '@tanstack/react-query';
import { registryRead } from '../api/reads.ts';
import type { Registry } from '../api/types.ts';
import { useSignedIn } from './session.tsx';

/** Asks for all that the desk of this centre must know of public services; of who works at no centre nothing is asked. */
export function useRegistryQuery() {
  const { session } = useSignedIn();
  const code = (session.centre ?? '').replace('centres/', '');
  return useQuery(Object.assign({ enabled: code !== '' }, registryRead(code)));
}

/** The same, as far as it is here. */
export function useRegistry(): Registry | undefined {
  return useRegistryQuery().data;
}
