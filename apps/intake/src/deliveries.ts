import { documentCode, MESSAGE_CHANGES, plainCode, plainWords } from '@cups/application';
import type { MessageChange } from '@cups/application';
import { eventCodec, fromTimestamp } from '@cups/contracts/proto';
import type { Appeal__Output as AppealIn } from '@cups/contracts/gen/cups/agencybridge/v1/Appeal.ts';
import type { DeliveryDocumentsRequested__Output as DocumentsIn } from '@cups/contracts/gen/cups/agencybridge/v1/DeliveryDocumentsRequested.ts';
import type { AgencyBridgeEvent__Output, AgencyBridgeEvents } from '@cups/contracts/gen/events/cups.agencybridge.v1.ts';
import type { LocalizedText__Output as TextIn } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import { present } from './convert/present.ts';
import type { AgencyWord } from './domain/agency.ts';
import type { Appeal, Result, Text } from './domain/application.ts';

/** The border to cups.deliveries: what the bridge says of an agency, in words of the domain and fit to be shown. */

const bridgeEvents = eventCodec<AgencyBridgeEvents>('cups.agencybridge.v1');

/** What is known of each event, whatever it says. */
type Common = 'agency' | 'eventId' | 'now' | 'occurTime' | 'agencyReference' | 'changes';

/**
 * What an event on cups.deliveries says, with the agency's words as they may be shown; undefined for what is no event of
 * the bridge. One of a type that this release does not know is recorded as such: its sequence counts.
 */
export function fromDeliveryEvent(
  event: { id: string; type: string; data: Uint8Array },
  now: Date,
): { application: string; training: boolean; word: AgencyWord } | undefined {
  const read = bridgeEvents.decode(event);
  const ref = read?.data.ref;
  if (!read || !ref) return undefined;
  const occurTime = fromTimestamp(ref.occurTime);
  const word: AgencyWord = {
    ...saidOf(read, ref.messageId || event.id, occurTime ?? now),
    agency: ref.agency,
    eventId: event.id,
    now,
    ...present({ occurTime, agencyReference: plainCode(ref.agencyReference, 100) }),
  };
  if (ref.changes.length > 0) word.changes = ref.changes.map(changeOf);
  return { application: ref.application, training: ref.training, word };
}

/** A change of a bridge that is newer than this release is one of the others. */
function changeOf(code: string): MessageChange {
  return MESSAGE_CHANGES.find((known) => known === code) ?? 'OTHER';
}

/**
 * @param messageId agencies know their own message by its id, and so a supply of documents names it
 * @param sent when the agency says that it happened
 */
function saidOf(read: AgencyBridgeEvent__Output, messageId: string, sent: Date): Omit<AgencyWord, Common> {
  switch (read.type) {
    case 'cups.agencybridge.v1.DeliveryAcknowledged':
      return { message: 'acknowledged' };
    case 'cups.agencybridge.v1.DeliveryProgressed': {
      const { note } = read.data;
      return { message: 'progressed', ...present({ words: shownText({ ro: note, ru: '', en: '' }) }) };
    }
    case 'cups.agencybridge.v1.DeliveryDocumentsRequested': {
      const words = shownText(read.data.message);
      const request = requestOf(read.data, messageId, words);
      return { message: 'documents-requested', request, ...present({ words }) };
    }
    case 'cups.agencybridge.v1.DeliveryDecided': {
      const reason = shownText(read.data.reason);
      const decideTime = fromTimestamp(read.data.decideTime) ?? sent;
      const { approved } = read.data;
      // An approval has nothing to appeal.
      const appeal = approved ? undefined : appealFrom(read.data.appeal);
      const decision = { ...resultFrom(read.data), decideTime, ...present({ reason, appeal }) };
      return { message: approved ? 'approved' : 'rejected', decision, ...present({ words: reason }) };
    }
    case 'cups.agencybridge.v1.DeliveryResultCorrected': {
      const words = shownText(read.data.reason);
      return { message: 'result-corrected', result: resultFrom(read.data), ...present({ words }) };
    }
    case 'cups.agencybridge.v1.DeliveryResultRevoked':
      return { message: 'result-revoked', ...present({ words: shownText(read.data.reason) }) };
    case 'cups.agencybridge.v1.DeliveryCancelled':
      return { message: 'delivery-cancelled' };
    case 'cups.agencybridge.v1.DeliveryFailed':
      return { message: 'delivery-failed', ...present({ cause: read.data.cause }) };
    case 'cups.agencybridge.v1.DeliveryWaits':
      return { message: 'delivery-waits', ...present({ cause: read.data.cause }) };
    case 'cups.agencybridge.v1.DeliveryMessageRefused': {
      const { cause, fields } = read.data;
      return { message: 'message-refused', ...present({ cause, fields: fields.length > 0 ? fields : undefined }) };
    }
    case 'unknown':
      return { message: 'message-unknown' };
  }
}

function requestOf(wire: DocumentsIn, id: string, words: Text | undefined): NonNullable<AgencyWord['request']> {
  const documents = wire.documents.map(({ kind, note }) => ({ kind, ...present({ note: plainWords(note) }) }));
  return {
    id,
    evidenceKinds: wire.evidenceKinds,
    answerBy: wire.answerBy,
    ...present({ documents: documents.length > 0 ? documents : undefined, message: words }),
  };
}

function resultFrom(wire: {
  resultKind: string;
  resultNumber: string;
  verificationCode: string;
  validUntil: string;
}): Result {
  return present({
    resultKind: wire.resultKind,
    resultNumber: documentCode(wire.resultNumber),
    verificationCode: documentCode(wire.verificationCode),
    validUntil: wire.validUntil,
  });
}

function appealFrom(wire: AppealIn | null): Appeal | undefined {
  const how = shownText(wire?.how ?? null);
  return how && { how, ...present({ until: wire?.until }) };
}

/** The words of others as they may be shown, or undefined when nothing is left of them. */
function shownText(wire: TextIn | null): Text | undefined {
  if (!wire) return undefined;
  const text = present({ ro: plainWords(wire.ro), ru: plainWords(wire.ru), en: plainWords(wire.en) });
  return Object.keys(text).length > 0 ? text : undefined;
}
