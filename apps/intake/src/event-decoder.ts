import {
  isCivilDate,
  LANGUAGES,
  sanitizeDocumentNumber,
  MESSAGE_CHANGES,
  sanitizeCode,
  sanitizeText,
} from '@cups/application';
import type { MessageChange } from '@cups/application';
import { eventCodec, fromTimestamp } from '@cups/contracts/proto';
import type { Appeal__Output as AppealIn } from '@cups/contracts/gen/cups/agencybridge/v1/Appeal.ts';
import type { DeliveryDocumentsRequested__Output as DocumentsIn } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryDocumentsRequested.ts';
import type { ResultDocument__Output as ResultDocumentIn } from '@cups/contracts/gen/cups/agencybridge/v1/ResultDocument.ts';
import type { AgencyBridgeEvent__Output, AgencyBridgeEvents } from '@cups/contracts/gen/events/cups.agencybridge.v1.ts';
import type { LocalizedText__Output as TextIn } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import type { ReceivedEvent } from '@cups/contracts';
import type { DocumentsEvent__Output, DocumentsEvents } from '@cups/contracts/gen/events/cups.documents.v1.ts';
import type { IdentityEvents } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import { fromCheckedFacts } from './convert/document.ts';
import { omitEmpty } from './convert/omit-empty.ts';
import type { AgencyUpdate } from './domain/agency-updates.ts';
import type { Appeal, Result, ResultDocument, Text } from './domain/application.ts';
import type { DocumentUpdate } from './domain/documents.ts';
import type { MandateUpdate } from './domain/mandates.ts';

/**
 * Decodes cups.deliveries and cups.documents: turns events of the bridge into domain updates whose texts are safe to
 * show, and events of documents into updates of references.
 */

const bridgeEvents = eventCodec<AgencyBridgeEvents>('cups.agencybridge.v1');

const identityEvents = eventCodec<IdentityEvents>('cups.identity.v1');

const documentEvents = eventCodec<DocumentsEvents>('cups.documents.v1');

/**
 * Decodes an event of cups.documents. Returns undefined if it is not an event of documents. An unknown type has no
 * update, but counts.
 */
export function decodeDocumentEvent(
  event: ReceivedEvent,
  now: Date,
): { application: string; update: DocumentUpdate | undefined } | undefined {
  const decoded = documentEvents.decode(event);
  const ref = decoded?.data.ref;
  if (!decoded || !ref || ref.document !== event.subject) return undefined;
  const facts = toDocumentFacts(decoded);
  const { document, kind } = ref;
  const update = facts && { document, kind, facts, eventId: event.id, occurTime: event.time, now };
  return { application: ref.application, update };
}

function toDocumentFacts(event: DocumentsEvent__Output): DocumentUpdate['facts'] | undefined {
  switch (event.type) {
    case 'cups.documents.v1.DocumentChecked':
      return { state: 'ready', ...fromCheckedFacts(event.data) };
    case 'cups.documents.v1.DocumentRefused':
      return { state: 'refused', refusal: event.data.cause };
    case 'cups.documents.v1.DocumentErased':
      return { state: 'erased' };
    case 'unknown':
      return undefined;
  }
}

/** Decodes an event of cups.mandates. Returns undefined if it is not one. An unknown type only counts. */
export function decodeMandateEvent(event: ReceivedEvent): MandateUpdate | undefined {
  const decoded = identityEvents.decode(event);
  const ref = decoded?.data.ref;
  if (!decoded || !ref || ref.mandate !== event.subject) return undefined;
  const about = { centre: ref.centre, training: ref.training };
  switch (decoded.type) {
    case 'cups.identity.v1.MandateRevoked': {
      const { publicServices, themes, whole, revokeTime } = decoded.data;
      const revocation = { publicServices, themes, whole, revokeTime: fromTimestamp(revokeTime) ?? event.time };
      return { ...about, kind: 'revoked', revocation };
    }
    case 'cups.identity.v1.MandateExpired':
      return { ...about, kind: 'expired', expireTime: fromTimestamp(decoded.data.expireTime) ?? event.time };
    default:
      return { ...about, kind: 'other' };
  }
}

