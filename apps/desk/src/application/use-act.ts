import { useState } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { REASON_TEXTS } from '@cups/application/texts';
import { Refusal } from '../api/client.ts';
import { fileRead } from '../api/reads.ts';
import type { Application } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import type { Act } from '../outbox/outbox.ts';
import { useSignedIn } from '../session/session.tsx';

export interface Acting {
  /** Goes through the outbox; undefined when it was refused, which `fault` then says. */
  act: (kind: Act, body?: Record<string, unknown>) => Promise<Application | undefined>;
  busy: Act | undefined;
  fault: string;
}

/** Acts on one application; what was read of it is read again afterwards. */
export function useAct(application: string): Acting {
  const { t } = useLanguage();
  const { outbox } = useSignedIn();
  const reads = useQueryClient();
  const [busy, setBusy] = useState<Act>();
  const [fault, setFault] = useState('');
  async function act(kind: Act, body: Record<string, unknown> = {}): Promise<Application | undefined> {
    setBusy(kind);
    setFault('');
    try {
      return await outbox.put({ application, kind, body });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
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
  return { act, busy, fault };
}
