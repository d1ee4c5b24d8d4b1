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
import type { AgencyUpdate, LocalizedText } from '../domain/agency-update.ts';
import type { Message, Reply, ReplyRefusal } from '../domain/reply.ts';
import { maxReadBytesOf, normalizeReply } from './normalize.ts';
import type { Normalization } from './normalize.ts';
import { limitViolations, messagePositionOf } from './reply-issue.ts';
import { isDocumentKind } from './document-kinds.ts';

/** Agency boundary, inbound: converts replies to domain messages. */

/** A valid reply or a refusal. `named` is set if the message names a delivery of its sender. */
export type ReplyReadResult =
  | { named: DeliveryReference; reply: Reply; refusal?: undefined }
  | { named?: DeliveryReference | undefined; reply?: undefined; refusal: ReplyRefusal };

/** The delivery that a message names. */
export interface DeliveryReference {
  deliveryId: string;
  /** applications/{id} */
  application: string;
}

/** Whose replies a topic carries. On the training topic, a simulator plays the agency. */
export interface ReplyOrigin {
  agency: string;
  training: boolean;
}

/** Maximum length of an ID in the contract. */
const MAX_ID_LENGTH = 200;
/** Field name of a violation of the content as a whole. */
const WHOLE_CONTENT = '*';

/**
 * Validates a message of a replies topic against the contract and converts it. Besides the contract's causes it
 * refuses another source (FOREIGN_AGENCY) and another agency's delivery (FOREIGN_DELIVERY). Dates and lengths of
 * decisions are normalized.
 */
export function toReply(event: ReceivedEvent, origin: ReplyOrigin): ReplyReadResult {
  const { agency } = origin;
  if (event.source !== sourceOf(agency)) return { refusal: createRefusal('FOREIGN_AGENCY', 'ce_source') };
  const named = parseSubject(event.subject);
  if (named && named.agency !== agency) return { refusal: createRefusal('FOREIGN_DELIVERY', 'ce_subject') };
  const envelope = readAttributes(toAttributes(event), event.key);
  if (!envelope.ok) return { named, refusal: toReplyRefusal(envelope) };
  const original = parseContent(event.data, maxReadBytesOf(envelope.type));
  const { content, changes } = normalizeReply(envelope.type, original, event.time);
  const read = readContent(envelope, content);
  if (!read.ok) return { named, refusal: toReplyRefusal(read) };
  if (!named || !isReplyType(read.event.type)) return { named, refusal: createRefusal('UNKNOWN_TYPE', 'ce_type') };
  const replyEvent = read.event as ReplyEvent;
  const semanticRefusal = validateSemantics(replyEvent, agency);
  if (semanticRefusal) return { named, refusal: semanticRefusal };
  const allChanges: Normalization[] = event.timeReplaced ? ['CE_TIME_REPLACED', ...changes] : changes;
  const details = { digest: computeDigest(event, original.value), changes: allChanges };
  return { named, reply: Object.assign(messageOf(event, origin), toReplyFields(replyEvent), details) };
}

/** Returns the message fields that do not depend on the content. */
export const messageOf = (event: ReceivedEvent, { training }: ReplyOrigin): Message => ({
  // An ID of unlimited length could make an event too large for Kafka.
  id: event.id.length <= MAX_ID_LENGTH ? event.id : '',
  time: event.time,
  training,
  position: messagePositionOf(event),
});

/** Refuses what no schema can express: unknown document kinds, blank reasons and messages, and passing on to the agency itself. */
function validateSemantics({ type, data }: ReplyEvent, agency: string): ReplyRefusal | undefined {
  if (type === REPLY_TYPES.documentsRequested) {
    const unknown = data.documents.flatMap(({ kind }, index) =>
      isDocumentKind(kind) ? [] : [`documents.${index}.kind`],
    );
    return unknown.length > 0 ? createRefusal('UNKNOWN_PAPER_KIND', ...unknown) : undefined;
  }
  if (type === REPLY_TYPES.passedOn && data.agency === agency) return createRefusal('CONTENT_INVALID', 'agency');
  if (type === REPLY_TYPES.messageSent && isBlank(data.text))
    return toReplyRefusal({ cause: 'CONTENT_INVALID', violations: [{ field: 'text', rule: 'notBlank' }] });
  const { reason } = data as { reason?: Text };
  if (!reason || !Object.values(reason).every(isBlank)) return undefined;
  // Romanian is the required language.
  return toReplyRefusal({ cause: 'REASON_BLANK', violations: [{ field: 'reason.ro', rule: 'notBlank' }] });
}

/** Returns whether a text has only spaces, control characters and invisible marks. */
const isBlank = (text: string): boolean => text.replace(/[\p{C}\p{Z}]/gu, '') === '';

/** Returns the attributes by their contract names, with the platform's time. Empty attributes are absent. */
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
  const limited = limitViolations(violations);
  return { cause, fields: [...new Set(limited.map(({ field }) => field || WHOLE_CONTENT))], violations: limited };
}

const createRefusal = (cause: DeliveryCause, ...fields: string[]): ReplyRefusal =>
  toReplyRefusal({ cause, violations: fields.map((field) => ({ field, rule: cause })) });

/** Returns the digest of type and original content, regardless of the order of properties. */
function computeDigest({ type, data }: ReceivedEvent, content: unknown): string {
  const hash = createHash('sha256').update(`${type}\n`);
  try {
    hash.update(canonicalJson(content));
  } catch {
    // Content nested too deeply to be sorted, in a part that was replaced: use the bytes.
    hash.update(data);
  }
  return hash.digest('base64url').slice(0, 22);
}

type ReplyFields = Pick<Reply, 'update' | 'decision' | 'agencyReference' | 'submission' | 'resultDocuments'>;

function toReplyFields(event: ReplyEvent): ReplyFields {
  const reply: ReplyFields = { update: toAgencyUpdate(event) };
  const {
    agencyReference,
    submission,
    result: issued,
  } = event.data as {
    agencyReference?: string;
    submission?: number;
    result?: Result;
  };
  if (issued?.documents) reply.resultDocuments = issued.documents;
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
    case REPLY_TYPES.progressed: {
      const { note = '', expectedDecisionDate = '' } = event.data;
      return { type: 'DeliveryProgressed', note, expectedDecisionDate };
    }
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
        appeal: appeal ? { instructions: toLocalizedText(appeal.how), deadline: appeal.until ?? '' } : null,
        ...toResult(result),
      };
    }
    case REPLY_TYPES.resultCorrected: {
      const { result, reason } = event.data;
      return { type: 'DeliveryResultCorrected', reason: toLocalizedText(reason), ...toResult(result) };
    }
    case REPLY_TYPES.resultRevoked:
      return { type: 'DeliveryResultRevoked', reason: toLocalizedText(event.data.reason) };
    case REPLY_TYPES.passedOn: {
      const { agency: competentAgency, reason } = event.data;
      return { type: 'DeliveryPassedOn', competentAgency, reason: toLocalizedText(reason) };
    }
    case REPLY_TYPES.messageSent: {
      const { text, language = '', answersNumber = 0 } = event.data;
      return { type: 'DeliveryMessageReceived', text, language, answers: answersNumber };
    }
  }
}

/** Romanian is required inside the platform: if it is missing, another language replaces it. */
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
  resultDocuments: [],
  verificationUrl: result?.verificationUrl ?? '',
});
