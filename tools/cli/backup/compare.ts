import type { ReceivedEvent } from '@cups/contracts';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import { idOf } from './names.ts';

/** Compares published events with the stores: finds events that a store has lost or not counted yet. Pure. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/** Events that only a platform administrator can repeat. The others recur from agency replies or timers. */
const OPERATOR_EVENTS = [
  'ApplicationSubmitted',
  'DocumentsSupplied',
  'ApplicationWithdrawn',
  'ResultHandedOver',
  'ApplicationClosed',
] as const;
export type OperatorEvent = (typeof OPERATOR_EVENTS)[number];

/** An application with published events that intake's store lacks. */
export interface AheadApplication {
  /** The ID. */
  application: string;
  /** Codes from the last event. */
  centre: string;
  agency: string;
  publicService: string;
  /** `missing`: not in the store. `behind`: the store has an earlier revision. */
  kind: 'missing' | 'behind';
  /** Operators' actions that the store lacks, in order. */
  acts: OperatorEvent[];
  /** Sequence of the last published event. */
  sequence: number;
  /** Time of the last event. */
  time: Date;
}

/** Last counted sequence by document ID. */
export type CountedSequences = ReadonlyMap<string, number>;

/** @param events events of cups.applications, in order per application; duplicates are allowed */
export function findAheadApplications(events: readonly ReceivedEvent[], stored: CountedSequences): AheadApplication[] {
  const ahead = new Map<string, AheadApplication>();
  for (const event of events) {
    const { sequence, time } = event;
    const ref = intakeEvents.decode(event)?.data.ref;
    if (!ref || sequence === null) continue;
    const application = idOf(ref.application);
    const known = stored.get(application);
    const before = ahead.get(application);
    if (sequence <= Math.max(known ?? 0, before?.sequence ?? 0)) continue;
    // Nothing is left of it to open again.
    if (known === undefined && event.type === 'cups.intake.v1.ApplicationErased') {
      ahead.delete(application);
      continue;
    }
    const act = OPERATOR_EVENTS.find((one) => event.type.endsWith(`.${one}`));
    ahead.set(application, {
      application,
      centre: idOf(ref.centre),
      agency: idOf(ref.agency),
      publicService: idOf(ref.publicService),
      kind: known === undefined ? 'missing' : 'behind',
      acts: [...(before?.acts ?? []), ...(act ? [act] : [])],
      sequence,
      time,
    });
  }
  return [...ahead.values()].sort((a, b) => a.application.localeCompare(b.application));
}

/** A document whose consumer has not counted every published event. */
export interface UncountedDocument {
  /** ID of the application or delivery. */
  document: string;
  /** `intake` for deliveries; `agency-bridge` and `notifications` for applications. */
  consumer: string;
  counted: number;
  of: number;
}

/** Skips documents with pending outbox events: only published events can have been counted. */
export function findUncounted(
  documents: readonly { id: string; eventSeq: number; waiting: boolean }[],
  consumer: string,
  counted: CountedSequences,
): UncountedDocument[] {
  return documents
    .filter(({ id, eventSeq, waiting }) => !waiting && (counted.get(id) ?? 0) < eventSeq)
    .map(({ id, eventSeq }) => ({ document: id, consumer, counted: counted.get(id) ?? 0, of: eventSeq }));
}

/** The newest submission that an agency has received for a delivery. */
export interface RequestedSubmission {
  /** `<application>-<agency>` */
  delivery: string;
  application: string;
  agency: string;
  /** centres/{code} */
  centre: string;
  submission: number;
  /** Whether it came over the training topic. */
  training: boolean;
  time: Date;
}

/** Returns the newest submission of each delivery from the messages of request topics. */
export function findRequestedSubmissions(events: readonly ReceivedEvent[]): RequestedSubmission[] {
  const newest = new Map<string, RequestedSubmission>();
  for (const { topic, subject, type, data, time } of events) {
    const delivery = idOf(subject);
    if (!/\.(submitted|documents-supplied|corrected)\./.test(type)) continue;
    const { application, submission, centre } = JSON.parse(Buffer.from(data).toString('utf8')) as {
      application: string;
      submission: number;
      centre: { code: string };
    };
    if ((newest.get(delivery)?.submission ?? 0) >= submission) continue;
    const agency = delivery.slice(idOf(application).length + 1);
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
