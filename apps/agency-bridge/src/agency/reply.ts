import {
  isReplyType,
  parseContent,
  parseSubject,
  readAttributes,
  readContent,
  REPLY_TYPES,
  sourceOf,
} from '@cups/agency-contract';
import type { ReplyEvent, Result, Text, Violation } from '@cups/agency-contract';
import type { DeliveryCause } from '@cups/application';
import { canonicalJson } from '@cups/contracts/node';
import { createHash } from 'node:crypto';
import type { ReceivedEvent } from '@cups/contracts';
import type { AgencyUpdate, LocalizedText } from '../domain/delivery.ts';
import type { Message, Reply, ReplyRefusal } from '../domain/reply.ts';
import { maxReadBytesOf, normalizeReply } from './normalize.ts';
import type { Normalization } from './normalize.ts';
import { limitViolations, messagePositionOf } from './reply-issue.ts';
import { isDocumentKind } from './document-kinds.ts';

/** The border to agencies, inwards: a reply becomes what the domain understands. */

/** A message that may be taken, or why not; `named` where it is about a delivery of the agency that sent it. */
export type ReplyReadResult =
  | { named: DeliveryReference; reply: Reply; refusal?: undefined }
  | { named?: DeliveryReference | undefined; reply?: undefined; refusal: ReplyRefusal };

/** The delivery that a message names. */
export interface DeliveryReference {
  deliveryId: string;
  /** applications/{id} */
  application: string;
}

/** Whose words a topic carries; on that of trainings somebody stands in for the agency. */
export interface ReplyOrigin {
  agency: string;
  training: boolean;
}

/** As long as the contract lets an id be. */
const MAX_ID_LENGTH = 200;
/** Where nothing of a content is a name: what is wrong is all of it. */
const WHOLE_CONTENT = '*';

/**
 * A message from the replies topic of `agency`, or from that of trainings, checked against the contract. Causes are those of the contract, and
 * FOREIGN_AGENCY (it claims another source), FOREIGN_DELIVERY (it speaks of another agency's delivery): topic, source and
 * subject must name one agency before anything of the message counts. What is wrong with a date or a length of a decision
 * is put right and told (`mend`).
 */
export function toReply(event: ReceivedEvent, origin: ReplyOrigin): ReplyReadResult {
  const { agency } = origin;
  if (event.source !== sourceOf(agency)) return { refusal: createRefusal('FOREIGN_AGENCY', 'ce_source') };
  const named = parseSubject(event.subject);
  if (named && named.agency !== agency) return { refusal: createRefusal('FOREIGN_DELIVERY', 'ce_subject') };
  const envelope = readAttributes(toAttributes(event), event.key);
  if (!envelope.ok) return { named, refusal: toReplyRefusal(envelope) };
  const sent = parseContent(event.data, maxReadBytesOf(envelope.type));
  const { content, changes } = normalizeReply(envelope.type, sent, event.time);
  const read = readContent(envelope, content);
  if (!read.ok) return { named, refusal: toReplyRefusal(read) };
  if (!named || !isReplyType(read.event.type)) return { named, refusal: createRefusal('UNKNOWN_TYPE', 'ce_type') };
  const replyEvent = read.event as ReplyEvent;
  const semanticRefusal = validateSemantics(replyEvent);
  if (semanticRefusal) return { named, refusal: semanticRefusal };
  const all: Normalization[] = event.timeReplaced ? ['CE_TIME_REPLACED', ...changes] : changes;
  const details = { digest: computeDigest(event, sent.value), changes: all };
  return { named, reply: Object.assign(messageOf(event, origin), toReplyFields(replyEvent), details) };
}

/** A message, whatever it says. */
export const messageOf = (event: ReceivedEvent, { training }: ReplyOrigin): Message => ({
  // In an event an id of any length would make a message that Kafka refuses for its size.
  id: event.id.length <= MAX_ID_LENGTH ? event.id : '',
  time: event.time,
  training,
  position: messagePositionOf(event),
});

/** What a schema cannot say: that a paper is one of the list, that a reason has words. */
function validateSemantics({ type, data }: ReplyEvent): ReplyRefusal | undefined {
  if (type === REPLY_TYPES.documentsRequested) {
    const unknown = data.documents.flatMap(({ kind }, at) => (isDocumentKind(kind) ? [] : [`documents.${at}.kind`]));
    return unknown.length > 0 ? createRefusal('UNKNOWN_PAPER_KIND', ...unknown) : undefined;
  }
  const { reason } = data as { reason?: Text };
  if (!reason || !Object.values(reason).every(isBlank)) return undefined;
  // Romanian is what is asked for.
  return toReplyRefusal({ cause: 'REASON_BLANK', violations: [{ field: 'reason.ro', rule: 'notBlank' }] });
}

