import { useEffect, useRef } from 'react';
import { useQueryClient } from '@tanstack/react-query';
import { detailsQuery } from '../api/queries.ts';
import { useSignedIn } from '../session/session.tsx';
import type { DraftForm } from './draft-form.tsx';
import { formSchemaOf } from './model/form.ts';
import { mergeIntoDraft } from './use-draft-sync.ts';
import { useVisits } from './visits.tsx';

/** Reloads a draft when it is opened, because a colleague may have changed it. */
export function useRefreshDraft({ draft, service, today }: DraftForm): void {
  const { store } = useVisits();
  const { outbox } = useSignedIn();
  const queryClient = useQueryClient();
  const isRequested = useRef(false);
  useEffect(() => {
    // This page's own writes are known; pending ones return the new version.
    if (isRequested.current || !draft.known || outbox.syncStatus(draft.id).savedAt !== undefined) return;
    isRequested.current = true;
    const refresh = async () => {
      const { application, copyTime } = await queryClient.fetchQuery(detailsQuery(draft.id));
      // A copy may be older than the draft.
      if (copyTime !== undefined) return;
      if (outbox.syncStatus(draft.id).pending.length > 0 || application.etag === draft.known?.etag) return;
      outbox.setKnown(application);
      mergeIntoDraft(draft, application, { form: formSchemaOf(service), today }, store);
    };
    // Unreachable: the platform checks the ETag later.
    refresh().catch(() => undefined);
  }, [draft, service, today, outbox, queryClient, store]);
}
