import { sanitizeDocumentNumber, MESSAGE_CHANGES, sanitizeCode, sanitizeText } from '@cups/application';
import type { MessageChange } from '@cups/application';
import { eventCodec, fromTimestamp } from '@cups/contracts/proto';
import type { Appeal__Output as AppealIn } from '@cups/contracts/gen/cups/agencybridge/v1/Appeal.ts';
import type { DeliveryDocumentsRequested__Output as DocumentsIn } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryDocumentsRequested.ts';
import type { AgencyBridgeEvent__Output, AgencyBridgeEvents } from '@cups/contracts/gen/events/cups.agencybridge.v1.ts';
import type { LocalizedText__Output as TextIn } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import { omitEmpty } from './convert/omit-empty.ts';
import type { AgencyUpdate } from './domain/agency-updates.ts';
import type { Appeal, Result, Text } from './domain/application.ts';

/** The border to cups.deliveries: what the bridge says of an agency, in words of the domain and fit to be shown. */

const bridgeEvents = eventCodec<AgencyBridgeEvents>('cups.agencybridge.v1');

/** What is known of each event, whatever it says. */
type CommonField = 'agency' | 'eventId' | 'now' | 'occurTime' | 'agencyReference' | 'changes';

/**
 * What an event on cups.deliveries says, with the agency's words as they may be shown; undefined for what is no event of
 * the bridge. One of a type that this release does not know is recorded as such: its sequence counts.
 */
export function decodeDeliveryEvent(
  event: { id: string; type: string; data: Uint8Array },
  now: Date,
): { application: string; training: boolean; update: AgencyUpdate } | undefined {
  const read = bridgeEvents.decode(event);
  const ref = read?.data.ref;
  if (!read || !ref) return undefined;
  const occurTime = fromTimestamp(ref.occurTime);
  const update: AgencyUpdate = {
    ...toAgencyUpdate(read, ref.messageId || event.id, occurTime ?? now),
    agency: ref.agency,
    eventId: event.id,
    now,
    ...omitEmpty({ occurTime, agencyReference: sanitizeCode(ref.agencyReference, 100) }),
  };
  if (ref.changes.length > 0) update.changes = ref.changes.map(toMessageChange);
  return { application: ref.application, training: ref.training, update };
}

/** A change of a bridge that is newer than this release is one of the others. */
function toMessageChange(code: string): MessageChange {
  return MESSAGE_CHANGES.find((known) => known === code) ?? 'OTHER';
}

/**
 * @param messageId agencies know their own message by its id, and so a supply of documents names it
 * @param sentTime when the agency says that it happened
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
      const { note } = event.data;
      return { message: 'progressed', ...omitEmpty({ words: sanitizeLocalizedText({ ro: note, ru: '', en: '' }) }) };
    }
    case 'cups.agencybridge.v1.DeliveryDocumentsRequested': {
      const words = sanitizeLocalizedText(event.data.message);
      const request = toDocumentRequest(event.data, messageId, words);
      return { message: 'documents-requested', request, ...omitEmpty({ words }) };
    }
    case 'cups.agencybridge.v1.DeliveryDecided': {
      const reason = sanitizeLocalizedText(event.data.reason);
      const decideTime = fromTimestamp(event.data.decideTime) ?? sentTime;
      const { approved } = event.data;
      // An approval has nothing to appeal.
      const appeal = approved ? undefined : toAppeal(event.data.appeal);
      const decision = { ...toResult(event.data), decideTime, ...omitEmpty({ reason, appeal }) };
      return { message: approved ? 'approved' : 'rejected', decision, ...omitEmpty({ words: reason }) };
    }
    case 'cups.agencybridge.v1.DeliveryResultCorrected': {
      const words = sanitizeLocalizedText(event.data.reason);
      return { message: 'result-corrected', result: toResult(event.data), ...omitEmpty({ words }) };
    }
    case 'cups.agencybridge.v1.DeliveryResultRevoked':
      return { message: 'result-revoked', ...omitEmpty({ words: sanitizeLocalizedText(event.data.reason) }) };
    case 'cups.agencybridge.v1.DeliveryCancelled':
      return { message: 'delivery-cancelled' };
    case 'cups.agencybridge.v1.DeliveryFailed':
      return { message: 'delivery-failed', ...omitEmpty({ cause: event.data.cause }) };
    case 'cups.agencybridge.v1.DeliveryWaits':
      return { message: 'delivery-waits', ...omitEmpty({ cause: event.data.cause }) };
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
  words: Text | undefined,
): NonNullable<AgencyUpdate['request']> {
  const documents = wire.documents.map(({ kind, note }) => ({ kind, ...omitEmpty({ note: sanitizeText(note) }) }));
  return {
    id,
    evidenceKinds: wire.evidenceKinds,
    answerBy: wire.answerBy,
    ...omitEmpty({ documents: documents.length > 0 ? documents : undefined, message: words }),
  };
}

function toResult(wire: {
  resultKind: string;
  resultNumber: string;
  verificationCode: string;
  validUntil: string;
}): Result {
  return omitEmpty({
    resultKind: wire.resultKind,
    resultNumber: sanitizeDocumentNumber(wire.resultNumber),
    verificationCode: sanitizeDocumentNumber(wire.verificationCode),
    validUntil: wire.validUntil,
  });
}

function toAppeal(wire: AppealIn | null): Appeal | undefined {
  const how = sanitizeLocalizedText(wire?.how ?? null);
  return how && { how, ...omitEmpty({ until: wire?.until }) };
}

/** The words of others as they may be shown, or undefined when nothing is left of them. */
function sanitizeLocalizedText(wire: TextIn | null): Text | undefined {
  if (!wire) return undefined;
  const text = omitEmpty({ ro: sanitizeText(wire.ro), ru: sanitizeText(wire.ru), en: sanitizeText(wire.en) });
  return Object.keys(text).length > 0 ? text : undefined;
}
