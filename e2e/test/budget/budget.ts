import type { ServiceName } from '@cups/tools/platform';

/**
 * The operations that one pair (create and submit of an application) may cost. With many pairs in flight, reads and writes of
 * the store that wait together are one command. Change a number only on purpose, with its
 * reason: each operation costs about 0.2 to 0.6 ms of CPU time per application.
 */

export interface BudgetRow {
  service: ServiceName;
  /** `store <command> <collection> (<filter> → <operators>)`, `grpc <method>` (an RPC), `grpc bundle` (an
   * RPC) with its `grpc bundled <method>`, `kafka <request>` or `log <event>`. */
  operation: string;
  /** Exact number per pair, one pair after another. One applicant in three has an email address. */
  alone: number;
  /** Minimum number per pair, one pair after another, where calls of a pair may share an operation. @default alone */
  aloneAtLeast?: number;
  /** Maximum per pair with 64 pairs in flight. */
  busy: number;
  reason: string;
}

const EMAIL_SHARE = 1 / 3;

export const PAIR_BUDGET: readonly BudgetRow[] = [
  ...callRows('gateway', ['CreateApplication', 'SubmitApplication'], 'the write of each HTTP request'),
  { service: 'gateway', operation: 'log request-completed', alone: 2, busy: 2, reason: 'one line per HTTP request' },

  { service: 'intake', operation: 'store insert applications', alone: 1, busy: 0.4, reason: 'the draft' },
  {
    service: 'intake',
    operation: 'store insert dataKeys',
    alone: 1,
    busy: 0.4,
    reason: 'the key of the draft, in a store of its own, so that erasing is one removal',
  },
  {
    service: 'intake',
    operation: 'store find mandates (_id)',
    alone: 2,
    busy: 0.8,
    reason: 'the copy of the standing mandate, by the draft that names it and by the submission that uses it',
  },
  {
    service: 'intake',
    operation: 'store update applications (_id revision → $set $push)',
    alone: 1,
    busy: 0.4,
    reason: 'the submission with its event',
  },
  {
    service: 'intake',
    operation: 'store find applications (_id)',
    alone: 2,
    aloneAtLeast: 1,
    busy: 0.8,
    reason: 'GetSubmission and GetNoticeContext read the revision of the application that this process wrote',
  },
  {
    service: 'intake',
    operation: 'store update applications (_id → $pull)',
    alone: 1,
    busy: 0.3,
    reason: 'removes published events, many documents at once',
  },
  {
    service: 'intake',
    operation: 'kafka Produce',
    alone: 1,
    busy: 0.5,
    reason: 'cups.applications and cups.journal.intake, in batches',
  },
  { service: 'intake', operation: 'log request-completed', alone: 4, busy: 4, reason: 'one line per gRPC call' },
  { service: 'intake', operation: 'log personal-data-read', alone: 4, busy: 4, reason: 'one line per call with data' },

  ...callRows('agency-bridge', ['GetSubmission'], 'the content, which no event carries'),
  {
    service: 'agency-bridge',
    operation: 'store insert deliveries',
    alone: 1,
    busy: 0.4,
    reason: 'the delivery with its request',
  },
  {
    service: 'agency-bridge',
    operation: 'store update deliveries (_id → $pull $set)',
    alone: 1,
    busy: 0.3,
    reason: 'removes published requests and marks deliveries as sent, many at once',
  },
  {
    service: 'agency-bridge',
    operation: 'kafka Produce',
    alone: 1,
    busy: 0.5,
    reason: 'agency.<code>.requests, in batches',
  },

  ...callRows('notifications', ['GetNoticeContext'], 'contact and names, which no event carries'),
  {
    service: 'notifications',
    operation: 'store insert threads',
    alone: 1,
    busy: 0.4,
    reason: 'the thread of notices, without a look-up',
  },
  {
    service: 'notifications',
    operation: 'store insert dataKeys',
    alone: 1,
    busy: 0.4,
    reason: 'the wrapped data key of the thread, in a database of its own',
  },
  {
    service: 'notifications',
    operation: 'store update threads (_id revision → $set $push)',
    alone: EMAIL_SHARE,
    busy: EMAIL_SHARE,
    reason: 'marks an email as sent, with its entry for the journal',
  },
  {
    service: 'notifications',
    operation: 'kafka Produce',
    alone: 1,
    busy: 0.5,
    reason: 'cups.journal.notifications: the entries of a notice, half a second after it',
  },
  {
    service: 'notifications',
    operation: 'store update threads (_id → $pull)',
    alone: 1,
    busy: 0.3,
    reason: 'removes published entries for the journal, many at once',
  },
  { service: 'notifications', operation: 'log notice-processed', alone: 1, busy: 1, reason: 'one line per notice' },
];

