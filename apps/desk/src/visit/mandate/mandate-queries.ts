import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.ts';
import type { StoredMandate } from '../../api/types.ts';

/** Reads and small acts about mandates. Each read is logged, so results are cached for a while, in memory only. */

const idOf = (name: string): string => name.replace('mandates/', '');
const pathOf = (name: string) => ({ params: { path: { mandate: idOf(name) } } });

/** The whole mandate of a mandates/{id}. */
export const mandateQuery = (name: string) =>
  queryOptions({
    queryKey: ['mandate', name],
    queryFn: () => bodyOf(api.GET('/api/v1/mandates/{mandate}', pathOf(name))),
    staleTime: 20_000,
    retry: 1,
  });

/** The active mandates of a person, without texts. */
export const personMandatesQuery = (idnp: string) =>
  queryOptions({
    queryKey: ['mandates-of', idnp],
    queryFn: async () => (await bodyOf(api.POST('/api/v1/mandates/search', { body: { idnp } }))).mandates,
    staleTime: 20_000,
    retry: false,
  });

/** Records that the text was printed. */
export const recordPrinted = (name: string): Promise<StoredMandate> =>
  bodyOf(api.POST('/api/v1/mandates/{mandate}/printed', pathOf(name)));

/** Returns a one-time code for the person. */
export const issueCode = async (name: string): Promise<string> =>
  (await bodyOf(api.POST('/api/v1/mandates/{mandate}/code', pathOf(name)))).code;

/** Confirms the one-time code that the person said. */
export const confirmCode = (name: string, code: string): Promise<{ confirmed: boolean; mandate: StoredMandate }> =>
  bodyOf(api.POST('/api/v1/mandates/{mandate}/code/confirm', { ...pathOf(name), body: { code } }));
