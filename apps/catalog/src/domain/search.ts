import { createSearch as searchIn } from '@cups/application/search';
import type { Search } from '@cups/application/search';
import { keywordsOf } from './public-service.ts';
import type { PublicService, Version } from './public-service.ts';

/** Builds the search index of all versions. The desk searches its copy of the catalog with the same code. */
export function createVersionSearch(services: Iterable<PublicService>): Search<Version> {
  const versions = [...services].flatMap((service) => service.versions.map((version) => ({ service, version })));
  const search = searchIn(versions, ({ service, version }) => ({
    titles: [version.title.ro, version.title.ru, version.title.en],
    keywords: keywordsOf(service),
    codes: [service.code, service.stateCode ?? ''],
    popularity: service.search.popularity,
  }));
  return (query) => {
    const scores = search(query);
    return scores && new Map([...scores].map(([{ version }, score]) => [version, score]));
  };
}