/**
 * Returns the rows of methods that one service calls once per pair each. A call goes as its own RPC, or with others in a
 * bundle: both are one RPC.
 */
function callRows(service: ServiceName, methods: string[], reason: string): BudgetRow[] {
  const rows = methods.flatMap((method): BudgetRow[] => [
    { service, operation: `grpc ${method}`, alone: 1, busy: 0.6, reason: `${reason}; its own RPC` },
    { service, operation: `grpc bundled ${method}`, alone: 0, busy: 1, reason: `${reason}; in a bundle` },
  ]);
  const busy = 0.5 * methods.length;
  return [...rows, { service, operation: 'grpc bundle', alone: 0, busy, reason: 'calls of one turn go together' }];
}

/** Operations that follow time instead of pairs. */
export interface BackgroundRow {
  /** @default any service that has no row of its own for the operation */
  service?: ServiceName;
  /** As in a budget row; `*` matches any text. */
  operation: string;
  /** Maximum per second and service. */
  perSecond: number;
  /** Further maximum per pair and service. @default 0 */
  perPair?: number;
  /** Maximum at once, whatever the time. @default 2 */
  burst?: number;
  reason: string;
}

/** The journal appends once a second, or a hundred entries at once: 3.3 entries a pair. */
const JOURNAL_BATCHES = { service: 'journal', perSecond: 1.5, perPair: 0.04 } as const;

