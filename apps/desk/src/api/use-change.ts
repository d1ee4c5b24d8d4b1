import { useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import type { QueryKey } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';
import { useLanguage } from '../language/language.tsx';
import { SESSION } from '../texts/session.ts';
import { ApiError, isTransient } from './client.ts';

export interface ChangeState<Change, Result extends object | true = true> {
  /** Resolves to undefined if it was rejected or the platform was unreachable; `errorText` explains. */
  submit: (change: Change) => Promise<Result | undefined>;
  busy: boolean;
  errorText: string;
  /** Clears the error before another action. */
  clear: () => void;
}

interface ChangeOptions<Change, Result> {
  /** @param key the Idempotency-Key @throws ApiError, NetworkError */
  send: (change: Change, key: string) => Promise<Result>;
  /** What is reloaded afterwards. @default nothing */
  queryKeys?: readonly QueryKey[];
  /** @default the text of the reason */
  textOf?: (error: ApiError) => Partial<Text>;
}

/** Sends changes that do not wait in the outbox, one at a time. A repeated change uses the same key: it takes effect once. */
export function useChange<Change, Result extends object | true = true>({
  send,
  queryKeys = [],
  textOf = ({ reason }) => REASON_TEXTS[reason],
}: ChangeOptions<Change, Result>): ChangeState<Change, Result> {
  const { t } = useLanguage();
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [errorText, setErrorText] = useState('');
  const last = useRef({ change: '', key: '' });
  const isInFlight = useRef(false);
  async function submit(change: Change): Promise<Result | undefined> {
    if (isInFlight.current) return undefined;
    isInFlight.current = true;
    const serialized = JSON.stringify(change);
    if (last.current.change !== serialized) last.current = { change: serialized, key: crypto.randomUUID() };
    setBusy(true);
    setErrorText('');
    try {
      const result = await send(change, last.current.key);
      last.current.change = '';
      return result;
    } catch (error) {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      if (!isTransient(error)) last.current.change = '';
      setErrorText(t(error instanceof ApiError ? textOf(error) : SESSION.silent));
      return undefined;
    } finally {
      isInFlight.current = false;
      setBusy(false);
      for (const queryKey of queryKeys) void queryClient.invalidateQueries({ queryKey });
    }
  }
  return { submit, busy, errorText, clear: () => setErrorText('') };
}
