import { resourceName } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import type { RetentionCategory } from '@cups/contracts/retention';
import { createJournal } from '@cups/store';
import type { Documents, Store, StoredDocument } from '@cups/store';

/**
 * Records of rows that are removed at the end of their term, one for each batch. Each publishes its entry for the journal, so
 * that the journal shows that a rule removed the rows. A record names nobody and stays.
 */

/** The ID is a ULID. */
interface StoredEndedRows extends StoredDocument {
  category: string;
  /** Number of rows. */
  count: number;
  time: Date;
}

export interface EndedRows {
  documents: Documents<StoredEndedRows>;
  /** Records rows before they are removed: an interrupted removal is recorded twice, never not at all. */
  record(category: RetentionCategory, count: number, now: Date): Promise<void>;
}

export function openEndedRows(store: Store, service: string): EndedRows {
  const documents = store.documents<StoredEndedRows>({
    collection: 'endedRows',
    schema: { category: String, count: Number, time: Date },
    schemaVersion: 1,
    indexes: [],
    existsReason: 'ALREADY_EXISTS',
  });
  const journalEntry = createJournal(service);
  const entryOf = (id: string, category: RetentionCategory, count: number) =>
    journalEntry({
      document: `endedRows/${id}`,
      key: id,
      resource: resourceName('retentionRules', category),
      action: 'remove-rows',
      actor: `services/${service}`,
      ground: 'retention-rule',
      result: 'done',
      count,
    });
  return {
    documents,
    async record(category, count, now) {
      const _id = newUlid(now);
      const eventsOf = () => [entryOf(_id, category, count)];
      await documents.createMissing([{ _id, category, count, time: now }], {
        scope: 'service',
        cause: { eventId: 'retention' },
        now,
        eventsOf,
      });
    },
  };
}
