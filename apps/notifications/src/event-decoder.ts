import type { ReceivedEvent } from '@cups/contracts';
import { fromProtoEnum, eventCodec, fromTimestamp } from '@cups/contracts/proto';
import type { GetContactResponse__Output as NoticeContextResponse } from '@cups/contracts/gen/cups/intake/v1/GetContactResponse.ts';
import type { IntakeEvent__Output, IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { NoticeContext } from './domain/compose-notice.ts';
import type { NoticeKind } from './domain/notice.ts';
import type { ResultChange } from './domain/superseded.ts';
import { RESULT_DELIVERIES } from './domain/templates.ts';
import type { ResultDelivery } from './domain/templates.ts';

/** Boundary to intake: events of cups.applications, and the notice context. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');

/** What an event triggers; `answerBy` is the last day to supply documents, yyyy-MM-dd. */
export type NoticeTrigger =
  | { kind: NoticeKind; answerBy?: string }
  /** A colleague told the applicant what the notice with this ID says. */
  | { kind: 'told'; notice: string; method: string }
  | { kind: 'nothing' };

export interface ApplicationEvent {
  /** ID of the application. */
  application: string;
  /** centres/{code} */
  centre: string;
  sequence: number;
  /** For `nothing`, only the sequence number is recorded. */
  trigger: NoticeTrigger;
}

/**
 * Decodes an event of cups.applications; undefined when it is unreadable.
 * The consumer has already checked the producer and the subject. Unknown event types trigger no notice, but are
 * counted.
 */
export function decodeApplicationEvent(event: ReceivedEvent): ApplicationEvent | undefined {
  const decoded = intakeEvents.decode(event);
  const ref = decoded?.data.ref;
  if (!decoded || !ref || !event.sequence) return undefined;
  const { application, centre } = ref;
  if (application !== event.subject || centre === '') return undefined;
  const id = application.slice('applications/'.length);
  return { application: id, centre, sequence: event.sequence, trigger: resolveNoticeTrigger(decoded) };
}

const NO_NOTICE: NoticeTrigger = { kind: 'nothing' };

/**
 * Returns the notice that an event triggers.
 * Steps that the applicant takes at the desk, and alerts for the desk, trigger none. The switch is exhaustive, so a
 * forgotten event does not compile.
 */
function resolveNoticeTrigger(event: IntakeEvent__Output): NoticeTrigger {
  switch (event.type) {
    case 'cups.intake.v1.ApplicationSubmitted':
      return { kind: 'application-submitted' };
    case 'cups.intake.v1.DocumentsRequested': {
      const { answerBy } = event.data;
      return answerBy === '' ? { kind: 'documents-requested' } : { kind: 'documents-requested', answerBy };
    }
    case 'cups.intake.v1.ApplicationDecided':
      return { kind: event.data.ref?.state === 'STATE_REJECTED' ? 'application-rejected' : 'result-ready' };
    case 'cups.intake.v1.ApplicationWithdrawn':
      return event.data.fromState === 'STATE_DRAFT' ? NO_NOTICE : { kind: 'application-withdrawn' };
    case 'cups.intake.v1.ApplicationExpired':
      return event.data.fromState === 'STATE_DRAFT' ? NO_NOTICE : { kind: 'application-expired' };
    case 'cups.intake.v1.ResultChanged':
      return { kind: event.data.revoked ? 'result-revoked' : 'result-corrected' };
    case 'cups.intake.v1.PersonTold': {
      const { notice, how } = event.data;
      if (notice === '') return NO_NOTICE;
      return { kind: 'told', notice: notice.slice('notices/'.length), method: fromProtoEnum('TELLING_MEANS_', how) };
    }
    case 'cups.intake.v1.ApplicationInProgress':
    case 'cups.intake.v1.DocumentsSupplied':
    case 'cups.intake.v1.ResultHandedOver':
    case 'cups.intake.v1.ApplicationClosed':
    case 'cups.intake.v1.DeskNoted':
    case 'unknown':
      return NO_NOTICE;
  }
}

export function toNoticeContext(response: NoticeContextResponse): NoticeContext {
  const lastChange = resolveLastChange(response.decision);
  return {
    language: response.language,
    email: response.contact?.email ?? '',
    phone: response.contact?.phone ?? '',
    personName: response.personName,
    serviceTitle: response.serviceTitle ?? {},
    centreName: response.centreName,
    trackingNumber: response.trackingNumber,
    dueDate: response.dueDate,
    awaitsPayment: response.noDueDateReason === 'awaiting-payment',
    state: fromProtoEnum('STATE_', response.state),
    training: response.training,
    resultDelivery: toResultDelivery(response.resultWay),
    answerBy: response.documentRequest?.answerBy ?? '',
    requestText: response.documentRequest?.message ?? {},
    documentTexts: response.documentRequest?.documents.map(({ note }) => note) ?? [],
    reasonText: response.decision?.reason ?? {},
    correctionText: response.decision?.correctReason ?? {},
    revocationText: response.decision?.revokeReason ?? {},
    appealText: response.decision?.appeal?.how ?? {},
    appealUntil: response.decision?.appeal?.until ?? '',
    resultNumber: response.decision?.resultNumber ?? '',
    verificationCode: response.decision?.verificationCode ?? '',
    validUntil: response.decision?.validUntil ?? '',
    ...(lastChange ? { lastChange } : {}),
  };
}

/** Unknown values become collection at the centre, where staff can help. */
function toResultDelivery(wire: NoticeContextResponse['resultWay']): ResultDelivery {
  const delivery = RESULT_DELIVERIES.find((known) => known === fromProtoEnum('RESULT_WAY_', wire));
  return delivery ?? 'collect';
}

/** Returns the later of correction and revocation. */
function resolveLastChange(decision: NoticeContextResponse['decision']): ResultChange | undefined {
  const corrected = fromTimestamp(decision?.correctTime);
  const revoked = fromTimestamp(decision?.revokeTime);
  if (revoked && !(corrected && corrected > revoked)) return 'revoked';
  return corrected ? 'corrected' : undefined;
}
