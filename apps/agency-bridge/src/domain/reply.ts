import { addCivilDays, toCivilDate } from '@cups/application';
import type { DeliveryCause } from '@cups/application';
import type { Refusal } from '@cups/contracts';
import type { AgencyUpdate, ResultDocument } from './agency-update.ts';
import { endByPassingOn, fromAgencyNumber } from './delivery.ts';
import { isMessageLimitReached } from './desk-message.ts';
import type { Delivery, ReplyIssue, MessagePosition, Outbound, CommandResult } from './delivery.ts';

/** Effect of an agency's message on its delivery. Pure functions. */

/** A message about a delivery, regardless of its content. */
export interface Message {
  /** ce_id; '' if it exceeds the maximum length. */
  id: string;
  /** When it happened, according to the agency. */
  time: Date;
  /** Whether it arrived on the training topic. */
  training: boolean;
  position: MessagePosition;
}

/** An agency's message and its meaning. */
export interface Reply extends Message {
  update: AgencyUpdate;
  /** Digest of type and content, which distinguishes two messages with the same ID. */
  digest: string;
  /** Digest of a decision without its time, which distinguishes a repeated decision from a different one. */
  decision?: string;
  /** Codes of changes made to the message. */
  changes: string[];
  agencyReference?: string;
  /** The submission that it acknowledges, or the newest one that its sender had seen. Numbered by the agency. */
  submission?: number;
  /** IDs of the documents of its result, at least one. `update` has them once documents accepted them. */
  resultDocuments?: string[];
}

/** Returns the reply with the accepted documents of its result. */
export function withResultDocuments(reply: Reply, resultDocuments: ResultDocument[]): Reply {
  return { ...reply, update: { ...reply.update, resultDocuments } as AgencyUpdate };
}

/** Refusal of a message about a known delivery, for a cause that is reported to the desk. */
export type ReplyRefusal = Refusal & { cause: DeliveryCause; violations: ReplyIssue['violations'] };

/** Result of a message: accepted, refused, or accepted with an issue. */
export interface ReplyResult<D extends Delivery> extends CommandResult<D> {
  refusal?: ReplyRefusal;
  issue?: ReplyIssue;
}

const MAX_MESSAGES = 200;
const MAX_DOCUMENT_REQUESTS = 20;
/** Maximum number of days from the day of a message to the day of the expected decision. */
const MAX_EXPECTED_DAYS = 366;
/** Maximum number of reports about one delivery; further issues are only listed. */
export const MAX_REFUSED = 20;
const DAY_MS = 86_400_000;
/** Maximum time that an agency's clock may be ahead. */
const HOUR_MS = 3_600_000;

/**
 * Records a message of the agency once and passes it on. Intake decides what it means for the application. Refuses a
 * reply after the agency passed the application on (PASSED_ON), a reply that names an unknown submission
 * (UNKNOWN_SUBMISSION), different content under a known ID (ID_REUSED), an expected decision on a day that has passed or
 * is too far ahead (CONTENT_INVALID), any message before the first request (NOTHING_SENT), and a training message about a
 * real delivery or vice versa (TRAINING_MISMATCH). Reports messages without effect and changed messages to the agency.
 * Ignores a repeated decision.
 */
export function receiveReply<D extends Delivery>(delivery: D, received: Reply, now: Date): ReplyResult<D> {
  if (!isTrainingMatch(delivery, received))
    return { delivery, outbound: [], refusal: createRefusal('TRAINING_MISMATCH', 'ce_subject') };
  const refused = (cause: DeliveryCause, field: string): ReplyResult<D> => {
    const refusal = createRefusal(cause, field);
    return { ...reportRefusal(delivery, received, refusal, now), refusal };
  };
  if (delivery.requested === 0) return refused('NOTHING_SENT', 'ce_subject');
  const index = delivery.messages.indexOf(received.id);
  if (index >= 0) {
    const digest = delivery.digests?.[index] ?? '';
    if (digest !== '' && digest !== received.digest) return refused('ID_REUSED', 'ce_id');
    return Object.assign({ delivery, outbound: [] }, findReportedIssue(delivery, received));
  }
  if (delivery.passOnTime) {
    return { ...reportRefusal(delivery, received, PASSED_ON, now), refusal: PASSED_ON };
  }
  if (received.submission !== undefined && fromAgencyNumber(delivery, received.submission) > delivery.requested) {
    return refused('UNKNOWN_SUBMISSION', 'submission');
  }
  if (received.update.type === 'DeliveryMessageReceived' && isMessageLimitReached(delivery, now))
    return refused('TOO_MANY_MESSAGES', 'text');
  const reply = withPlausibleTimes(received, delivery, now);
  const refusal = refuseExpectedDate(reply);
  if (refusal) return { ...reportRefusal(delivery, received, refusal, now), refusal };
  const next = recordReply(delivery, reply, now);
  const { id: messageId, time: occurTime, changes, update } = reply;
  const seenSubmission = resolveSeenSubmission(delivery, reply);
  const events: Outbound[] = [{ to: 'intake', ...update, messageId, occurTime, changes, seenSubmission }];
  const isRepeated = reply.decision !== undefined && reply.decision === delivery.decision;
  const issue = isRepeated ? undefined : resolveIssue(delivery, reply);
  if (!issue) return { delivery: next, outbound: events };
  const reported = reportToAgency(next, reply, issue, now);
  return { delivery: reported.delivery, outbound: [...events, ...reported.outbound], issue };
}

