import { useEffect, useRef } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { fileRead } from '../api/reads.ts';
import { useSignedIn } from '../session/session.tsx';
import type { Filling } from './filling.tsx';
import { formOf } from './model/form.ts';
import { takeIn } from './use-sending.ts';
import { useVisits } from './visits.tsx';

/** A draft that was away from this desk is read again when it is opened: a colleague may have written in it. */
export function useNews({ draft, service, today }: Filling): void {
  const { store } = useVisits();
  const { outbox } = useSignedIn();
  const reads = useQueryClient();
  const asked = useRef(false);
  useEffect(() => {
    // What was written on this page is known already, and what waits to be sent is told by its answer.
    if (asked.current || !draft.known || outbox.passage(draft.id).savedAt !== undefined) return;
    asked.current = true;
    const read = async () => {
      const { application } = await reads.fetchQuery(fileRead(draft.id));
      if (outbox.passage(draft.id).waiting.length > 0 || application.etag === draft.known?.etag) return;
      outbox.saw(application);
      takeIn(draft, application, { form: formOf(service), today }, store);
    };
    // Nobody answers: the draft is filled in as it is, and the platform compares when it is back.
    read().catch(() => undefined);
  }, [draft, service, today, outbox, reads, store]);
}
