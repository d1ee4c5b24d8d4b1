import { renameCopies } from '../documents/copies.ts';
import { isNameOf } from '../documents/use-uploads.ts';
import type { UploadRecord } from '../documents/uploads.ts';
import type { Draft } from './visit-store.ts';

/** Returns a draft without a scan. The writes that wait leave it out too, so that no further edit follows them. */
export function withoutScan(draft: Draft, record: UploadRecord): Draft {
  const pointer = `/evidence/${record.kind}/copy`;
  const { [pointer]: copy, ...typed } = draft.typed;
  if (typeof copy !== 'string' || !isNameOf(record, copy)) return draft;
  const sent =
    draft.sent && renameCopies(draft.sent as Record<string, unknown>, (name) => (name === copy ? undefined : name));
  return Object.assign({}, draft, { typed, sent });
}
