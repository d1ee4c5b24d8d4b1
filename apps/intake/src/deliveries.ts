import { plainCode, plainWords } from '@cups/application';
import { fromTimestamp, messageType } from '@cups/contracts/proto';
import type { LocalizedText__Output as TextIn } from '@cups/contracts/gen/cups/type/v1/LocalizedText.ts';
import { present } from './convert.ts';
import type { AgencyWord } from './domain/agency.ts';
import type { RequestedDocument, Result, Text } from './domain/application.ts';
import type { Message } from './domain/life.ts';

/** The border to cups.deliveries: what the bridge says of an agency, in words of the domain and fit to be shown. */

const MESSAGE_OF: Record<string, Message> = {
  DeliveryAcknowledged: 'acknowledged',
  DeliveryProgressed: 'progressed',
  DeliveryDocumentsRequested: 'documents-requested',
  DeliveryDecided: 'approved',
  DeliveryResultCorrected: 'result-corrected',
  DeliveryResultRevoked: 'result-revoked',
  DeliveryCancelled: 'delivery-cancelled',
  DeliveryFailed: 'delivery-failed',
  DeliveryWaits: 'delivery-waits',
  DeliveryMessageRefused: 'message-refused',
};

/** Every message of the bridge carries `ref` as its first field; the other fields belong to one of them each. */
interface Told {
  ref: {
    application: string;
    agency: string;
    messageId: string;
    occurTime: never;
    agencyReference: string;
    changes: string[];
  } | null;
  evidenceKinds?: string[];
  documents?: RequestedDocument[];
  message?: TextIn | null;
  note?: string;
  answerBy?: string;
  approved?: boolean;
  reason?: TextIn | null;
  resultKind?: string;
  resultNumber?: string;
  verificationCode?: string;
  validUntil?: string;
  decideTime?: never;
  cause?: string;
  fields?: string[];
}

const BRIDGE = 'cups.agencybridge.v1.';

/**
 * What an event on cups.deliveries says, with the agency's words as they may be shown; undefined for what is no event of
 * the bridge. One of a type that this release does not know is recorded as such: its sequence counts.
 */
export function fromDeliveryEvent(
  event: { id: string; type: string; data: Buffer },
  now: Date,
): { application: string; word: AgencyWord } | undefined {
  if (!event.type.startsWith(BRIDGE)) return undefined;
  const message = MESSAGE_OF[event.type.slice(BRIDGE.length)] ?? 'message-unknown';
  const type = message === 'message-unknown' ? `${BRIDGE}DeliveryAcknowledged` : event.type;
  const wire = decoded({ type, data: event.data }) as Told | null;
  if (!wire?.ref) return undefined;
  const { ref } = wire;
  const occurTime = fromTimestamp(ref.occurTime);
  const word: AgencyWord = {
    message: message === 'approved' && !wire.approved ? 'rejected' : message,
    agency: ref.agency,
    eventId: event.id,
    now,
    ...present({ agencyReference: plainCode(ref.agencyReference, 100), cause: wire.cause ?? '' }),
  };
  if (occurTime) word.occurTime = occurTime;
  if (ref.changes.length > 0) word.changes = ref.changes;
  if (wire.fields && wire.fields.length > 0) word.fields = wire.fields;
  const words = shownText(wire.message ?? wire.reason ?? (wire.note ? { ro: wire.note, ru: '', en: '' } : null));
  if (words) word.words = words;
  if (message === 'documents-requested') word.request = requestOf(wire, event.id, words);
  if (message === 'result-corrected') word.result = resultFrom(wire);
  if (message === 'approved') {
    word.decision = { ...resultFrom(wire), decideTime: fromTimestamp(wire.decideTime) ?? occurTime ?? now };
    if (words) word.decision.reason = words;
  }
  return { application: ref.application, word };
}

function requestOf(wire: Told, eventId: string, words: Text | undefined): NonNullable<AgencyWord['request']> {
  const documents = (wire.documents ?? []).map(({ kind, note = '' }) => ({
    kind,
    ...present({ note: plainWords(note) }),
  }));
  return {
    // Agencies know their own message by its id, and so a supply of documents names it.
    id: wire.ref?.messageId || eventId,
    evidenceKinds: wire.evidenceKinds ?? [],
    answerBy: wire.answerBy ?? '',
    ...(documents.length > 0 ? { documents } : {}),
    ...(words ? { message: words } : {}),
  };
}

function resultFrom(wire: Told): Result {
  return present({
    resultKind: wire.resultKind ?? '',
    resultNumber: plainCode(wire.resultNumber ?? ''),
    verificationCode: plainCode(wire.verificationCode ?? ''),
    validUntil: wire.validUntil ?? '',
  });
}

/** The words of others as they may be shown, or undefined when nothing is left of them. */
function shownText(wire: TextIn | null): Text | undefined {
  if (!wire) return undefined;
  const text = present({ ro: plainWords(wire.ro), ru: plainWords(wire.ru), en: plainWords(wire.en) });
  return Object.keys(text).length > 0 ? text : undefined;
}

function decoded(event: { type: string; data: Buffer }): object | null {
  try {
    return messageType(event.type).decode(event.data);
  } catch {
    return null;
  }
}