/**
 * Returns the newest submission that the agency is known to have seen, as intake numbers it: the one that the reply names,
 * else the newest one if it is acknowledged, else the first.
 */
function resolveSeenSubmission(delivery: Delivery, { submission }: Reply): number {
  if (submission !== undefined) return fromAgencyNumber(delivery, submission);
  return delivery.state === 'acknowledged' ? delivery.submission : fromAgencyNumber(delivery, 1);
}

/** Returns the issue reported for a repeated message, because a crash may have prevented its listing. */
function findReportedIssue({ reportedIssues = [] }: Delivery, message: Message): { issue?: ReplyIssue } {
  const end = reportKeyOf(message, '');
  const key = reportedIssues.find((reportKey) => reportKey.endsWith(end));
  return key === undefined ? {} : { issue: { cause: key.slice(0, -end.length), violations: [] } };
}

/** The message is valid; only the agency may no longer send it. */
const PASSED_ON: ReplyRefusal = { cause: 'PASSED_ON', fields: [], violations: [] };

const createRefusal = (cause: DeliveryCause, field: string): ReplyRefusal => {
  return { cause, fields: [field], violations: [{ field, rule: cause }] };
};

/**
 * Refuses an expected day of decision out of bounds. A wrong promise to the person is worse than none, and the reply has no
 * other effect that must not be lost.
 */
function refuseExpectedDate({ update, time }: Reply): ReplyRefusal | undefined {
  if (update.type !== 'DeliveryProgressed' || update.expectedDecisionDate === '') return undefined;
  const { expectedDecisionDate: day } = update;
  const sendDay = toCivilDate(time);
  const isPast = day < sendDay;
  if (!isPast && day <= addCivilDays(sendDay, MAX_EXPECTED_DAYS)) return undefined;
  const field = 'expectedDecisionDate';
  const rule = isPast ? 'minimum' : 'maximum';
  return { cause: 'CONTENT_INVALID', fields: [field], violations: [{ field, rule }] };
}

/** Returns the delivery with an accepted message. */
function recordReply<D extends Delivery>(delivery: D, reply: Reply, now: Date): D {
  const from = delivery.messages.length < MAX_MESSAGES ? 0 : MAX_MESSAGES / 2;
  const digests = delivery.messages.map((_, index) => delivery.digests?.[index] ?? '');
  const next: D = {
    ...delivery,
    lastReplyTime: now,
    messages: [...delivery.messages.slice(from), reply.id],
    digests: [...digests.slice(from), reply.digest],
  };
  if (reply.agencyReference !== undefined) next.agencyReference = reply.agencyReference;
  const { update } = reply;
  if (update.type === 'DeliveryAcknowledged') {
    next.acknowledgeTime ??= now;
    const isNewest = reply.submission !== undefined && fromAgencyNumber(delivery, reply.submission) === next.submission;
    if (next.state === 'queued' && isNewest) next.state = 'acknowledged';
  }
  if (update.type === 'DeliveryDecided') {
    next.answerTime ??= now;
    if (delivery.answerTime === undefined && reply.decision !== undefined) next.decision = reply.decision;
    if (next.state !== 'cancelled') next.state = 'answered';
    delete next.openRequest;
    delete next.expectedDecisionDate;
  }
  if (update.type === 'DeliveryMessageReceived') next.messageTimes = [...(delivery.messageTimes ?? []), now];
  delete next.deskMessageTime;
  if (update.type === 'DeliveryDocumentsRequested') {
    next.documentsRequest = reply.id;
    next.openRequest = true;
    next.documentRequests = [...(delivery.documentRequests ?? []), { id: reply.id, position: reply.position }].slice(
      -MAX_DOCUMENT_REQUESTS,
    );
  }
  // A decision or the end of the application came first, and stands.
  const isOpen = next.state !== 'answered' && next.state !== 'cancelled';
  if (update.type === 'DeliveryProgressed' && update.expectedDecisionDate !== '' && isOpen)
    next.expectedDecisionDate = update.expectedDecisionDate;
  return update.type === 'DeliveryPassedOn' && isOpen ? endByPassingOn(next, now) : next;
}

/**
 * Replaces implausible times, by the rule of intake: from one day before submission to one hour after now for the
 * send time, and to one hour after that for the decision time.
 */
function withPlausibleTimes(reply: Reply, { submitTime, queueTime }: Delivery, now: Date): Reply {
  const since = (submitTime ?? queueTime).getTime() - DAY_MS;
  const isPlausible = (time: Date, until: Date) =>
    time.getTime() >= since && time.getTime() <= until.getTime() + HOUR_MS;
  const changes = new Set(reply.changes);
  const time = isPlausible(reply.time, now) ? reply.time : now;
  if (time !== reply.time) changes.add('CE_TIME_REPLACED');
  let { update } = reply;
  if (update.type === 'DeliveryDecided' && !isPlausible(update.decideTime, time)) {
    // Normalization may already have added this change.
    changes.add('DECIDE_TIME_REPLACED');
    update = { ...update, decideTime: time };
  }
  return { ...reply, time, update, changes: [...changes] };
}