/** Nothing but spaces, controls and marks that no one sees. */
const isBlank = (text: string): boolean => text.replace(/[\p{C}\p{Z}]/gu, '') === '';

/** As the contract names them. The time is the one that the platform goes by; what is empty is not there. */
function toAttributes(event: ReceivedEvent) {
  return {
    specversion: '1.0',
    id: event.id,
    source: event.source,
    type: event.type,
    subject: event.subject || undefined,
    time: event.time.toISOString(),
    dataschema: event.dataschema,
    datacontenttype: event.contentType,
    correlationid: event.correlationId || undefined,
    causationid: event.causationId || undefined,
  };
}

function toReplyRefusal({ cause, violations }: { cause: DeliveryCause; violations: Violation[] }): ReplyRefusal {
  const bounded = limitViolations(violations);
  return { cause, fields: [...new Set(bounded.map(({ field }) => field || WHOLE_CONTENT))], violations: bounded };
}

const createRefusal = (cause: DeliveryCause, ...fields: string[]): ReplyRefusal =>
  toReplyRefusal({ cause, violations: fields.map((field) => ({ field, rule: cause })) });

/** Of type and content as they were sent, whatever the order of properties. */
function computeDigest({ type, data }: ReceivedEvent, content: unknown): string {
  const hash = createHash('sha256').update(`${type}\n`);
  try {
    hash.update(canonicalJson(content));
  } catch {
    // Nested too deeply to be put in order, in what `mend` has replaced: then it is the bytes that count.
    hash.update(data);
  }
  return hash.digest('base64url').slice(0, 22);
}

function toReplyFields(event: ReplyEvent): Pick<Reply, 'update' | 'decision' | 'agencyReference' | 'submission'> {
  const reply: ReturnType<typeof toReplyFields> = { update: toAgencyUpdate(event) };
  const { agencyReference, submission } = event.data as { agencyReference?: string; submission?: number };
  if (agencyReference !== undefined) reply.agencyReference = agencyReference;
  if (submission !== undefined) reply.submission = submission;
  if (event.type === REPLY_TYPES.decided) {
    const { outcome, reason, result, appeal } = event.data;
    reply.decision = hashOf(canonicalJson([outcome, reason, result, appeal].map((part) => part ?? null)));
  }
  return reply;
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 22);

function toAgencyUpdate(event: ReplyEvent): AgencyUpdate {
  switch (event.type) {
    case REPLY_TYPES.acknowledged:
      return { type: 'DeliveryAcknowledged' };
    case REPLY_TYPES.progressed:
      return { type: 'DeliveryProgressed', note: event.data.note ?? '' };
    case REPLY_TYPES.documentsRequested: {
      const { documents, message, answerBy } = event.data;
      const evidenceKinds = [...new Set(documents.map(({ kind }) => kind))];
      return {
        type: 'DeliveryDocumentsRequested',
        evidenceKinds,
        documents,
        message: message ? toLocalizedText(message) : null,
        answerBy,
      };
    }
    case REPLY_TYPES.decided: {
      const { outcome, reason, result, appeal, decideTime } = event.data;
      return {
        type: 'DeliveryDecided',
        approved: outcome === 'approved',
        reason: reason ? toLocalizedText(reason) : null,
        decideTime: new Date(decideTime),
        appeal: appeal ? { how: toLocalizedText(appeal.how), until: appeal.until ?? '' } : null,
        ...toResult(result),
      };
    }
    case REPLY_TYPES.resultCorrected: {
      const { result, reason } = event.data;
      return { type: 'DeliveryResultCorrected', reason: toLocalizedText(reason), ...toResult(result) };
    }
    case REPLY_TYPES.resultRevoked:
      return { type: 'DeliveryResultRevoked', reason: toLocalizedText(event.data.reason) };
  }
}

/** Romanian is always there inside the platform: an agency's message in another language only stands in for it. */
const toLocalizedText = ({ ro, ru, en }: { ro?: string; ru?: string; en?: string }): LocalizedText => ({
  ro: [ro, ru, en].find((text) => text && !isBlank(text)) ?? '',
  ru: ru ?? '',
  en: en ?? '',
});

const toResult = (result: Result | undefined) => ({
  resultKind: result?.kind ?? '',
  resultNumber: result?.number ?? '',
  verificationCode: result?.verificationCode ?? '',
  validUntil: result?.validUntil ?? '',
});