type CommonField = 'agency' | 'eventId' | 'now' | 'occurTime' | 'agencyReference' | 'changes';

/**
 * Decodes an event of cups.deliveries and sanitizes the agency's texts. Returns undefined if it is not an event of
 * the bridge. An unknown type becomes `message-unknown`, because its sequence number counts.
 */
export function decodeDeliveryEvent(
  event: { id: string; type: string; data: Uint8Array },
  now: Date,
): { application: string; training: boolean; update: AgencyUpdate } | undefined {
  const decoded = bridgeEvents.decode(event);
  const ref = decoded?.data.ref;
  if (!decoded || !ref) return undefined;
  const occurTime = fromTimestamp(ref.occurTime);
  const update: AgencyUpdate = {
    ...toAgencyUpdate(decoded, ref.messageId || event.id, occurTime ?? now),
    agency: ref.agency,
    eventId: event.id,
    now,
    ...omitEmpty({ occurTime, agencyReference: sanitizeCode(ref.agencyReference, 100) }),
  };
  if (ref.changes.length > 0) update.changes = ref.changes.map(toMessageChange);
  if (ref.seenSubmission > 0) update.seenSubmission = ref.seenSubmission;
  return { application: ref.application, training: ref.training, update };
}

/** A code of a newer bridge becomes `OTHER`. */
function toMessageChange(code: string): MessageChange {
  return MESSAGE_CHANGES.find((known) => known === code) ?? 'OTHER';
}

/**
 * @param messageId the agency's own ID of its message, which a supply of documents references
 * @param sentTime when the agency claims that it happened
 */
function toAgencyUpdate(
  event: AgencyBridgeEvent__Output,
  messageId: string,
  sentTime: Date,
): Omit<AgencyUpdate, CommonField> {
  switch (event.type) {
    case 'cups.agencybridge.v1.DeliveryAcknowledged':
      return { message: 'acknowledged' };
    case 'cups.agencybridge.v1.DeliveryProgressed': {
      const { note, expectedDecisionDate: day } = event.data;
      return {
        message: 'progressed',
        ...omitEmpty({
          agencyText: sanitizeLocalizedText({ ro: note, ru: '', en: '' }),
          expectedDecisionDate: isCivilDate(day) ? day : undefined,
        }),
      };
    }
    case 'cups.agencybridge.v1.DeliveryDocumentsRequested': {
      const agencyText = sanitizeLocalizedText(event.data.message);
      const request = toDocumentRequest(event.data, messageId, agencyText);
      return { message: 'documents-requested', request, ...omitEmpty({ agencyText }) };
    }
    case 'cups.agencybridge.v1.DeliveryDecided': {
      const reason = sanitizeLocalizedText(event.data.reason);
      const decideTime = fromTimestamp(event.data.decideTime) ?? sentTime;
      const { approved } = event.data;
      // An approval cannot be appealed.
      const appeal = approved ? undefined : toAppeal(event.data.appeal);
      const decision = { ...toResult(event.data), decideTime, ...omitEmpty({ reason, appeal }) };
      return { message: approved ? 'approved' : 'rejected', decision, ...omitEmpty({ agencyText: reason }) };
    }
    case 'cups.agencybridge.v1.DeliveryResultCorrected': {
      const agencyText = sanitizeLocalizedText(event.data.reason);
      return { message: 'result-corrected', result: toResult(event.data), ...omitEmpty({ agencyText }) };
    }
    case 'cups.agencybridge.v1.DeliveryResultRevoked':
      return { message: 'result-revoked', ...omitEmpty({ agencyText: sanitizeLocalizedText(event.data.reason) }) };
    case 'cups.agencybridge.v1.DeliveryPassedOn': {
      const { competentAgency, reason } = event.data;
      return {
        message: 'passed-on',
        passOn: { competentAgency },
        ...omitEmpty({ agencyText: sanitizeLocalizedText(reason) }),
      };
    }
    case 'cups.agencybridge.v1.DeliveryMessageReceived': {
      const { language, answers } = event.data;
      const text = sanitizeText(event.data.text);
      if (text === '') return { message: 'message-sent' };
      const written = { text, ...omitEmpty({ language: LANGUAGES.find((known) => known === language) }) };
      return { message: 'message-sent', written: answers > 0 ? { ...written, answers } : written };
    }
    case 'cups.agencybridge.v1.DeliveryMessageFailed':
      return { message: 'message-failed', ...omitEmpty({ cause: event.data.cause }) };
    case 'cups.agencybridge.v1.DeliveryCancelled':
      return { message: 'delivery-cancelled' };
    case 'cups.agencybridge.v1.DeliveryFailed':
      return { message: 'delivery-failed', ...omitEmpty({ cause: event.data.cause }) };
    case 'cups.agencybridge.v1.DeliveryDeferred':
      return { message: 'delivery-deferred', ...omitEmpty({ cause: event.data.cause }) };
    case 'cups.agencybridge.v1.DeliveryMessageRefused': {
      const { cause, fields } = event.data;
      return { message: 'message-refused', ...omitEmpty({ cause, fields: fields.length > 0 ? fields : undefined }) };
    }
    case 'unknown':
      return { message: 'message-unknown' };
  }
}

