import { useQuery } from '@tanstack/react-query';
import { catalogQuery } from '../api/queries.ts';
import type { Catalog } from '../api/types.ts';
import { useSignedIn } from './session.tsx';

/** Reads the catalog of the session's centre; disabled without a centre. */
export function useCatalogQuery() {
  const { session } = useSignedIn();
  const code = (session.centre ?? '').replace('centres/', '');
  return useQuery(Object.assign({ enabled: code !== '' }, catalogQuery(code)));
}

/** Returns the catalog, or undefined while it loads. */
export function useCatalog(): Catalog | undefined {
  return useCatalogQuery().data;
}
