import type { ReceivedEvent } from '@cups/contracts';
import { enumValue, eventCodec, fromTimestamp } from '@cups/contracts/proto';
import type { GetContactResponse__Output as ContactIn } from '@cups/contracts/gen/cups/intake/v1/GetContactResponse.ts';
import type { IntakeEvent__Output, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { Contact } from './domain/letter.ts';
import type { NoticeKind } from './domain/notice.ts';
import type { ResultChange } from './domain/outdated.ts';
import { WAYS } from './domain/texts.ts';
import type { Way } from './domain/texts.ts';

/** The border to intake: what it says on cups.applications, and what it answers about the person. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/** What the person is to be told of an event; `answerBy` is the last day to bring documents, yyyy-MM-dd. */
export type News =
  | { kind: NoticeKind; answerBy?: string }
  /** A colleague told them what a notice says: `notice` is its id. */
  | { kind: 'told'; notice: string; how: string }
  | { kind: 'nothing' };

/** An event of intake, in words of this service. */
export interface ApplicationEvent {
  /** Id of the application. */
  application: string;
  /** centres/{code} */
  centre: string;
  sequence: number;
  /** Of `nothing` the event is counted, and that is all. */
  news: News;
}

/**
 * What an event of cups.applications says; undefined when it cannot be read. The consumer has already checked that it comes from
 * intake and is about an application. One of a type that this release does not know yet is told to nobody, but is counted.
 */
export function fromIntake(event: ReceivedEvent): ApplicationEvent | undefined {
  const read = intakeEvents.decode(event);
  const ref = read?.data.ref;
  if (!read || !ref || !event.sequence) return undefined;
  const { application, centre } = ref;
  if (application !== event.subject || centre === '') return undefined;
  const id = application.slice('applications/'.length);
  return { application: id, centre, sequence: event.sequence, news: newsOf(read) };
}

const NOTHING: News = { kind: 'nothing' };

/**
 * Decides whether the person is told of an event, and what. Not told is what the person did at the desk a moment ago (handing
 * over, supplying, discarding a draft), and what only the desk must look at. There is an answer for every event, and never undefined:
 * that is why it does not compile when one is forgotten.
 */
function newsOf(read: IntakeEvent__Output): News {
  switch (read.type) {
    case 'cups.intake.v1.ApplicationSubmitted':
      return { kind: 'application-submitted' };
    case 'cups.intake.v1.DocumentsRequested': {
      const { answerBy } = read.data;
      return answerBy === '' ? { kind: 'documents-requested' } : { kind: 'documents-requested', answerBy };
    }
    case 'cups.intake.v1.ApplicationDecided':
      return { kind: read.data.ref?.state === 'STATE_REJECTED' ? 'application-rejected' : 'result-ready' };
    case 'cups.intake.v1.ApplicationWithdrawn':
      return read.data.fromState === 'STATE_DRAFT' ? NOTHING : { kind: 'application-withdrawn' };
    case 'cups.intake.v1.ApplicationExpired':
      return read.data.fromState === 'STATE_DRAFT' ? NOTHING : { kind: 'application-expired' };
    case 'cups.intake.v1.ResultChanged':
      return { kind: read.data.revoked ? 'result-revoked' : 'result-corrected' };
    case 'cups.intake.v1.PersonTold': {
      const { notice, how } = read.data;
      if (notice === '') return NOTHING;
      return { kind: 'told', notice: notice.slice('notices/'.length), how: enumValue('TELLING_MEANS_', how) };
    }
    case 'cups.intake.v1.ApplicationInProgress':
    case 'cups.intake.v1.DocumentsSupplied':
    case 'cups.intake.v1.ResultHandedOver':
    case 'cups.intake.v1.ApplicationClosed':
    case 'cups.intake.v1.DeskNoted':
    case 'unknown':
      return NOTHING;
  }
}

/** What intake answered, in words of this service. */
export function toContact(answer: ContactIn): Contact {
  const lastChange = lastChangeOf(answer.decision);
  return {
    language: answer.language,
    email: answer.contact?.email ?? '',
    phone: answer.contact?.phone ?? '',
    personName: answer.personName,
    serviceTitle: answer.serviceTitle ?? {},
    centreName: answer.centreName,
    trackingNumber: answer.trackingNumber,
    dueDate: answer.dueDate,
    awaitsPayment: answer.noDueDateReason === 'awaiting-payment',
    state: enumValue('STATE_', answer.state),
    training: answer.training,
    way: wayOf(answer.resultWay),
    answerBy: answer.documentRequest?.answerBy ?? '',
    requestWords: answer.documentRequest?.message ?? {},
    documentWords: answer.documentRequest?.documents.map(({ note }) => note) ?? [],
    reasonWords: answer.decision?.reason ?? {},
    correctWords: answer.decision?.correctReason ?? {},
    revokeWords: answer.decision?.revokeReason ?? {},
    appealWords: answer.decision?.appeal?.how ?? {},
    appealUntil: answer.decision?.appeal?.until ?? '',
    resultNumber: answer.decision?.resultNumber ?? '',
    verificationCode: answer.decision?.verificationCode ?? '',
    validUntil: answer.decision?.validUntil ?? '',
    ...(lastChange ? { lastChange } : {}),
  };
}

/** What this release cannot tell is collected at the centre, which can. */
function wayOf(wire: ContactIn['resultWay']): Way {
  const way = WAYS.find((known) => known === enumValue('RESULT_WAY_', wire));
  return way ?? 'collect';
}

/** Of a correction and a revocation the later one counts; intake keeps their times apart. */
function lastChangeOf(decision: ContactIn['decision']): ResultChange | undefined {
  const corrected = fromTimestamp(decision?.correctTime);
  const revoked = fromTimestamp(decision?.revokeTime);
  if (revoked && !(corrected && corrected > revoked)) return 'revoked';
  return corrected ? 'corrected' : undefined;
}
