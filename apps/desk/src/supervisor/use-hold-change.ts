import { useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { api, ApiError, isTransient } from '../api/client.ts';
import type { DocumentHold } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { HOLDS } from '../texts/holds.ts';
import { SESSION } from '../texts/session.ts';
import { documentHoldsQuery } from './queries.ts';

type HoldChange =
  { kind: 'set'; application: string; reason: DocumentHold['reason'] } | { kind: 'clear'; application: string };

export interface HoldChangeState {
  /** Resolves to whether it was done; `errorText` explains why not. */
  submit: (change: HoldChange) => Promise<boolean>;
  busy: boolean;
  errorText: string;
}

/** Sets and clears holds of documents, and reloads the list afterwards. */
export function useHoldChange(): HoldChangeState {
  const { t } = useLanguage();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [errorText, setErrorText] = useState('');
  // A repeated press uses the same key and takes effect once.
  const last = useRef({ change: '', key: '' });
  const isInFlight = useRef(false);
  async function submit(change: HoldChange): Promise<boolean> {
    if (isInFlight.current) return false;
    isInFlight.current = true;
    const serialized = JSON.stringify(change);
    if (last.current.change !== serialized) last.current = { change: serialized, key: crypto.randomUUID() };
    setBusy(true);
    setErrorText('');
    try {
      await send(change, last.current.key);
      last.current.change = '';
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      if (!isTransient(error)) last.current.change = '';
      setErrorText(t(error instanceof ApiError ? errorTextOf(error) : SESSION.silent));
      return false;
    } finally {
      isInFlight.current = false;
      setBusy(false);
      void queryClient.invalidateQueries({ queryKey: documentHoldsQuery.queryKey });
    }
  }
  return { submit, busy, errorText };
}

const errorTextOf = ({ reason }: ApiError) =>
  reason === 'ALREADY_EXISTS' ? HOLDS.otherReason : reason === 'NOT_FOUND' ? HOLDS.notFound : REASON_TEXTS[reason];

/** @throws ApiError, NetworkError */
async function send(change: HoldChange, key: string): Promise<void> {
  if (change.kind === 'clear') {
    await api.DELETE('/api/v1/document-holds/{application}', {
      params: { path: { application: change.application.slice('applications/'.length) } },
    });
    return;
  }
  const { application, reason } = change;
  await api.POST('/api/v1/document-holds', {
    params: { header: { 'Idempotency-Key': key } },
    body: { application, reason },
  });
}
