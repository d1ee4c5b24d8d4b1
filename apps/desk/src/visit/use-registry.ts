import { useQuery } from '@tanstack/react-query';
import { registryRead } from '../api/reads.ts';
import { useSignedIn } from '../session/session.tsx';

/** All that this desk must know of public services. */
export function useRegistry() {
  const { session } = useSignedIn();
  return useQuery(registryRead((session.centre ?? '').replace('centres/', '')));
}
