import type { DeliveryCause } from '@cups/application';
import type { Refusal } from '@cups/contracts';
import type { AgencyUpdate, Delivery, ReplyIssue, MessagePosition, Outbound, CommandResult } from './delivery.ts';

/** What a message of an agency does to its delivery. Pure, as all of the domain. */

/** A message that is about a delivery, whatever it says. */
export interface Message {
  /** ce_id; '' for one that is too long to be an id. */
  id: string;
  /** When the agency says it happened. */
  time: Date;
  /** Whether it came over the topic of trainings. */
  training: boolean;
  position: MessagePosition;
}

/** A message of the agency, by what it means. */
export interface Reply extends Message {
  update: AgencyUpdate;
  /** Of type and content: two messages under one id are told apart by it. */
  digest: string;
  /** Of what a decision decides, whenever that was: two that say the same are told apart from two that differ. */
  decision?: string;
  /** What was not taken as it was sent, codes. */
  changes: string[];
  agencyReference?: string;
  /** Which submission an acknowledgement is about. */
  submission?: number;
}

/** A message about a known delivery that was refused, for a cause that the desk can be told. */
export type ReplyRefusal = Refusal & { cause: DeliveryCause; violations: ReplyIssue['violations'] };

/** What came of a message: refused, or not taken as it was sent. */
export interface ReplyResult<D extends Delivery> extends CommandResult<D> {
  refusal?: ReplyRefusal;
  issue?: ReplyIssue;
}

const MAX_MESSAGES = 200;
const MAX_DOCUMENT_REQUESTS = 20;
/** So many messages of one delivery that were not taken as they were sent are told; further ones are listed only. */
export const MAX_REFUSED = 20;
const DAY_MS = 86_400_000;
/** A clock of an agency may be so much ahead. */
const HOUR_MS = 3_600_000;

/**
 * A message of the agency, recorded once and passed on in whatever order it comes: what it means for the application is
 * intake's to decide. Refused are an acknowledgement of what was never sent (UNKNOWN_SUBMISSION) and other content under a
 * known id (ID_REUSED), any message to which nothing was sent that it could answer (NOTHING_SENT), and what was said over a topic
 * of trainings about a real delivery or the other way round (TRAINING_MISMATCH). Of what moves nothing any more, and of what was
 * changed, the agency is told. A second decision that says the same as the first means nothing.
 */
export function receiveReply<D extends Delivery>(delivery: D, sent: Reply, now: Date): ReplyResult<D> {
  if (!isTrainingMatch(delivery, sent))
    return { delivery, outbound: [], refusal: createRefusal('TRAINING_MISMATCH', 'ce_subject') };
  const refused = (cause: DeliveryCause, field: string): ReplyResult<D> => {
    const refusal = createRefusal(cause, field);
    return { ...reportRefusal(delivery, sent, refusal, now), refusal };
  };
  if (delivery.requested === 0) return refused('NOTHING_SENT', 'ce_subject');
  const at = delivery.messages.indexOf(sent.id);
  if (at >= 0) {
    const digest = delivery.digests?.[at] ?? '';
    if (digest !== '' && digest !== sent.digest) return refused('ID_REUSED', 'ce_id');
    return Object.assign({ delivery, outbound: [] }, findReportedIssue(delivery, sent));
  }
  if (sent.submission !== undefined && sent.submission > delivery.requested) {
    return refused('UNKNOWN_SUBMISSION', 'submission');
  }
  const reply = withPlausibleTimes(sent, delivery, now);
  const next = recordReply(delivery, reply, now);
  const { id: messageId, time: occurTime, changes, update } = reply;
  const events: Outbound[] = [{ to: 'intake', ...update, messageId, occurTime, changes }];
  const isRepeated = reply.decision !== undefined && reply.decision === delivery.decision;
  const issue = isRepeated ? undefined : resolveIssue(delivery, reply);
  if (!issue) return { delivery: next, outbound: events };
  const reported = reportToAgency(next, reply, issue, now);
  return { delivery: reported.delivery, outbound: [...events, ...reported.outbound], issue };
}

/** What was told of a message that comes once more: a crash may have kept it from being listed. */
function findReportedIssue({ refused = [] }: Delivery, message: Message): { issue?: ReplyIssue } {
  const end = reportKeyOf(message, '');
  const key = refused.find((known) => known.endsWith(end));
  return key === undefined ? {} : { issue: { cause: key.slice(0, -end.length), violations: [] } };
}

const createRefusal = (cause: DeliveryCause, field: string): ReplyRefusal => {
  return { cause, fields: [field], violations: [{ field, rule: cause }] };
};

