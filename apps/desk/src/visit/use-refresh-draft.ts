import { useEffect, useRef } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { detailsQuery } from '../api/queries.ts';
import { useSignedIn } from '../session/session.tsx';
import type { DraftForm } from './draft-form.tsx';
import { formSchemaOf } from './model/form.ts';
import { mergeIntoDraft } from './use-draft-sync.ts';
import { useVisits } from './visits.tsx';

/** A draft that was away from this desk is read again when it is opened: a colleague may have written in it. */
export function useRefreshDraft({ draft, service, today }: DraftForm): void {
  const { store } = useVisits();
  const { outbox } = useSignedIn();
  const queryClient = useQueryClient();
  const isRequested = useRef(false);
  useEffect(() => {
    // What was written on this page is known already, and what waits to be sent is told by its answer.
    if (isRequested.current || !draft.known || outbox.syncStatus(draft.id).savedAt !== undefined) return;
    isRequested.current = true;
    const refresh = async () => {
      const { application } = await queryClient.fetchQuery(detailsQuery(draft.id));
      if (outbox.syncStatus(draft.id).pending.length > 0 || application.etag === draft.known?.etag) return;
      outbox.setKnown(application);
      mergeIntoDraft(draft, application, { form: formSchemaOf(service), today }, store);
    };
    // Nobody answers: the draft is filled in as it is, and the platform compares when it is back.
    refresh().catch(() => undefined);
  }, [draft, service, today, outbox, queryClient, store]);
}
