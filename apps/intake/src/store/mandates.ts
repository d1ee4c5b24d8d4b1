import { resourceName } from '@cups/contracts';
import type { Documents, Draft, Store, StoredDocument } from '@cups/store';
import type { KnownMandate, MandateCopy } from '../domain/mandates.ts';
import { withFacts } from '../domain/mandates.ts';

/** The collection of mandates: copies of identity's, without personal data, and what its events report. */

export type StoredMandate = MandateCopy & StoredDocument;

const scope = { publicServices: [String], themes: [String] };

const MANDATE_SCHEMA = {
  centre: String,
  training: Boolean,
  facts: {
    scope,
    application: String,
    personHash: String,
    representativeHash: String,
    ground: String,
    grantTime: Date,
    expireTime: Date,
    textVersion: String,
    textSha256: String,
  },
  revocations: [{ _id: false, ...scope, whole: Boolean, revokeTime: Date, recordTime: Date }],
};

export const openMandateStore = (store: Store): Documents<StoredMandate> =>
  store.documents<StoredMandate>({
    collection: 'mandates',
    schema: MANDATE_SCHEMA,
    schemaVersion: 1,
    indexes: [{ fields: { 'facts.expireTime': 1 }, sparse: true, query: 'the copies whose retention is over' }],
    existsReason: 'ALREADY_EXISTS',
    absentMessage: 'Mandate not found.',
  });

/** A mandate before the first report about it. */
export const unknownMandate = (id: string): Draft<StoredMandate> => ({ _id: id, revocations: [] });

/** Stores what identity reports about a mandate, beside what its events reported before. */
export async function saveMandate(
  mandates: Documents<StoredMandate>,
  found: KnownMandate,
  now: Date,
): Promise<MandateCopy> {
  const { document } = await mandates.update(
    found._id,
    {
      scope: 'service',
      cause: { eventId: `read:${resourceName('mandates', found._id)}` },
      now,
      initial: unknownMandate(found._id),
    },
    (copy) => ({ document: { ...copy, ...withFacts(copy, found) }, events: [] }),
  );
  return document;
}