export const BACKGROUND_BUDGET: readonly BackgroundRow[] = [
  { service: 'journal', operation: 'kafka Fetch', perSecond: 2.5, reason: 'entries of half a second at once' },
  { service: 'journal', operation: 'kafka Produce', perSecond: 0.2, reason: 'a checkpoint at most every 10 s' },
  {
    ...JOURNAL_BATCHES,
    operation: 'store update indexedSize (_id → $set)',
    reason: 'the number of indexed entries, after a batch; the index itself is files',
  },

  { operation: 'store probe', perSecond: 1.5, reason: 'whether the store answers, and less often that of data keys' },
  { operation: 'store find * (timer.due $or)', perSecond: 1, reason: 'due timers' },
  { operation: 'store find * (outbox.time outboxBlocked _id)', perSecond: 0.1, reason: 'sweeps of outboxes' },
  { operation: 'store aggregate *', perSecond: 0.1, reason: 'numbers for gauges' },
  { operation: 'store update storeWriters *', perSecond: 0.1, reason: 'the lease of a writer' },
  { operation: 'store find migrations', perSecond: 0.1, reason: 'whether a migration has begun' },
  { operation: 'store find centres', perSecond: 0.1, reason: 'identity reads the states of centres' },
  { operation: 'store getMore', perSecond: 0.1, reason: 'the second page of centres' },
  { operation: 'store find operators (person *)', perSecond: 0.1, reason: 'identity seals under the newest key' },
  { operation: 'store find operators (_id)', perSecond: 0.1, reason: 'the gateway checks a session every two minutes' },
  {
    operation: 'store find operators (person.sealed *)',
    perSecond: 0.1,
    reason: 'identity seals under the newest key',
  },
  { operation: 'store find mandates (person.sealed *)', perSecond: 0.1, reason: 'identity seals under the newest key' },
  { operation: 'grpc GetSession', perSecond: 0.1, reason: 'the gateway checks a session every two minutes' },
  { operation: 'store find sessions (_id)', perSecond: 0.1, reason: 'the gateway checks a session every two minutes' },
  { operation: 'store update sessions *', perSecond: 0.1, reason: 'the use of a session' },
  { operation: 'store find devices (expireTime state)', perSecond: 0.1, reason: 'devices whose contact has ended' },
  { operation: 'store find quarantinedActs (state)', perSecond: 0.1, reason: 'numbers for gauges, once a minute' },
  { operation: 'store * applications (*uncounted*)', perSecond: 0.1, reason: 'the statistics, once a minute' },
  { operation: 'store find applications (submitTime centre)', perSecond: 0.1, reason: 'the statistics, once a minute' },
  { operation: 'store * statisticsMonths*', perSecond: 0.1, reason: 'the statistics, once a minute' },
  {
    operation: 'store find deskActs *',
    perSecond: 0.1,
    reason: 'acts whose act before is due, and those whose term ended',
  },
  { operation: 'store find deskChains *', perSecond: 0.1, reason: 'broken chains, once a minute' },
  { operation: 'store find handInKeys *', perSecond: 0.1, reason: 'the key to which desks seal acts' },
  { operation: 'store delete *', perSecond: 0.1, reason: 'identity removes ended sessions and attempts' },
  // A service ends data once a day, and first at a random time within a minute of its start.
  { operation: 'store find * (time *)', perSecond: 0.1, reason: 'rows of access logs and copies whose term ended' },
  { operation: 'store find * (time)', perSecond: 0.1, reason: 'refused replies whose term ended' },
  { operation: 'store find agencyRequests (addTime)', perSecond: 0.1, reason: 'requests for feeds whose term ended' },
  { operation: 'store find * (parkTime kind*)', perSecond: 0.1, reason: 'parked events whose term ended' },
  { operation: 'store find mandates (facts.expireTime *)', perSecond: 0.1, reason: 'copies of ended mandates' },
  { operation: 'store find mandates (_id eraseTime $or)', perSecond: 0.1, reason: 'mandates whose term ended' },
  { operation: 'store find threads (_id updateTime eraseTime)', perSecond: 0.1, reason: 'notices whose term ended' },
  { operation: 'store find deviceCopies (copyTime *)', perSecond: 0.1, reason: 'offline copies whose term ended' },
  {
    operation: 'store find quarantinedActs (decision.time *)',
    perSecond: 0.1,
    reason: 'decided acts whose term ended',
  },
  { operation: 'store find operators (status *)', perSecond: 0.1, reason: 'staff who left, and whose term ended' },

  { operation: 'grpc GetPublicServiceVersion', perSecond: 1, reason: 'one call per 1.5 s and public service' },
  { operation: 'grpc GetCentre', perSecond: 1, reason: 'one call per 1.5 s and centre' },
  { operation: 'log request-completed', perSecond: 1, reason: 'the two calls above, in catalog and identity' },
  { operation: 'log outbox-sweeps-*', perSecond: 0.1, reason: 'a busy machine slows sweeps' },

  { operation: 'kafka Fetch', perSecond: 12, perPair: 1, reason: 'waits for messages' },
  { operation: 'kafka OffsetCommit', perSecond: 4, reason: 'commits of consumers, in batches' },
  { operation: 'kafka Heartbeat', perSecond: 4, reason: 'membership of consumers' },
  { operation: 'kafka Metadata', perSecond: 1, burst: 20, reason: 'the watch of lag, every 20 s' },
  { operation: 'kafka GroupCoordinator', perSecond: 1, burst: 20, reason: 'the watch of lag' },
  { operation: 'kafka OffsetFetch', perSecond: 1, burst: 20, reason: 'the watch of lag' },
  { operation: 'kafka ListOffsets', perSecond: 1, burst: 20, reason: 'the watch of lag' },
  { operation: 'kafka ApiVersions', perSecond: 0.1, reason: 'a new connection' },
  { operation: 'kafka Sasl*', perSecond: 0.1, reason: 'a new connection' },
];
