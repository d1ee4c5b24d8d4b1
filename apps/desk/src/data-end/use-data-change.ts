import type { ErasureReason, RestrictionReason } from '@cups/application';
import { api } from '../api/client.ts';
import { useChange } from '../api/use-change.ts';
import type { ChangeState } from '../api/use-change.ts';
import { dataStateQuery, erasuresQuery } from './queries.ts';

export type DataChange =
  { kind: 'restrict'; reason: RestrictionReason } | { kind: 'unrestrict' } | { kind: 'erase'; reason: ErasureReason };

/** Restricts and erases the data of an application on request of its person. @param id ULID of the application */
export const useDataChange = (id: string): ChangeState<DataChange> =>
  useChange<DataChange>({
    send: (change, key) => send(id, change, key),
    queryKeys: [dataStateQuery(id).queryKey, erasuresQuery.queryKey, ['details', id], ['queue']],
  });

/** @throws ApiError, NetworkError */
async function send(id: string, change: DataChange, key: string): Promise<true> {
  const application = `applications/${id}`;
  const params = { header: { 'Idempotency-Key': key } };
  if (change.kind === 'unrestrict') {
    await api.DELETE('/api/v1/restrictions/{application}', { params: { path: { application: id } } });
  } else if (change.kind === 'restrict') {
    await api.POST('/api/v1/restrictions', { params, body: { application, reason: change.reason } });
  } else {
    await api.POST('/api/v1/erasures', { params, body: { application, reason: change.reason } });
  }
  return true;
}
