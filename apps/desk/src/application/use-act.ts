import { useEffect, useRef, useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { Refusal } from '../api/client.ts';
import { fileRead } from '../api/reads.ts';
import type { Application } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Undone } from '../outbox/outbox.ts';
import type { Act, Write } from '../outbox/outbox.ts';
import { usePassage } from '../outbox/use-outbox.ts';

export interface Acting {
  /** Goes through the outbox; undefined when it was undone, or refused, which `fault` then says. */
  act: (kind: Act, body?: Record<string, unknown>) => Promise<Application | undefined>;
  /** What is being sent; what is held keeps nobody from going on. */
  busy: Act | undefined;
  fault: string;
  /** Why something was refused that was done before somebody went elsewhere. */
  stale: string | undefined;
  /** What was done and has not gone out yet. */
  held: Write | undefined;
  /** What waits, by its kind. */
  waits: (kind: Act) => boolean;
  undo: () => void;
}

/** Acts on one application; what was read of it is read again afterwards. */
export function useAct(application: string): Acting {
  const { t } = useLanguage();
  const { outbox, waiting, held, refusal } = usePassage(application);
  const isHere = useRef(true);
  useEffect(() => {
    isHere.current = true;
    return () => void (isHere.current = false);
  }, []);
  const reads = useQueryClient();
  const [busy, setBusy] = useState<Act>();
  const [fault, setFault] = useState('');
  async function act(kind: Act, body: Record<string, unknown> = {}): Promise<Application | undefined> {
    setFault('');
    // What was refused while nobody was here has been read by now.
    if (outbox.passage(application).refusal) outbox.drop(application);
    const answered = outbox.put({ application, kind, body });
    if (outbox.passage(application).held === undefined) setBusy(kind);
    try {
      return await answered;
    } catch (error) {
      if (error instanceof Undone) return undefined;
      if (!(error instanceof Refusal)) throw error;
      // Whoever went elsewhere meanwhile is told when they come back.
      if (!isHere.current) return undefined;
      // The form is still there with what was typed: the write itself is given up.
      outbox.drop(application);
      setFault(t(REASON_TEXTS[error.reason]));
      return undefined;
    } finally {
      // Until the page shows what came of it: a press in between would do it once more.
      const shown = reads.invalidateQueries({ queryKey: fileRead(application).queryKey });
      void shown.finally(() => setBusy((now) => (now === kind ? undefined : now)));
      void reads.invalidateQueries({ queryKey: ['queue'] });
    }
  }
  return {
    act,
    busy,
    fault,
    stale: refusal && t(REASON_TEXTS[refusal.reason]),
    held: waiting.find(({ key }) => key === held),
    waits: (kind) => waiting.some((write) => write.kind === kind),
    undo: () => outbox.undo(application),
  };
}
