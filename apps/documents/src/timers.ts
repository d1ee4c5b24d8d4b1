import type { Checks } from './checks.ts';
import type { DocumentMetrics } from './document-metrics.ts';
import { refuse } from './domain/document.ts';
import type { TimerKind } from './domain/document.ts';
import type { Erasure } from './erasure.ts';
import { toChange } from './event-encoder.ts';
import type { DocumentRecords } from './store.ts';

export interface DocumentTimerDeps {
  records: DocumentRecords;
  checks: Checks;
  erasure: Erasure;
  metrics: DocumentMetrics;
  now: () => Date;
}

/** Returns the handler of due timers of documents. */
export function createTimerHandler(deps: DocumentTimerDeps): (id: string, kind: string) => Promise<void> {
  const { checks, erasure } = deps;
  const handlers: Record<TimerKind, (id: string) => Promise<void>> = {
    check: (id) => checks.run(id),
    trim: (id) => erasure.trim(id),
    abandon: (id) => abandonUpload(id, deps),
    discard: (id) => erasure.discard(id),
    erase: (id) => erasure.erase(id, 'requested'),
  };
  return async (id, kind) => {
    const handle = handlers[kind as TimerKind] as ((one: string) => Promise<void>) | undefined;
    if (!handle) throw new Error('A document has a timer of a later release.');
    await handle(id);
  };
}

/** Refuses an upload that was not completed in time. */
async function abandonUpload(id: string, { records, metrics, now }: DocumentTimerDeps): Promise<void> {
  const time = now();
  const { outcome } = await records.update(id, { scope: 'service', cause: {}, now: time }, (document) =>
    document.state === 'uploading' ? toChange(refuse(document, 'UPLOAD_ABANDONED', time)) : { document, events: [] },
  );
  if (outcome === 'applied') metrics.recordRefusal(id, 'UPLOAD_ABANDONED');
}