/** The delivery with a message that is taken. */
function recordReply<D extends Delivery>(delivery: D, reply: Reply, now: Date): D {
  const from = delivery.messages.length < MAX_MESSAGES ? 0 : MAX_MESSAGES / 2;
  const digests = delivery.messages.map((_, index) => delivery.digests?.[index] ?? '');
  const next: D = {
    ...delivery,
    heardTime: now,
    messages: [...delivery.messages.slice(from), reply.id],
    digests: [...digests.slice(from), reply.digest],
  };
  if (reply.agencyReference !== undefined) next.agencyReference = reply.agencyReference;
  const { update } = reply;
  if (update.type === 'DeliveryAcknowledged') {
    next.acknowledgeTime ??= now;
    if (next.state === 'queued' && reply.submission === next.submission) next.state = 'acknowledged';
  }
  if (update.type === 'DeliveryDecided') {
    next.answerTime ??= now;
    if (delivery.answerTime === undefined && reply.decision !== undefined) next.decision = reply.decision;
    if (next.state !== 'cancelled') next.state = 'answered';
  }
  if (update.type === 'DeliveryDocumentsRequested') {
    next.documentsRequest = reply.id;
    next.asks = [...(delivery.asks ?? []), { id: reply.id, place: reply.position }].slice(-MAX_DOCUMENT_REQUESTS);
  }
  return next;
}

/**
 * The message with times that can be, by the rule of intake: not before the day on which the application was submitted, sent an hour
 * after now at most, decided an hour after it was sent at most.
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
    // Where the time of sending stood in for it already, that was told.
    changes.add('DECIDE_TIME_REPLACED');
    update = { ...update, decideTime: time };
  }
  return { ...reply, time, update, changes: [...changes] };
}

/**
 * Intake set another last day for documents than the agency named: the agency is told, of its newest requests.
 * @param moved `request` is the ce_id of the message that asked; days are yyyy-MM-dd
 */
export function reportAnswerDateChange<D extends Delivery>(
  delivery: D,
  moved: { request: string; answerBy: string; askedAnswerBy: string },
  now: Date,
): CommandResult<D> {
  const ask = delivery.asks?.find(({ id }) => id === moved.request);
  if (!ask) return { delivery, outbound: [] };
  const cause = moved.answerBy > moved.askedAnswerBy ? 'ANSWER_BY_LENGTHENED' : 'ANSWER_BY_CUT';
  const message: Message = { id: ask.id, time: now, training: delivery.training ?? false, position: ask.place };
  return reportToAgency(delivery, message, { cause, violations: [], changes: [cause] }, now);
}

/** Why a message moves nothing, or what of it was changed; undefined where it was taken as it was sent. */
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
      return isDecided ? 'ALREADY_DECIDED' : undefined;
    case 'DeliveryResultCorrected':
    case 'DeliveryResultRevoked':
      return isDecided ? undefined : 'NOT_DECIDED';
    default:
      return undefined;
  }
}

/**
 * A message about this delivery was refused: the desk and the agency are told, once for each message and cause, and of MAX_REFUSED
 * at most. The last one says to the desk, and in a message of its own to the agency, that further ones are not told. The desk hears
 * of nothing where nothing was sent to the agency yet.
 */
export function reportRefusal<D extends Delivery>(
  delivery: D,
  message: Message,
  { cause, fields, violations }: ReplyRefusal,
  now: Date,
): CommandResult<D> {
  const reported = reportToAgency(delivery, message, { cause, violations }, now);
  if (reported.outbound.length === 0 || delivery.requested === 0) return reported;
  const isLast = reported.delivery.refused?.length === MAX_REFUSED;
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
  const known = delivery.refused ?? [];
  const key = reportKeyOf(message, issue.cause);
  if (!isTrainingMatch(delivery, message) || isReported(known, key)) return { delivery, outbound: [] };
  const { position: about } = message;
  const outbound: Outbound[] = [{ to: 'agency', type: 'replyRefused', about, issue, time }];
  const refused = [...known, key];
  if (refused.length === MAX_REFUSED) {
    const last: ReplyIssue = { cause: 'TOO_MANY_REFUSED', violations: [] };
    outbound.push({ to: 'agency', type: 'replyRefused', about, issue: last, time });
  }
  return { delivery: { ...delivery, refused }, outbound };
}

/** Whether a message came over the topics that the delivery went out on. */
const isTrainingMatch = (delivery: Delivery, { training }: Pick<Reply, 'training'>): boolean =>
  (delivery.training ?? false) === training;

/** A message that has no id is known by its place. */
const reportKeyOf = ({ id, position: place }: Pick<Message, 'id' | 'position'>, cause: string): string =>
  `${cause} ${id || `${place.topic}/${place.partition}/${place.offset}`}`;

const isReported = (refused: readonly string[], key: string): boolean =>
  refused.length >= MAX_REFUSED || refused.includes(key);

/** Whether nobody need be told any more of a message that was refused. @param refused of the delivery */
export const wasReported = (
  refused: readonly string[],
  message: Pick<Message, 'id' | 'position'>,
  cause: string,
): boolean => isReported(refused, reportKeyOf(message, cause));
