import { useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryKey } from '@tanstack/react-query';
import type { Text } from '@cups/application/texts';
import { ApiError, isTransient } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { SESSION } from '../texts/session.ts';

export interface ChangeState<Change> {
  /** Resolves to whether it was done; `errorText` explains why not. */
  submit: (change: Change) => Promise<boolean>;
  busy: boolean;
  errorText: string;
}

interface ChangeOptions<Change> {
  /** @param key the Idempotency-Key @throws ApiError, NetworkError */
  send: (change: Change, key: string) => Promise<void>;
  /** What is reloaded afterwards. */
  queryKeys: readonly QueryKey[];
  textOf: (error: ApiError) => Partial<Text>;
}

/** Sends changes of a supervisor, one at a time. A repeated press uses the same key and takes effect once. */
export function useChange<Change>({ send, queryKeys, textOf }: ChangeOptions<Change>): ChangeState<Change> {
  const { t } = useLanguage();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [errorText, setErrorText] = useState('');
  const last = useRef({ change: '', key: '' });
  const isInFlight = useRef(false);
  async function submit(change: Change): Promise<boolean> {
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
      setErrorText(t(error instanceof ApiError ? textOf(error) : SESSION.silent));
      return false;
    } finally {
      isInFlight.current = false;
      setBusy(false);
      for (const queryKey of queryKeys) void queryClient.invalidateQueries({ queryKey });
    }
  }
  return { submit, busy, errorText };
}
