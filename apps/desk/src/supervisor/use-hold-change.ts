import { REASON_TEXTS } from '@cups/application/texts';
import { api } from '../api/client.ts';
import type { ApiError } from '../api/client.ts';
import type { DocumentHold } from '../api/types.ts';
import { HOLDS } from '../texts/holds.ts';
import { documentHoldsQuery } from './queries.ts';
import { useChange } from '../api/use-change.ts';
import type { ChangeState } from '../api/use-change.ts';

type HoldChange =
  { kind: 'set'; application: string; reason: DocumentHold['reason'] } | { kind: 'clear'; application: string };

export type HoldChangeState = ChangeState<HoldChange>;

/** Sets and clears holds of documents, and reloads the list afterwards. */
export const useHoldChange = (): HoldChangeState =>
  useChange({ send, queryKeys: [documentHoldsQuery.queryKey], textOf: errorTextOf });

const errorTextOf = ({ reason }: ApiError) =>
  reason === 'ALREADY_EXISTS' ? HOLDS.otherReason : reason === 'NOT_FOUND' ? HOLDS.notFound : REASON_TEXTS[reason];

/** @throws ApiError, NetworkError */
async function send(change: HoldChange, key: string): Promise<true> {
  if (change.kind === 'clear') {
    await api.DELETE('/api/v1/document-holds/{application}', {
      params: { path: { application: change.application.slice('applications/'.length) } },
    });
    return true;
  }
  const { application, reason } = change;
  await api.POST('/api/v1/document-holds', {
    params: { header: { 'Idempotency-Key': key } },
    body: { application, reason },
  });
  return true;
}
