import { useEffect, useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { ApiError } from '../api/client.ts';
import { detailsQuery } from '../api/queries.ts';
import type { Application } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { UndoneError } from '../outbox/outbox.ts';
import type { WriteAction, Write } from '../outbox/outbox.ts';
import { useSyncStatus } from '../outbox/use-outbox.ts';

export interface ApplicationActionState {
  /** Goes through the outbox; undefined when it was undone, or refused, which `fault` then says. */
  run: (kind: WriteAction, body?: Record<string, unknown>) => Promise<Application | undefined>;
  /** What is being sent; what is held keeps nobody from going on. */
  busy: WriteAction | undefined;
  errorText: string;
  /** Why something was refused that was done before somebody went elsewhere. */
  staleErrorText: string | undefined;
  /** What was done and has not gone out yet. */
  undoable: Write | undefined;
  /** What waits, by its kind. */
  isPending: (kind: WriteAction) => boolean;
  undo: () => void;
}

/** Acts on one application; what was read of it is read again afterwards. */
export function useApplicationAction(application: string): ApplicationActionState {
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
    // What was refused while nobody was here has been read by now.
    if (outbox.syncStatus(application).refusal) outbox.discard(application);
    const answered = outbox.put({ application, kind, body });
    if (outbox.syncStatus(application).undoableKey === undefined) setBusy(kind);
    try {
      return await answered;
    } catch (error) {
      if (error instanceof UndoneError) return undefined;
      if (!(error instanceof ApiError)) throw error;
      // Whoever went elsewhere meanwhile is told when they come back.
      if (!isMounted.current) return undefined;
      // The form is still there with what was typed: the write itself is given up.
      outbox.discard(application);
      setErrorText(t(REASON_TEXTS[error.reason]));
      return undefined;
    } finally {
      // Until the page shows what came of it: a press in between would do it once more.
      const refreshed = queryClient.invalidateQueries({ queryKey: detailsQuery(application).queryKey });
      void refreshed.finally(() => setBusy((now) => (now === kind ? undefined : now)));
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
