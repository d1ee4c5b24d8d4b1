import { parseResourceName, resourceName } from '@cups/contracts';
import { newUlid } from '@cups/contracts/node';
import type { Context } from '@cups/rpc';
import { createJournal } from '@cups/store';
import type { Documents, JournalEntry, NewEvent, Store, StoredDocument } from '@cups/store';

/**
 * The log of who read mandates and staff. A row is stored before the response is sent, and publishes its entry for the
 * journal. It is a document of its own, because a read must not change what was read.
 */

type ReadAction = Extract<
  JournalEntry['action'],
  'read-details' | 'read-search' | 'read-list' | 'read-staff' | 'read-staff-list'
>;

/** Resources whose reads are logged. A page of the list of a centre is one read of the centre. */
type ReadResource = 'mandates' | 'operators' | 'centres';

/** The ID is `<ID of the resource>/<ULID>`: one range of IDs has the reads of one resource, in order. */
export interface AccessLogRow extends StoredDocument {
  resourceType: ReadResource;
  action: ReadAction;
  /** operators/{id}, `applicant` for the holder of a mandate's code, `services/ops` or `services/notifications`. */
  actor: string;
  /** centres/{code} where the operator worked; empty without one. */
  centre: string;
  time: Date;
}

export interface AccessLog {
  /** The stored rows, whose outbox has the entries. */
  readonly rows: Documents<AccessLogRow>;
  /** Stores a row for each resource. The caller awaits this before it responds. @throws Problem STORE_UNAVAILABLE */
  write(resources: readonly string[], action: ReadAction, context: Context): Promise<void>;
}

const journalEntry = createJournal('identity');

export const openAccessLogRows = (store: Store): Documents<AccessLogRow> =>
  store.documents<AccessLogRow>({
    collection: 'accessLog',
    schema: {
      resourceType: { type: String, required: true },
      action: { type: String, required: true },
      actor: { type: String, required: true },
      centre: String,
      time: { type: Date, required: true },
    },
    schemaVersion: 1,
    indexes: [{ fields: { time: 1 }, query: 'the rows whose term is over' }],
    existsReason: 'ALREADY_EXISTS',
  });

export function createAccessLog(rows: Documents<AccessLogRow>, now: () => Date): AccessLog {
  return {
    rows,
    async write(resources, action, context) {
      const time = now();
      const reader = readerOf(context);
      const drafts = resources.map((resource) => {
        const { resourceType, id } = splitName(resource);
        context.recordAccess(resource);
        return { _id: `${id}/${newUlid(time)}`, resourceType, action, time, ...reader };
      });
      const cause = { requestId: context.requestId, traceparent: context.traceparent };
      await rows.createMissing(drafts, {
        scope: 'service',
        cause,
        now: time,
        eventsOf: (row) => [entryOfRead(row)],
      });
    },
  };
}

/**
 * Without a session, the caller is an administrator's tool, another service, or the holder of a mandate's code at the
 * gateway.
 */
function readerOf({ session, caller }: Context): Pick<AccessLogRow, 'actor' | 'centre'> {
  if (session) return { actor: session.operator, centre: session.centre ?? '' };
  return { actor: caller === 'gateway' ? 'applicant' : `services/${caller}`, centre: '' };
}

function splitName(resource: string): { resourceType: ReadResource; id: string } {
  const resourceType = resource.slice(0, resource.indexOf('/')) as ReadResource;
  return { resourceType, id: parseResourceName(resourceType, resource) };
}

type Read = Pick<AccessLogRow, '_id' | 'resourceType' | 'action' | 'actor' | 'centre'>;

/** Returns the entry of a read for the journal. */
export function entryOfRead(read: Read): NewEvent {
  const [id = ''] = read._id.split('/');
  const resource = resourceName(read.resourceType, id);
  return journalEntry({
    document: `accessLog/${read._id}`,
    key: id,
    resource,
    action: read.action,
    actor: read.actor,
    centre: read.centre || undefined,
    ground: groundOf(read, resource),
    result: 'done',
  });
}

function groundOf({ actor, action }: Read, resource: string): JournalEntry['ground'] {
  if (actor === 'services/ops') return 'operations';
  if (actor === 'services/notifications') return 'platform-rule';
  // The code of a mandate is the right of its holder.
  if (actor === 'applicant') return resource as `mandates/${string}`;
  return action === 'read-staff' || action === 'read-staff-list' ? 'staff-administration' : 'session';
}
