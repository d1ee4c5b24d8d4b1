import { aheadOf, uncounted } from './compare.ts';
import type { Ahead, Uncounted } from './compare.ts';
import type { Stores } from './documents.ts';
import type { Parts } from './parts.ts';
import { lagOf, readEvents, readStandings } from './positions.ts';
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

const CONSUMERS = ['intake', 'agency-bridge', 'notifications'] as const;

async function parkedIn(stores: Stores): Promise<Record<string, number>> {
  const waiting = { kind: { $in: ['gap', 'held'] } };
  const counts = CONSUMERS.map(async (one) => {
    return [one, await stores.database(one).collection('parkedEvents').countDocuments(waiting)] as const;
  });
  return Object.fromEntries(await Promise.all(counts));
}

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
  /** Events that a service has put aside, behind one that is missing or that it cannot handle. */
  parked: Record<string, number>;
}

/** Looks at what is there; changes nothing. */
export async function check(parts: Parts, stores: Stores): Promise<Findings> {
  const lag = lagOf(await readStandings(parts), CONSUMERS);
  const ahead = await applicationsAhead(parts, stores);
  const [applications, deliveries, threads] = await Promise.all([
    all(stores, 'intake', 'applications'),
    all(stores, 'agency-bridge', 'deliveries'),
    all(stores, 'notifications', 'threads'),
  ]);
  const told = applications.map((one) => Object.assign(given(one), { filed: (one.submissions?.length ?? 0) > 0 }));
  const ofBridge = deliveries.map(({ application = '', lastSeqs }) => {
    const counted = lastSeqs?.[application] ?? 0;
    return [application.slice('applications/'.length), counted] as const;
  });
  const ofNotices = threads.map(({ _id, lastSeqs }) => [_id, lastSeqs?.['applications'] ?? 0] as const);
  const ofIntake = applications.flatMap(({ lastSeqs = {} }) =>
    Object.entries(lastSeqs).map(([subject, counted]) => [subject.slice('deliveries/'.length), counted] as const),
  );
  // What intake does not have is named as missing; of its delivery nobody counts anything.
  const ids = new Set(applications.map(({ _id }) => `applications/${_id}`));
  const ours = deliveries.filter(({ application = '' }) => ids.has(application)).map(given);
  // A draft that was thrown away has no delivery, so the bridge counts none of its events.
  const filed = told.filter((one) => one.filed);
  return {
    ahead,
    lag,
    parked: await parkedIn(stores),
    uncounted: [
      ...(lag['agency-bridge'] ? [] : uncounted(filed, 'agency-bridge', new Map(ofBridge))),
      ...(lag['notifications'] ? [] : uncounted(told, 'notifications', new Map(ofNotices))),
      ...(lag['intake'] ? [] : uncounted(ours, 'intake', new Map(ofIntake))),
    ],
  };
}

const given = ({ _id, eventSeq, outbox }: Counting) => ({ id: _id, eventSeq, waiting: (outbox?.length ?? 0) > 0 });
