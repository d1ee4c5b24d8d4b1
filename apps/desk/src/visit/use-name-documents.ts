import { useEffect } from 'react';
import { useAllUploads } from '../documents/use-uploads.ts';
import { useSignedIn } from '../session/session.tsx';
import { isFiled } from './visit-store.ts';
import type { VisitStore } from './visit-store.ts';

/** Names the documents of uploads in their drafts, as soon as the platform has created them. */
export function useNameDocuments(store: VisitStore): void {
  const { uploads } = useSignedIn();
  const all = useAllUploads();
  useEffect(() => {
    for (const { record } of all) {
      const draft = store.draft(record.application);
      if (!record.document || record.isNamed || !draft || draft.submitting || isFiled(draft)) continue;
      const typed = Object.assign({}, draft.typed, { [`/evidence/${record.kind}/copy`]: record.document });
      store.change(draft.id, (current) => Object.assign({}, current, { typed, unsent: true }));
      uploads.markNamed(record.id);
    }
  }, [all, uploads, store]);
}
