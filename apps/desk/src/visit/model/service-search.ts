import { createSearch } from '@cups/application/search';
import type { Search } from '@cups/application/search';
import type { PublicService, Catalog } from '../../api/types.ts';

/** Searches services in the loaded catalog, without a request. */

const searchIndexes = new WeakMap<Catalog, Search<PublicService>>();

/** Returns matching services, best first; undefined if the query has no significant word. */
export function searchServices(catalog: Catalog, query: string): readonly PublicService[] | undefined {
  const search = searchIndexes.get(catalog) ?? createSearch(catalog.publicServices, toSearchTerms);
  searchIndexes.set(catalog, search);
  const scores = search(query);
  return scores && [...scores].sort(([, a], [, b]) => b - a).map(([service]) => service);
}

const MAX_FREQUENT = 3;

/** Returns the most popular services that are available here. */
export function findFrequentServices(catalog: Catalog): readonly PublicService[] {
  return catalog.publicServices.filter(isAvailableHere).slice(0, MAX_FREQUENT);
}

/** Whether a draft can be opened at this desk today. */
export function isAvailableHere({ fileable, paused }: PublicService): boolean {
  return fileable && !paused;
}

function toSearchTerms({ code, stateCode, keywords, popularity, version }: PublicService) {
  const { ro, ru, en } = version?.title ?? {};
  return {
    titles: [ro, ru, en].filter((title) => title !== undefined),
    keywords: keywords ?? [],
    codes: [code, stateCode ?? ''],
    popularity: popularity ?? 1,
  };
}
