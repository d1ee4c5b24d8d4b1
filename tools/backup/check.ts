import { aheadOf, uncounted } from './compare.ts';
import type { Ahead, Uncounted } from './compare.ts';
import type { Stores } from './documents.ts';
import type { Parts } from './parts.ts';
import { lagOf, readEvents } from './positions.ts';
import type { Ends } from './positions.ts';

/** The stores against Kafka. */

interface Counting {
  _id: string;
  state?: string;
  application?: string;
  eventSeq: number;
  outbox?: unknown[];
  submissions?: unknown[];
  lastSeqs?: Record<string, number>;
}

const PROJECTION = { state: 1, application: 1, eventSeq: 1, 'outbox.n': 1, 'submissions.number': 1, lastSeqs: 1 };

const all = (stores: Stores, service: 'intake' | 'agency-bridge' | 'notifications', collection: string) =>
  stores.database(service).collection<Counting>(collection).find({}, { projection: PROJECTION }).toArray();

/** Applications of which Kafka knows more than intake. @param from where to begin to read; else all that Kafka has */
export async function applicationsAhead(parts: Parts, stores: Stores, from?: Ends): Promise<Ahead[]> {
  const events = await readEvents(parts, [`${parts.prefix}cups.applications`], from);
  const applications = await all(stores, 'intake', 'applications');
  return aheadOf(events, new Map(applications.map(({ _id, eventSeq }) => [_id, eventSeq])));
}

export interface Findings {
  ahead: Ahead[];
  /** Of consumers that have read everything, and yet have not counted it. */
  uncounted: Uncounted[];
  /** Messages that a service has still to read. */
  lag: Record<string, number>;
}

/** Looks at what is there; changes nothing. */
export async function check(parts: Parts, stores: Stores): Promise<Findings> {
  const lag = await lagOf(parts, ['intake', 'agency-bridge', 'notifications']);
  const ahead = await applicationsAhead(parts, stores);
  const applications = (await all(stores, 'intake', 'applications')).map(({ _id, eventSeq, outbox, ...one }) => ({
    id: _id,
    eventSeq,
    waiting: (outbox?.length ?? 0) > 0,
    filed: (one.submissions?.length ?? 0) > 0,
  }));
  const deliveries = (await all(stores, 'agency-bridge', 'deliveries')).map(({ application = '', lastSeqs }) => {
    const counted = lastSeqs?.[application] ?? 0;
    return [application.slice('applications/'.length), counted] as const;
  });
  const threads = (await all(stores, 'notifications', 'threads')).map(
    ({ _id, lastSeqs }) => [_id, lastSeqs?.['applications'] ?? 0] as const,
  );
  // A draft that was thrown away has no delivery, so the bridge counts none of its events.
  const filed = applications.filter((one) => one.filed);
  return {
    ahead,
    lag,
    uncounted: [
      ...(lag['agency-bridge'] ? [] : uncounted(filed, 'agency-bridge', new Map(deliveries))),
      ...(lag['notifications'] ? [] : uncounted(applications, 'notifications', new Map(threads))),
    ],
  };
}
