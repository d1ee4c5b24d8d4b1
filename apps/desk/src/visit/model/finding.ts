import { searchOf } from '@cups/application/search';
import type { Search } from '@cups/application/search';
import type { PublicService, Registry } from '../../api/types.ts';

/** Finding a service as people say it, in the registry that the page has: no request, and no line needed. */

const searches = new WeakMap<Registry, Search<PublicService>>();

/** The services that fit, best first; undefined when the query has no word that tells them apart. */
export function servicesFor(registry: Registry, query: string): readonly PublicService[] | undefined {
  const search = searches.get(registry) ?? searchOf(registry.publicServices, findingOf);
  searches.set(registry, search);
  const scores = search(query);
  return scores && [...scores].sort(([, one], [, other]) => other - one).map(([service]) => service);
}

const MOST_OFTEN = 3;

/** What people ask for most among what can be filed here today. */
export function askedOften(registry: Registry): readonly PublicService[] {
  return registry.publicServices.filter(isOpenHere).slice(0, MOST_OFTEN);
}

/** Whether a draft can be opened for it at this desk today. */
export function isOpenHere({ fileable, paused }: PublicService): boolean {
  return fileable && !paused;
}

function findingOf({ code, stateCode, keywords, popularity, version }: PublicService) {
  const { ro, ru, en } = version?.title ?? {};
  return {
    titles: [ro, ru, en].filter((title) => title !== undefined),
    keywords: keywords ?? [],
    codes: [code, stateCode ?? ''],
    popularity: popularity ?? 1,
  };
}
