import { useQuery } from '@tanstack/react-query';
import { catalogQuery } from '../api/queries.ts';
import type { Catalog } from '../api/types.ts';
import { useSignedIn } from './session.tsx';

/** Asks for all that the desk of this centre must know of public services; of who works at no centre nothing is asked. */
export function useCatalogQuery() {
  const { session } = useSignedIn();
  const code = (session.centre ?? '').replace('centres/', '');
  return useQuery(Object.assign({ enabled: code !== '' }, catalogQuery(code)));
}

/** The same, as far as it is here. */
export function useCatalog(): Catalog | undefined {
  return useCatalogQuery().data;
}
