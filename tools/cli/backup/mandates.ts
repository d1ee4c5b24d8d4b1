import type { ReceivedEvent } from '@cups/contracts';
import { eventCodec, fromTimestamp } from '@cups/contracts/proto';
import type { IdentityEvents } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import type { BackupConnections } from './connections.ts';
import type { Stores } from './documents.ts';
import { entryTopics, toAct } from './entries.ts';
import { forEachEvent } from './positions.ts';
import { idOf } from './names.ts';

/**
 * Compares the mandates of identity with what it has published: revocations and ends that a restored store lacks are
 * applied again, and mandates that it lacks are named. The text and the people of a mandate are in no topic.
 */

const identityEvents = eventCodec<IdentityEvents>('cups.identity.v1');

interface PublishedRevocation {
  scope: { publicServices: string[]; themes: string[] };
  time: Date;
  whole: boolean;
  /** ID of the request, by which its entry for the journal is found. */
  request: string;
}

/** What the topic says of one mandate. */
export interface PublishedMandate {
  centre: string;
  /** applications/{id}, or '' for a general mandate. */
  application: string;
  grantTime?: Date;
  revocations: PublishedRevocation[];
  expireTime?: Date;
}

export interface PublishedMandates {
  mandates: ReadonlyMap<string, PublishedMandate>;
  /** operators/{id} or `applicant` of each revocation, by mandate and request. */
  actors: ReadonlyMap<string, string>;
  /** Mandates whose people were erased. */
  erased: ReadonlySet<string>;
}

/** A mandate of identity, as far as its end concerns it. */
export interface ComparedMandate {
  _id: string;
  state: string;
  revision: number;
  revocations?: { time: Date }[];
  supportingCode?: { mail?: unknown };
}

/** Revocations and an end that a stored mandate lacks. */
export interface UnappliedEnd {
  mandate: string;
  /** In their order. */
  revocations: PublishedRevocation[];
  expireTime?: Date;
}

/** A living mandate that the store lacks. */
export interface MissingMandate extends Pick<PublishedMandate, 'centre' | 'application'> {
  mandate: string;
  grantTime: Date;
}

export interface MandateFindings {
  unapplied: UnappliedEnd[];
  missing: MissingMandate[];
}

/** Collects single events of cups.mandates and entries of identity. Ignores all others. */
export function createMandateCollector(): { take: (event: ReceivedEvent) => void; published: PublishedMandates } {
  const mandates = new Map<string, PublishedMandate>();
  const actors = new Map<string, string>();
  const erased = new Set<string>();
  const take = (event: ReceivedEvent): void => {
    const act = toAct(event);
    if (act?.action === 'revoke-mandate') actors.set(`${idOf(act.subject)} ${act.request}`, act.actor);
    if (act?.action === 'erase-mandate') erased.add(idOf(act.subject));
    const decoded = event.topic === 'cups.mandates' ? identityEvents.decode(event) : undefined;
    if (!decoded) return;
    const { centre = '', application = '' } = decoded.data.ref ?? {};
    const known: PublishedMandate = mandates.get(idOf(event.subject)) ?? { centre, application, revocations: [] };
    mandates.set(idOf(event.subject), known);
    addEvent(known, decoded, event);
  };
  return { take, published: { mandates, actors, erased } };
}

/** Kafka may have an event twice. */
function addEvent(
  known: PublishedMandate,
  decoded: NonNullable<ReturnType<typeof identityEvents.decode>>,
  event: ReceivedEvent,
): void {
  if (decoded.type === 'cups.identity.v1.MandateGranted') known.grantTime = event.time;
  if (decoded.type === 'cups.identity.v1.MandateExpired')
    known.expireTime = fromTimestamp(decoded.data.expireTime) ?? event.time;
  if (decoded.type !== 'cups.identity.v1.MandateRevoked') return;
  const { publicServices, themes, whole, revokeTime } = decoded.data;
  const time = fromTimestamp(revokeTime) ?? event.time;
  if (known.revocations.some((one) => one.time.getTime() === time.getTime())) return;
  const scope = { publicServices: publicServices.map(idOf), themes };
  known.revocations.push({ scope, time, whole, request: event.correlationId });
}

