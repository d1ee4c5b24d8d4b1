import type { ReceivedEvent } from '@cups/contracts';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';

/** Kafka's record against the stores: what was published, and is not known any more or not known yet. Pure. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/** What only a person can do again; all else comes again by itself, from what agencies said or from a timer. */
const OPERATOR_EVENTS = [
  'ApplicationSubmitted',
  'DocumentsSupplied',
  'ApplicationWithdrawn',
  'ResultHandedOver',
  'ApplicationClosed',
] as const;
export type OperatorEvent = (typeof OPERATOR_EVENTS)[number];

/** An application of which Kafka knows more than the store of intake. */
export interface AheadApplication {
  /** The id. */
  application: string;
  /** Codes, as the last event names them. */
  centre: string;
  agency: string;
  publicService: string;
  /** `missing`: the store has no such application. `behind`: it has an earlier one. */
  kind: 'missing' | 'behind';
  /** What persons did that the store does not know, in order. */
  acts: OperatorEvent[];
  /** The last number that was published. */
  sequence: number;
  /** Of the last event. */
  time: Date;
}

/** How far somebody has counted the events of a document, by its id. */
export type CountedSequences = ReadonlyMap<string, number>;

/** @param events of cups.applications, in the order of each application; repeats do no harm */
export function findAheadApplications(events: readonly ReceivedEvent[], stored: CountedSequences): AheadApplication[] {
  const ahead = new Map<string, AheadApplication>();
  for (const event of events) {
    const { sequence, time } = event;
    const ref = intakeEvents.decode(event)?.data.ref;
    if (!ref || sequence === null) continue;
    const application = lastOf(ref.application);
    const known = stored.get(application);
    const before = ahead.get(application);
    if (sequence <= Math.max(known ?? 0, before?.sequence ?? 0)) continue;
    const act = OPERATOR_EVENTS.find((one) => event.type.endsWith(`.${one}`));
    ahead.set(application, {
      application,
      centre: lastOf(ref.centre),
      agency: lastOf(ref.agency),
      publicService: lastOf(ref.publicService),
      kind: known === undefined ? 'missing' : 'behind',
      acts: [...(before?.acts ?? []), ...(act ? [act] : [])],
      sequence,
      time,
    });
  }
  return [...ahead.values()].sort((a, b) => a.application.localeCompare(b.application));
}

const lastOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** A document of which a consumer has not counted all that was published. */
export interface UncountedDocument {
  /** The id of the application, or that of the delivery. */
  document: string;
  /** `intake` of deliveries, `agency-bridge` and `notifications` of applications. */
  consumer: string;
  counted: number;
  of: number;
}

/** Only what has left the outbox of its producer can have been counted, so a document with events waiting there is left out. */
export function findUncounted(
  documents: readonly { id: string; eventSeq: number; waiting: boolean }[],
  consumer: string,
  counted: CountedSequences,
): UncountedDocument[] {
  return documents
    .filter(({ id, eventSeq, waiting }) => !waiting && (counted.get(id) ?? 0) < eventSeq)
    .map(({ id, eventSeq }) => ({ document: id, consumer, counted: counted.get(id) ?? 0, of: eventSeq }));
}

/** What an agency has got: the newest submission of a delivery. */
export interface RequestedSubmission {
  /** `<application>-<agency>` */
  delivery: string;
  application: string;
  agency: string;
  /** centres/{code} */
  centre: string;
  submission: number;
  /** It came over the topic of trainings. */
  training: boolean;
  time: Date;
}

/** The newest submission of each delivery among messages of topics of requests. */
export function findRequestedSubmissions(events: readonly ReceivedEvent[]): RequestedSubmission[] {
  const newest = new Map<string, RequestedSubmission>();
  for (const { topic, subject, type, data, time } of events) {
    const delivery = lastOf(subject);
    if (!/\.(submitted|documents-supplied)\./.test(type)) continue;
    const { application, submission, centre } = JSON.parse(Buffer.from(data).toString('utf8')) as {
      application: string;
      submission: number;
      centre: { code: string };
    };
    if ((newest.get(delivery)?.submission ?? 0) >= submission) continue;
    const agency = delivery.slice(lastOf(application).length + 1);
    const training = topic.startsWith('training.');
    newest.set(delivery, {
      delivery,
      application,
      agency,
      centre: `centres/${centre.code}`,
      submission,
      training,
      time,
    });
  }
  return [...newest.values()];
}
