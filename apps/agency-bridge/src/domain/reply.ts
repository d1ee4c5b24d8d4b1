import type { DeliveryCause } from '@cups/application';
import type { Refusal } from '@cups/contracts';
import type { AgencyWord, Delivery, NotTaken, Place, Said, Step } from './delivery.ts';

/** What a message of an agency does to its delivery. Pure, as all of the domain. */

/** A message that is about a delivery, whatever it says. */
export interface Message {
  /** ce_id; '' for one that is too long to be an id. */
  id: string;
  /** When the agency says it happened. */
  time: Date;
  /** Whether it came over the topic of trainings. */
  training: boolean;
  place: Place;
}

/** A message of the agency, by what it means. */
export interface Reply extends Message {
  word: AgencyWord;
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
export type ReplyRefusal = Refusal & { cause: DeliveryCause; violations: NotTaken['violations'] };

/** What came of a message: refused, or not taken as it was sent. */
export interface Received<D extends Delivery> extends Step<D> {
  refusal?: ReplyRefusal;
  notTaken?: NotTaken;
}

const KEPT_MESSAGES = 200;
const KEPT_ASKS = 20;
/** So many messages of one delivery that were not taken as they were sent are told; further ones are listed only. */
export const MAX_REFUSED = 20;
const DAY = 86_400_000;
/** A clock of an agency may be so much ahead. */
const HOUR = 3_600_000;

/**
 * A message of the agency, recorded once and passed on in whatever order it comes: what it means for the application is
 * intake's to decide. Refused are an acknowledgement of what was never sent (UNKNOWN_SUBMISSION) and other content under a
 * known id (ID_REUSED), any message to which nothing was sent that it could answer (NOTHING_SENT), and what was said over a topic
 * of trainings about a real delivery or the other way round (TRAINING_MISMATCH). Of what moves nothing any more, and of what was
 * changed, the agency is told. A second decision that says the same as the first means nothing.
 */
export function receive<D extends Delivery>(delivery: D, sent: Reply, now: Date): Received<D> {
  if (!isOfKind(delivery, sent)) return { delivery, says: [], refusal: refusalBy('TRAINING_MISMATCH', 'ce_subject') };
  const refused = (cause: DeliveryCause, field: string): Received<D> => {
    const refusal = refusalBy(cause, field);
    return { ...tellRefusal(delivery, sent, refusal, now), refusal };
  };
  if (delivery.requested === 0) return refused('NOTHING_SENT', 'ce_subject');
  const at = delivery.messages.indexOf(sent.id);
  if (at >= 0) {
    const digest = delivery.digests?.[at] ?? '';
    if (digest !== '' && digest !== sent.digest) return refused('ID_REUSED', 'ce_id');
    return Object.assign({ delivery, says: [] }, toldBefore(delivery, sent));
  }
  if (sent.submission !== undefined && sent.submission > delivery.requested) {
    return refused('UNKNOWN_SUBMISSION', 'submission');
  }
  const reply = plausible(sent, delivery, now);
  const next = recorded(delivery, reply, now);
  const { id: messageId, time: occurTime, changes, word } = reply;
  const tell: Said[] = [{ to: 'intake', ...word, messageId, occurTime, changes }];
  const isRepeated = reply.decision !== undefined && reply.decision === delivery.decision;
  const notTaken = isRepeated ? undefined : notTakenOf(delivery, reply);
  if (!notTaken) return { delivery: next, says: tell };
  const told = tellAgency(next, reply, notTaken, now);
  return { delivery: told.delivery, says: [...tell, ...told.says], notTaken };
}

/** What was told of a message that comes once more: a crash may have kept it from being listed. */
function toldBefore({ refused = [] }: Delivery, message: Message): { notTaken?: NotTaken } {
  const end = keyOf(message, '');
  const key = refused.find((known) => known.endsWith(end));
  return key === undefined ? {} : { notTaken: { cause: key.slice(0, -end.length), violations: [] } };
}

const refusalBy = (cause: DeliveryCause, field: string): ReplyRefusal => {
  return { cause, fields: [field], violations: [{ field, rule: cause }] };
};

/** The delivery with a message that is taken. */
function recorded<D extends Delivery>(delivery: D, reply: Reply, now: Date): D {
  const from = delivery.messages.length < KEPT_MESSAGES ? 0 : KEPT_MESSAGES / 2;
  const digests = delivery.messages.map((_, index) => delivery.digests?.[index] ?? '');
  const next: D = {
    ...delivery,
    heardTime: now,
    messages: [...delivery.messages.slice(from), reply.id],
    digests: [...digests.slice(from), reply.digest],
  };
  if (reply.agencyReference !== undefined) next.agencyReference = reply.agencyReference;
  const { word } = reply;
  if (word.type === 'DeliveryAcknowledged') {
    next.acknowledgeTime ??= now;
    if (next.state === 'queued' && reply.submission === next.submission) next.state = 'acknowledged';
  }
  if (word.type === 'DeliveryDecided') {
    next.answerTime ??= now;
    if (delivery.answerTime === undefined && reply.decision !== undefined) next.decision = reply.decision;
    if (next.state !== 'cancelled') next.state = 'answered';
  }
  if (word.type === 'DeliveryDocumentsRequested') {
    next.documentsRequest = reply.id;
    next.asks = [...(delivery.asks ?? []), { id: reply.id, place: reply.place }].slice(-KEPT_ASKS);
  }
  return next;
}

/**
 * The message with times that can be, by the rule of intake: not before the day on which the application was submitted, sent an hour
 * after now at most, decided an hour after it was sent at most.
 */
function plausible(reply: Reply, { submitTime, queueTime }: Delivery, now: Date): Reply {
  const since = (submitTime ?? queueTime).getTime() - DAY;
  const canBe = (time: Date, until: Date) => time.getTime() >= since && time.getTime() <= until.getTime() + HOUR;
  const changes = new Set(reply.changes);
  const time = canBe(reply.time, now) ? reply.time : now;
  if (time !== reply.time) changes.add('CE_TIME_REPLACED');
  let { word } = reply;
  if (word.type === 'DeliveryDecided' && !canBe(word.decideTime, time)) {
    // Where the time of sending stood in for it already, that was told.
    changes.add('DECIDE_TIME_REPLACED');
    word = { ...word, decideTime: time };
  }
  return { ...reply, time, word, changes: [...changes] };
}

/**
 * Intake set another last day for documents than the agency named: the agency is told, of its newest requests.
 * @param moved `request` is the ce_id of the message that asked; days are yyyy-MM-dd
 */
export function tellDateMoved<D extends Delivery>(
  delivery: D,
  moved: { request: string; answerBy: string; askedAnswerBy: string },
  now: Date,
): Step<D> {
  const ask = delivery.asks?.find(({ id }) => id === moved.request);
  if (!ask) return { delivery, says: [] };
  const cause = moved.answerBy > moved.askedAnswerBy ? 'ANSWER_BY_LENGTHENED' : 'ANSWER_BY_CUT';
  const message: Message = { id: ask.id, time: now, training: delivery.training ?? false, place: ask.place };
  return tellAgency(delivery, message, { cause, violations: [], changes: [cause] }, now);
}

/** Why a message moves nothing, or what of it was changed; undefined where it was taken as it was sent. */
function notTakenOf({ state, answerTime }: Delivery, { word, changes }: Reply): NotTaken | undefined {
  const cause = causeOf(state === 'cancelled', answerTime !== undefined, word.type) ?? changes[0];
  if (cause === undefined) return undefined;
  return { cause, violations: [], ...(changes.length > 0 ? { changes } : {}) };
}

function causeOf(isEnded: boolean, isDecided: boolean, type: AgencyWord['type']): string | undefined {
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
export function tellRefusal<D extends Delivery>(
  delivery: D,
  message: Message,
  { cause, fields, violations }: ReplyRefusal,
  now: Date,
): Step<D> {
  const told = tellAgency(delivery, message, { cause, violations }, now);
  if (told.says.length === 0 || delivery.requested === 0) return told;
  const isLast = told.delivery.refused?.length === MAX_REFUSED;
  const desk: Said = {
    to: 'intake',
    type: 'DeliveryMessageRefused',
    cause: isLast ? 'TOO_MANY_REFUSED' : cause,
    fields: isLast ? [] : fields,
    messageId: message.id,
    occurTime: message.time,
  };
  return { delivery: told.delivery, says: [desk, ...told.says] };
}

function tellAgency<D extends Delivery>(delivery: D, message: Message, notTaken: NotTaken, time: Date): Step<D> {
  const known = delivery.refused ?? [];
  const key = keyOf(message, notTaken.cause);
  if (!isOfKind(delivery, message) || isTold(known, key)) return { delivery, says: [] };
  const { place: about } = message;
  const says: Said[] = [{ to: 'agency', type: 'replyRefused', about, notTaken, time }];
  const refused = [...known, key];
  if (refused.length === MAX_REFUSED) {
    const last: NotTaken = { cause: 'TOO_MANY_REFUSED', violations: [] };
    says.push({ to: 'agency', type: 'replyRefused', about, notTaken: last, time });
  }
  return { delivery: { ...delivery, refused }, says };
}

/** Whether a message came over the topics that the delivery went out on. */
const isOfKind = (delivery: Delivery, { training }: Pick<Reply, 'training'>): boolean =>
  (delivery.training ?? false) === training;

/** A message that has no id is known by its place. */
const keyOf = ({ id, place }: Pick<Message, 'id' | 'place'>, cause: string): string =>
  `${cause} ${id || `${place.topic}/${place.partition}/${place.offset}`}`;

const isTold = (refused: readonly string[], key: string): boolean =>
  refused.length >= MAX_REFUSED || refused.includes(key);

/** Whether nobody need be told any more of a message that was refused. @param refused of the delivery */
export const wasTold = (refused: readonly string[], message: Pick<Message, 'id' | 'place'>, cause: string): boolean =>
  isTold(refused, keyOf(message, cause));
