import type { Application } from './application.ts';
import { createDataEndTimer, isErased } from './data-end.ts';
import { armEscalation } from './escalation.ts';
import { listMandates } from './mandates.ts';
import type { SearchHasher } from './search-hasher.ts';
import { resolveQueueStatus } from './queue.ts';

/** A stored application, or one that is not stored yet. */
type DerivableApplication = Omit<Application, 'schemaVersion' | 'revision' | 'eventSeq' | 'createTime' | 'updateTime'>;

/**
 * Returns the application with its derived fields. Unchanged fields keep their objects, so that the store does not
 * write them again.
 * @param before the application before the change; undefined for a new one
 */
export function withDerivedFields<A extends DerivableApplication>(
  app: A,
  before: DerivableApplication | undefined,
  hashes: SearchHasher,
): A {
  if (app === before) return app;
  // An erased application is found by its own names only.
  if (isErased(app)) return withoutSearch(app);
  const queue = resolveQueueStatus(app);
  const searchHashes = computeSearchHashes(app, before, hashes);
  const next: A = { ...app };
  delete next.queue;
  delete next.names;
  delete next.mandates;
  if (queue) next.queue = before?.queue && isEqual(queue, before.queue) ? before.queue : queue;
  if (searchHashes.length > 0) next.names = searchHashes;
  const mandates = listMandates(app);
  if (mandates.length > 0) next.mandates = isEqual(mandates, before?.mandates) ? before!.mandates! : mandates;
  next.timer = armEscalation(app, before) ?? createDataEndTimer(app);
  return next;
}

function withoutSearch<A extends DerivableApplication>(app: A): A {
  const { queue: _queue, names: _names, mandates: _mandates, ...others } = app;
  return others as A;
}

/** Returns the search hashes of names, phone, personal numbers and parts of the tracking number. */
function computeSearchHashes(
  { content, trackingNumber }: DerivableApplication,
  before: DerivableApplication | undefined,
  hashes: SearchHasher,
): string[] {
  const { applicant, represented, contact } = content;
  const currentHashes = before?.names;
  const previousContent = before?.content;
  const isUnchanged =
    previousContent?.applicant === applicant &&
    previousContent?.represented === represented &&
    previousContent?.contact === contact;
  if (currentHashes && isUnchanged) return currentHashes;
  const searchHashes = [
    ...hashes.forPeople(applicant, represented),
    ...hashes.forPhone(contact?.phone ?? ''),
    ...hashes.forPerson('applicant', applicant?.idnp ?? ''),
    ...hashes.forPerson('represented', represented?.idnp ?? ''),
    ...hashes.forTrackingNumber(trackingNumber),
  ];
  return isEqual(searchHashes, currentHashes) ? currentHashes! : searchHashes;
}

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
