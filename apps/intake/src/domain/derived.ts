import type { Application } from './application.ts';
import type { NameHashes } from './names.ts';
import { placeOf } from './queue.ts';

/** An application, also one that the store has not seen yet. */
type Before = Omit<Application, 'schemaVersion' | 'revision' | 'eventSeq' | 'createTime' | 'updateTime'>;

/**
 * The application with what follows from it. What is as it was before stays the same object, so that it is not written again.
 * @param before the application before the change; undefined for a new one
 */
export function withDerived<A extends Before>(app: A, before: Before | undefined, hashes: NameHashes): A {
  if (app === before) return app;
  const queue = placeOf(app);
  const names = namesOf(app, before, hashes);
  const next: A = { ...app };
  delete next.queue;
  delete next.names;
  if (queue) next.queue = before?.queue && isSame(queue, before.queue) ? before.queue : queue;
  if (names.length > 0) next.names = names;
  return next;
}

/** What an application is found by besides its IDNPs and its whole number. */
function namesOf({ content, trackingNumber }: Before, before: Before | undefined, hashes: NameHashes): string[] {
  const { applicant, represented, contact } = content;
  const known = before?.names;
  const old = before?.content;
  const isAsBefore = old?.applicant === applicant && old?.represented === represented && old?.contact === contact;
  if (known && isAsBefore) return known;
  const names = [
    ...hashes.of(applicant, represented),
    ...hashes.phone(contact?.phone ?? ''),
    ...hashes.parts(trackingNumber),
  ];
  return isSame(names, known) ? known! : names;
}

/** The same texts, numbers and instants in the same order. */
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
