import { useEffect, useRef } from 'react';
import { useAllUploads } from '../documents/use-uploads.ts';
import type { UploadRecord } from '../documents/uploads.ts';
import { useSignedIn } from '../session/session.tsx';
import { isFiled } from './visit-store.ts';
import type { Draft, VisitStore } from './visit-store.ts';

const pointerOf = ({ kind }: UploadRecord): string => `/evidence/${kind}/copy`;

/** Names the documents of uploads in their drafts, and those that replace abandoned ones. */
export function useNameDocuments(store: VisitStore): void {
  const { uploads } = useSignedIn();
  const all = useAllUploads();
  const naming = useRef(new Set<string>());
  useEffect(() => {
    for (const { record } of all) {
      const draft = store.draft(record.application);
      if (!draft || draft.submitting || isFiled(draft)) continue;
      const isFormer = record.formerNames?.some((name) => name === draft.typed[pointerOf(record)]);
      if ((record.isNamed && !isFormer) || naming.current.has(record.document)) continue;
      naming.current.add(record.document);
      // A scan counts as named once the browser has stored its name: until then the next start names it again.
      void store
        .commit(draft.id, (current) => withScan(current, record))
        .then(() => uploads.markNamed(record.id))
        .catch(() => undefined)
        .finally(() => naming.current.delete(record.document));
    }
  }, [all, uploads, store]);
}

function withScan(draft: Draft, record: UploadRecord): Draft {
  const typed = Object.assign({}, draft.typed, { [pointerOf(record)]: record.document });
  return Object.assign({}, draft, { typed, unsent: true });
}
