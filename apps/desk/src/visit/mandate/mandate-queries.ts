import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from '../../api/client.ts';
import { RECORDED_READ } from '../../api/recorded-read.ts';
import type { MandateSupportingCode, StoredMandate } from '../../api/types.ts';
import { orCopy } from '../../offline-copy/copy-source.ts';

/** Reads and small acts about mandates. Each read is logged, so results are cached for a while, in memory only. */

/** Interval of the reads while an email is being sent, ms. */
const POLL_MS = 2_000;

const idOf = (name: string): string => name.replace('mandates/', '');
const pathOf = (name: string) => ({ params: { path: { mandate: idOf(name) } } });

/** The whole mandate of a mandates/{id}. */
export const mandateQuery = (name: string) =>
  queryOptions({
    queryKey: ['mandate', name],
    queryFn: () => bodyOf(api.GET('/api/v1/mandates/{mandate}', pathOf(name))),
    ...RECORDED_READ,
    staleTime: 20_000,
    retry: 1,
  });

/** The active mandates of a person, without texts. */
export const personMandatesQuery = (idnp: string) =>
  queryOptions({
    queryKey: ['mandates-of', idnp],
    queryFn: () =>
      orCopy(
        bodyOf(api.POST('/api/v1/mandates/search', { body: { idnp } })).then(({ mandates }) => mandates),
        (copy) => copy.listPersonMandates(idnp),
      ),
    ...RECORDED_READ,
    staleTime: 20_000,
    retry: false,
  });

/** What is known of the newest one-time code. It is read only while its email is being sent. */
export const codeQuery = (name: string) =>
  queryOptions({
    queryKey: ['mandate-code', name],
    queryFn: async () =>
      (await bodyOf(api.GET('/api/v1/mandates/{mandate}/code', pathOf(name)))).supportingCode ?? null,
    enabled: ({ state }) => state.data?.delivery === 'pending',
    refetchInterval: POLL_MS,
    retry: false,
  });

/** Returns a one-time code to print for the person. */
export const issueCode = (name: string): Promise<{ code: string; expireTime: string }> =>
  bodyOf(api.POST('/api/v1/mandates/{mandate}/code', pathOf(name)));

/** Sends the person a one-time code. */
export const mailCode = (name: string, email: string): Promise<MandateSupportingCode> =>
  bodyOf(api.POST('/api/v1/mandates/{mandate}/code/mail', { ...pathOf(name), body: { email } }));

/** Confirms the one-time code that the person said. */
export const confirmCode = (name: string, code: string): Promise<{ confirmed: boolean; mandate: StoredMandate }> =>
  bodyOf(api.POST('/api/v1/mandates/{mandate}/code/confirm', { ...pathOf(name), body: { code } }));