/**
 * Reports to the agency that intake moved the answer date of one of its newest document requests.
 * @param moved `request` is the ce_id of the document request; dates are yyyy-MM-dd
 */
export function reportAnswerDateChange<D extends Delivery>(
  delivery: D,
  moved: { request: string; answerBy: string; requestedAnswerBy: string },
  now: Date,
): CommandResult<D> {
  const request = delivery.documentRequests?.find(({ id }) => id === moved.request);
  if (!request) return { delivery, outbound: [] };
  const cause = moved.answerBy > moved.requestedAnswerBy ? 'ANSWER_BY_LENGTHENED' : 'ANSWER_BY_CUT';
  const message: Message = {
    id: request.id,
    time: now,
    training: delivery.training ?? false,
    position: request.position,
  };
  return reportToAgency(delivery, message, { cause, violations: [], changes: [cause] }, now);
}

/** Returns why a message has no effect or was changed; undefined if it was accepted unchanged. */
function resolveIssue({ state, answerTime }: Delivery, { update, changes }: Reply): ReplyIssue | undefined {
  const cause = resolveIssueCause(state === 'cancelled', answerTime !== undefined, update.type) ?? changes[0];
  if (cause === undefined) return undefined;
  return { cause, violations: [], ...(changes.length > 0 ? { changes } : {}) };
}

function resolveIssueCause(isEnded: boolean, isDecided: boolean, type: AgencyUpdate['type']): string | undefined {
  if (isEnded) return 'APPLICATION_ENDED';
  switch (type) {
    case 'DeliveryDecided':
    case 'DeliveryDocumentsRequested':
    case 'DeliveryPassedOn':
      return isDecided ? 'ALREADY_DECIDED' : undefined;
    case 'DeliveryResultCorrected':
    case 'DeliveryResultRevoked':
      return isDecided ? undefined : 'NOT_DECIDED';
    default:
      return undefined;
  }
}

/**
 * Reports a refused message to the desk and the agency, once per message and cause, at most MAX_REFUSED per delivery.
 * The last report says that no more follow. The desk receives none before the first request was sent, nor after the agency
 * passed the application on, which then is another agency's.
 */
export function reportRefusal<D extends Delivery>(
  delivery: D,
  message: Message,
  { cause, fields, violations }: ReplyRefusal,
  now: Date,
): CommandResult<D> {
  const reported = reportToAgency(delivery, message, { cause, violations }, now);
  if (reported.outbound.length === 0 || delivery.requested === 0 || delivery.passOnTime) return reported;
  const isLast = reported.delivery.reportedIssues?.length === MAX_REFUSED;
  const desk: Outbound = {
    to: 'intake',
    type: 'DeliveryMessageRefused',
    cause: isLast ? 'TOO_MANY_REFUSED' : cause,
    fields: isLast ? [] : fields,
    messageId: message.id,
    occurTime: message.time,
  };
  return { delivery: reported.delivery, outbound: [desk, ...reported.outbound] };
}

function reportToAgency<D extends Delivery>(
  delivery: D,
  message: Message,
  issue: ReplyIssue,
  time: Date,
): CommandResult<D> {
  const reported = delivery.reportedIssues ?? [];
  const key = reportKeyOf(message, issue.cause);
  if (!isTrainingMatch(delivery, message) || isReported(reported, key)) return { delivery, outbound: [] };
  const { position: about } = message;
  const outbound: Outbound[] = [{ to: 'agency', type: 'replyRefused', about, issue, time }];
  const reportedIssues = [...reported, key];
  if (reportedIssues.length === MAX_REFUSED) {
    const last: ReplyIssue = { cause: 'TOO_MANY_REFUSED', violations: [] };
    outbound.push({ to: 'agency', type: 'replyRefused', about, issue: last, time });
  }
  return { delivery: { ...delivery, reportedIssues }, outbound };
}

/** Returns whether a message arrived on the topics of its delivery. */
const isTrainingMatch = (delivery: Delivery, { training }: Pick<Reply, 'training'>): boolean =>
  (delivery.training ?? false) === training;

/** Identifies a message by its ID, or by its position if it has none. */
const reportKeyOf = ({ id, position }: Pick<Message, 'id' | 'position'>, cause: string): string =>
  `${cause} ${id || `${position.topic}/${position.partition}/${position.offset}`}`;

const isReported = (refused: readonly string[], key: string): boolean =>
  refused.length >= MAX_REFUSED || refused.includes(key);

/**
 * Returns whether a refused message needs no further report.
 * @param refused reports of the delivery
 */
export const wasReported = (
  refused: readonly string[],
  message: Pick<Message, 'id' | 'position'>,
  cause: string,
): boolean => isReported(refused, reportKeyOf(message, cause));
