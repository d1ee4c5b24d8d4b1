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
import type { AgencyWord, Words } from '../domain/delivery.ts';
import type { Message, Reply, ReplyRefusal } from '../domain/reply.ts';
import { maxReadBytesOf, mend } from './mend.ts';
import type { Mended } from './mend.ts';
import { boundedViolations, placeOf } from './not-taken.ts';
import { isPaperKind } from './paper-kinds.ts';

/** The border to agencies, inwards: a reply becomes what the domain understands. */

/** A message that may be taken, or why not; `named` where it is about a delivery of the agency that sent it. */
export type Read =
  | { named: Named; reply: Reply; refusal?: undefined }
  | { named?: Named | undefined; reply?: undefined; refusal: ReplyRefusal };

/** The delivery that a message names. */
export interface Named {
  deliveryId: string;
  /** applications/{id} */
  application: string;
}

/** Whose words a topic carries; on that of trainings somebody stands in for the agency. */
export interface From {
  agency: string;
  training: boolean;
}

/** As long as the contract lets an id be. */
const MAX_ID = 200;
/** Where nothing of a content is a name: what is wrong is all of it. */
const WHOLE = '*';

/**
 * A message from the replies topic of `agency`, or from that of trainings, checked against the contract. Causes are those of the contract, and
 * FOREIGN_AGENCY (it claims another source), FOREIGN_DELIVERY (it speaks of another agency's delivery): topic, source and
 * subject must name one agency before anything of the message counts. What is wrong with a date or a length of a decision
 * is put right and told (`mend`).
 */
export function toReply(event: ReceivedEvent, from: From): Read {
  const { agency } = from;
  if (event.source !== sourceOf(agency)) return { refusal: refusalBy('FOREIGN_AGENCY', 'ce_source') };
  const named = parseSubject(event.subject);
  if (named && named.agency !== agency) return { refusal: refusalBy('FOREIGN_DELIVERY', 'ce_subject') };
  const envelope = readAttributes(attributesOf(event), event.key);
  if (!envelope.ok) return { named, refusal: refusalOf(envelope) };
  const sent = parseContent(event.data, maxReadBytesOf(envelope.type));
  const { content, changes } = mend(envelope.type, sent, event.time);
  const read = readContent(envelope, content);
  if (!read.ok) return { named, refusal: refusalOf(read) };
  if (!named || !isReplyType(read.event.type)) return { named, refusal: refusalBy('UNKNOWN_TYPE', 'ce_type') };
  const said = read.event as ReplyEvent;
  const wordless = wordsOf(said);
  if (wordless) return { named, refusal: wordless };
  const all: Mended[] = event.timeReplaced ? ['CE_TIME_REPLACED', ...changes] : changes;
  const told = { digest: digestOf(event, sent.value), changes: all };
  return { named, reply: Object.assign(messageOf(event, from), replyOf(said), told) };
}

/** A message, whatever it says. */
export const messageOf = (event: ReceivedEvent, { training }: From): Message => ({
  // In an event an id of any length would make a message that Kafka refuses for its size.
  id: event.id.length <= MAX_ID ? event.id : '',
  time: event.time,
  training,
  place: placeOf(event),
});

/** What a schema cannot say: that a paper is one of the list, that a reason has words. */
function wordsOf({ type, data }: ReplyEvent): ReplyRefusal | undefined {
  if (type === REPLY_TYPES.documentsRequested) {
    const unknown = data.documents.flatMap(({ kind }, at) => (isPaperKind(kind) ? [] : [`documents.${at}.kind`]));
    return unknown.length > 0 ? refusalBy('UNKNOWN_PAPER_KIND', ...unknown) : undefined;
  }
  const { reason } = data as { reason?: Text };
  if (!reason || !Object.values(reason).every(isBlank)) return undefined;
  // Romanian is what is asked for.
  return refusalOf({ cause: 'REASON_BLANK', violations: [{ field: 'reason.ro', rule: 'notBlank' }] });
}

/** Nothing but spaces, controls and marks that no one sees. */
const isBlank = (text: string): boolean => text.replace(/[\p{C}\p{Z}]/gu, '') === '';

/** As the contract names them. The time is the one that the platform goes by; what is empty is not there. */
function attributesOf(event: ReceivedEvent) {
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

function refusalOf({ cause, violations }: { cause: DeliveryCause; violations: Violation[] }): ReplyRefusal {
  const bounded = boundedViolations(violations);
  return { cause, fields: [...new Set(bounded.map(({ field }) => field || WHOLE))], violations: bounded };
}

const refusalBy = (cause: DeliveryCause, ...fields: string[]): ReplyRefusal =>
  refusalOf({ cause, violations: fields.map((field) => ({ field, rule: cause })) });

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

function replyOf(event: ReplyEvent): Pick<Reply, 'word' | 'decision' | 'agencyReference' | 'submission'> {
  const reply: ReturnType<typeof replyOf> = { word: wordOf(event) };
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
  ro: [ro, ru, en].find((words) => words && !isBlank(words)) ?? '',
  ru: ru ?? '',
  en: en ?? '',
});

const toResult = (result: Result | undefined) => ({
  resultKind: result?.kind ?? '',
  resultNumber: result?.number ?? '',
  verificationCode: result?.verificationCode ?? '',
  validUntil: result?.validUntil ?? '',
});
