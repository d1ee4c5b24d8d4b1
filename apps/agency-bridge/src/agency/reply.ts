import {
  isReplyType,
  parseContent,
  parseSubject,
  readAttributes,
  readContent,
  REPLY_TYPES,
  sourceOf,
} from '@cups/agency-contract';
import type { Cause, ReplyEvent, Result, Violation } from '@cups/agency-contract';
import { canonicalJson } from '@cups/contracts/node';
import { createHash } from 'node:crypto';
import type { ReceivedEvent } from '@cups/contracts';
import type { AgencyWord, Reply, ReplyRefusal, Words } from '../domain/delivery.ts';
import { maxReadBytesOf, mend } from './mend.ts';
import type { Mended } from './mend.ts';

/** The border to agencies, inwards: a reply becomes what the domain understands. */

/** A message that may be taken, or why not; `deliveryId` where it is about a delivery of the agency that sent it. */
export type Read =
  | { deliveryId: string; reply: Reply; refusal?: undefined }
  | { deliveryId: string; reply?: undefined; refusal: ReplyRefusal }
  | { deliveryId?: undefined; reply?: undefined; refusal: ReplyRefusal };

/** Whose words a topic carries; on that of trainings somebody stands in for the agency. */
export interface From {
  agency: string;
  training: boolean;
}

/** Names of fields that a refusal lists. */
const MAX_FIELDS = 20;

/**
 * A message from the replies topic of `agency`, or from that of trainings, checked against the contract. Causes are those of the contract, and
 * FOREIGN_AGENCY (it claims another source), FOREIGN_DELIVERY (it speaks of another agency's delivery): topic, source and
 * subject must name one agency before anything of the message counts. What is wrong with a date or a length of a decision
 * is put right and told (`mend`).
 */
export function toReply(event: ReceivedEvent, { agency, training }: From): Read {
  if (event.source !== sourceOf(agency)) return { refusal: { cause: 'FOREIGN_AGENCY', fields: ['ce_source'] } };
  const named = parseSubject(event.subject);
  if (named && named.agency !== agency) return { refusal: { cause: 'FOREIGN_DELIVERY', fields: ['ce_subject'] } };
  const about: { deliveryId: string } | { deliveryId?: undefined } = named ? { deliveryId: named.deliveryId } : {};
  const envelope = readAttributes(attributesOf(event), event.key);
  if (!envelope.ok) return { ...about, refusal: refusalOf(envelope) };
  const sent = parseContent(event.data, maxReadBytesOf(envelope.type));
  const { content, changes } = mend(envelope.type, sent, event.time);
  const read = readContent(envelope, content);
  if (!read.ok) return { ...about, refusal: refusalOf(read) };
  if (!isReplyType(read.event.type)) return { ...about, refusal: { cause: 'UNKNOWN_TYPE', fields: ['ce_type'] } };
  const all: Mended[] = event.timeReplaced ? ['CE_TIME_REPLACED', ...changes] : changes;
  const reply = { ...replyOf(read.event as ReplyEvent), training, digest: digestOf(event, sent.value), changes: all };
  return { deliveryId: envelope.key, reply };
}

/** As the contract names them. The time is the one that the platform goes by; what is empty is not there. */
function attributesOf(event: ReceivedEvent) {
  return {
    specversion: '1.0',
    id: event.id,
    source: event.source,
    type: event.type,
    subject: event.subject,
    time: event.time.toISOString(),
    dataschema: event.dataschema,
    datacontenttype: event.contentType,
    correlationid: event.correlationId || undefined,
    causationid: event.causationId || undefined,
  };
}

const refusalOf = ({ cause, violations }: { cause: Cause; violations: Violation[] }): ReplyRefusal => ({
  cause,
  fields: [...new Set(violations.map(({ field }) => field))].slice(0, MAX_FIELDS),
});

/** Of type and content as they were sent, whatever the order of properties. */
function digestOf({ type, data }: ReceivedEvent, content: unknown): string {
  const hash = createHash('sha256').update(`${type}\n`);
  try {
    hash.update(canonicalJson(content));
  } catch {
    // Nested too deeply to be put in order, in what `mend` has replaced: then it is the bytes that count.
    hash.update(data);
  }
  return hash.digest('base64url').slice(0, 22);
}

function replyOf(event: ReplyEvent): Omit<Reply, 'digest' | 'changes' | 'training'> {
  const reply = { id: event.id, time: new Date(event.time), word: wordOf(event) };
  const { agencyReference, submission } = event.data as { agencyReference?: string; submission?: number };
  return {
    ...reply,
    ...(agencyReference === undefined ? {} : { agencyReference }),
    ...(submission === undefined ? {} : { submission }),
  };
}

function wordOf(event: ReplyEvent): AgencyWord {
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
        message: message ? toWords(message) : null,
        answerBy,
      };
    }
    case REPLY_TYPES.decided: {
      const { outcome, reason, result, appeal, decideTime } = event.data;
      return {
        type: 'DeliveryDecided',
        approved: outcome === 'approved',
        reason: reason ? toWords(reason) : null,
        decideTime: new Date(decideTime),
        appeal: appeal ? { how: toWords(appeal.how), until: appeal.until ?? '' } : null,
        ...toResult(result),
      };
    }
    case REPLY_TYPES.resultCorrected: {
      const { result, reason } = event.data;
      return { type: 'DeliveryResultCorrected', reason: toWords(reason), ...toResult(result) };
    }
    case REPLY_TYPES.resultRevoked:
      return { type: 'DeliveryResultRevoked', reason: toWords(event.data.reason) };
  }
}

/** Romanian is always there inside the platform: an agency's message in another language only stands in for it. */
const toWords = ({ ro, ru, en }: { ro?: string; ru?: string; en?: string }): Words => ({
  ro: ro ?? ru ?? en ?? '',
  ru: ru ?? '',
  en: en ?? '',
});

const toResult = (result: Result | undefined) => ({
  resultKind: result?.kind ?? '',
  resultNumber: result?.number ?? '',
  verificationCode: result?.verificationCode ?? '',
  validUntil: result?.validUntil ?? '',
});