/** Pure. */
export function compareMandates(
  stored: readonly ComparedMandate[],
  { mandates, erased }: Pick<PublishedMandates, 'mandates' | 'erased'>,
): MandateFindings {
  const findings: MandateFindings = { unapplied: [], missing: [] };
  const byId = new Map(stored.map((one) => [one._id, one]));
  for (const [mandate, { centre, application, grantTime, revocations, expireTime }] of mandates) {
    const own = byId.get(mandate);
    if (!own) {
      const isEnded = expireTime !== undefined || revocations.some(({ whole }) => whole);
      if (grantTime && !isEnded && !erased.has(mandate))
        findings.missing.push({ mandate, centre, application, grantTime });
      continue;
    }
    const known = new Set((own.revocations ?? []).map(({ time }) => time.getTime()));
    const lacked = revocations.filter(({ time }) => !known.has(time.getTime()));
    const end = own.state === 'active' && expireTime ? { expireTime } : {};
    if (lacked.length > 0 || 'expireTime' in end)
      findings.unapplied.push(Object.assign({ mandate, revocations: lacked }, end));
  }
  return findings;
}

/** Compares the stored mandates with Kafka. Reads only. */
export async function findMandates(
  parts: BackupConnections,
  stores: Stores,
): Promise<MandateFindings & { published: PublishedMandates }> {
  const { take, published } = createMandateCollector();
  const topics = [
    `${parts.prefix}cups.mandates`,
    ...entryTopics(parts.prefix).filter((one) => one.endsWith('.identity')),
  ];
  await forEachEvent(parts, topics, take);
  // After Kafka: what a running identity has committed meanwhile is no finding.
  const projection = { state: 1, revision: 1, 'revocations.time': 1, 'supportingCode.mail': 1 };
  const stored = await collectionOf(stores).find({}, { projection }).toArray();
  // An empty store is reported as such.
  const findings = stored.length === 0 ? { unapplied: [], missing: [] } : compareMandates(stored, published);
  return { ...findings, published };
}

const collectionOf = (stores: Stores) => stores.database('identity').collection<ComparedMandate>('mandates');

/**
 * Revokes and ends mandates as their events say, with the actor that the journal has. The journal has their entries
 * already. No service may run.
 */
export async function applyMandateEnds(
  stores: Stores,
  unapplied: readonly UnappliedEnd[],
  actors: PublishedMandates['actors'],
): Promise<void> {
  for (const { mandate, revocations, expireTime } of unapplied) {
    const own = await collectionOf(stores).findOne({ _id: mandate });
    if (!own) continue;
    const count = own.revocations?.length ?? 0;
    const added = revocations.map(({ scope, time, whole, request }, at) => ({
      scope,
      time,
      whole,
      request,
      actor: actors.get(`${mandate} ${request}`) ?? 'services/identity',
      receipt: `${mandate.slice(-10)}-${count + at + 1}`,
    }));
    const end = endOf(own, { isRevoked: revocations.some(({ whole }) => whole), expireTime });
    await collectionOf(stores).updateOne({ _id: mandate, revision: own.revision }, {
      $push: { revocations: { $each: added } },
      ...end,
      $inc: { revision: 1 },
    } as never);
  }
}

/** Returns the update of an end; an email that waits is not sent any more. */
function endOf(
  { state, supportingCode }: ComparedMandate,
  { isRevoked, expireTime }: { isRevoked: boolean; expireTime: Date | undefined },
): object {
  if (state !== 'active' || (!isRevoked && !expireTime)) return {};
  const ended = isRevoked ? { state: 'revoked' } : { state: 'expired', expireTime };
  if (supportingCode?.mail === undefined) return { $set: { ...ended, timer: null } };
  return {
    $set: { ...ended, timer: null, 'supportingCode.delivery': 'unavailable' },
    $unset: { 'supportingCode.mail': '' },
  };
}

/** Returns one line for each finding, of names and times only. @param isRepaired whether the ends were applied */
export function describeMandates({ unapplied, missing }: MandateFindings, isRepaired: boolean): string[] {
  const done = isRepaired ? 'is applied again' : 'is not applied: run restore repair';
  return [
    ...unapplied.flatMap(({ mandate, revocations, expireTime }) => [
      ...revocations.map(
        ({ time, whole }) =>
          `${isRepaired ? 'revoked' : 'active'}  mandates/${mandate}  the ${whole ? '' : 'partial '}revocation of ${time.toISOString()} ${done}`,
      ),
      ...(expireTime && !revocations.some(({ whole }) => whole)
        ? [`${isRepaired ? 'ended' : 'active'}  mandates/${mandate}  the end of ${expireTime.toISOString()} ${done}`]
        : []),
    ]),
    ...missing.map(
      ({ mandate, centre, application, grantTime }) =>
        `granted  mandates/${mandate}  ${centre}  ${application || 'general'}  ${grantTime.toISOString()}: ` +
        'its text and people are in no store; the person grants it again',
    ),
  ];
}
