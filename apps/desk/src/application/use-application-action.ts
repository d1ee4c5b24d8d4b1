import { useEffect, useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { ApiError } from '../api/client.ts';
import { detailsQuery } from '../api/queries.ts';
import type { Application } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { UndoneError } from '../outbox/write.ts';
import type { Outbox } from '../outbox/outbox.ts';
import type { WriteAction, Write } from '../outbox/write.ts';
import { useSyncStatus } from '../outbox/use-outbox.ts';

/** Drops the rejected write, whose values the form or the person has. Writes behind it go on. */
function dropRejected(outbox: Outbox, application: string): void {
  const { refusal, pending } = outbox.syncStatus(application);
  const [head] = pending;
  if (refusal && head && !head.isOffline) outbox.withdrawWrites(application, [head.key]);
}

export interface ApplicationActionState {
  /**
   * Sends an action through the outbox. Resolves to undefined if it was undone or rejected; `errorText` explains a
   * rejection.
   */
  run: (kind: WriteAction, body?: Record<string, unknown>) => Promise<Application | undefined>;
  /** The action being sent. A write within its undo window does not count. */
  busy: WriteAction | undefined;
  errorText: string;
  /** The error of a write that was rejected after its screen was left. */
  staleErrorText: string | undefined;
  /** The write that can still be undone. */
  undoable: Write | undefined;
  /** Whether a write of this kind is pending. */
  isPending: (kind: WriteAction) => boolean;
  undo: () => void;
}

/**
 * Sends actions on one application, and reloads it afterwards.
 * @param queryKey what is reloaded; the details of the application by default
 */
export function useApplicationAction(
  application: string,
  queryKey: readonly string[] = detailsQuery(application).queryKey,
): ApplicationActionState {
  const { t } = useLanguage();
  const { outbox, pending, undoableKey, refusal } = useSyncStatus(application);
  const isMounted = useRef(true);
  useEffect(() => {
    isMounted.current = true;
    return () => void (isMounted.current = false);
  }, []);
  const queryClient = useQueryClient();
  const [busy, setBusy] = useState<WriteAction>();
  const [errorText, setErrorText] = useState('');
  async function run(kind: WriteAction, body: Record<string, unknown> = {}): Promise<Application | undefined> {
    setErrorText('');
    // A rejection from before this screen has been displayed by now. A person decides about acts made without a line.
    dropRejected(outbox, application);
    const answered = outbox.put({ application, kind, body });
    if (outbox.syncStatus(application).undoableKey === undefined) setBusy(kind);
    try {
      return await answered;
    } catch (error) {
      if (error instanceof UndoneError) return undefined;
      if (!(error instanceof ApiError)) throw error;
      // A screen that was left shows the error on return.
      if (!isMounted.current) return undefined;
      // The form keeps its values, so the write itself is dropped.
      dropRejected(outbox, application);
      setErrorText(t(REASON_TEXTS[error.reason]));
      return undefined;
    } finally {
      // Stays busy until the reload finishes: an earlier press would repeat the action.
      const refreshed = queryClient.invalidateQueries({ queryKey });
      void refreshed.finally(() => setBusy((current) => (current === kind ? undefined : current)));
      void queryClient.invalidateQueries({ queryKey: ['queue'] });
    }
  }
  return {
    run,
    busy,
    errorText,
    staleErrorText: refusal && t(REASON_TEXTS[refusal.reason]),
    undoable: pending.find(({ key }) => key === undoableKey),
    isPending: (kind) => pending.some((write) => write.kind === kind),
    undo: () => outbox.undo(application),
  };
}
