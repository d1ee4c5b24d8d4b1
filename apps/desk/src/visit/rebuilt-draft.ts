import { contentOfWrites } from './content-of-writes.ts';
import type { Catalog } from '../api/types.ts';
import type { Write } from '../outbox/write.ts';
import { formSchemaOf } from './model/form.ts';
import { toFormValues } from './model/form-values.ts';
import { findService } from './model/service.ts';
import { newDraft } from './visit-store.ts';
import type { Draft } from './visit-store.ts';

/**
 * Returns the draft of an application that only its unsent writes know: the input of the visit ends 72 hours after the last
 * contact, the writes stay. It keeps its number, which is on the receipt.
 * @returns undefined without the write that opens the application
 */
export function rebuildDraft(
  id: string,
  writes: readonly Pick<Write, 'kind' | 'body'>[],
  catalog: Catalog,
): Draft | undefined {
  if (!isUnknownToPlatform(writes)) return undefined;
  const { service: code, trackingNumber, corrects, content } = contentOfWrites(writes);
  const typed = toFormValues(content, formSchemaOf(findService(catalog, code)));
  return Object.assign(newDraft(typed), {
    id,
    service: code,
    screen: code === undefined ? ('service' as const) : ('review' as const),
    sent: content,
    trackingNumber,
    corrects,
  });
}

/** Whether the application begins with a write that waits here. */
export const isUnknownToPlatform = (writes: readonly Pick<Write, 'kind'>[]): boolean =>
  writes.some(({ kind }) => kind === 'create');