function toDocumentRequest(
  wire: DocumentsIn,
  id: string,
  agencyText: Text | undefined,
): NonNullable<AgencyUpdate['request']> {
  const documents = wire.documents.map(({ kind, note }) => ({ kind, ...omitEmpty({ note: sanitizeText(note) }) }));
  return {
    id,
    evidenceKinds: wire.evidenceKinds,
    answerBy: wire.answerBy,
    ...omitEmpty({ documents: documents.length > 0 ? documents : undefined, message: agencyText }),
  };
}

function toResult(wire: {
  resultKind: string;
  resultNumber: string;
  verificationCode: string;
  validUntil: string;
  resultDocuments: ResultDocumentIn[];
  verificationUrl: string;
}): Result {
  const documents = wire.resultDocuments.map(toResultDocument);
  return omitEmpty({
    resultKind: wire.resultKind,
    resultNumber: sanitizeDocumentNumber(wire.resultNumber),
    verificationCode: sanitizeDocumentNumber(wire.verificationCode),
    validUntil: wire.validUntil,
    documents: documents.length > 0 ? documents : undefined,
    verificationUrl: sanitizeUrl(wire.verificationUrl),
  });
}

function toResultDocument({ document, mediaType, size, sha256, pages }: ResultDocumentIn): ResultDocument {
  return { document, mediaType, size: Number(size), sha256, pages };
}

const MAX_URL_LENGTH = 500;

/** Returns an absolute https address without credentials in its normal form, or '' for anything else. */
function sanitizeUrl(text: string): string {
  const url = URL.parse(text);
  const isSafe = url?.protocol === 'https:' && url.username === '' && url.password === '';
  return isSafe && url.href.length <= MAX_URL_LENGTH ? url.href : '';
}

function toAppeal(wire: AppealIn | null): Appeal | undefined {
  const instructions = sanitizeLocalizedText(wire?.instructions ?? null);
  return instructions && { instructions, ...omitEmpty({ deadline: wire?.deadline }) };
}

/** Returns the agency's text without unsafe characters and links, or undefined if nothing is left. */
function sanitizeLocalizedText(wire: TextIn | null): Text | undefined {
  if (!wire) return undefined;
  const text = omitEmpty({ ro: sanitizeText(wire.ro), ru: sanitizeText(wire.ru), en: sanitizeText(wire.en) });
  return Object.keys(text).length > 0 ? text : undefined;
}
