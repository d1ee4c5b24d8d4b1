import { parseResourceName, resourceName } from '@cups/contracts';
import { eventCodec, toProtoEnum } from '@cups/contracts/proto';
import type { DocumentRef } from '@cups/contracts/gen/cups/documents/v1/DocumentRef.ts';
import type { DocumentsEvent, DocumentsEvents } from '@cups/contracts/gen/events/cups.documents.v1.ts';
import type { Change, NewEvent } from '@cups/store';
import type { DocumentEvent, Step } from './domain/document.ts';
import { entryOfAct, entryOfEvent } from './journal.ts';
import type { Act } from './journal.ts';
import type { DocumentRecord } from './store.ts';

/** Writes cups.documents. */

const documentEvents = eventCodec<DocumentsEvents>('cups.documents.v1');

/**
 * Converts a step of the domain to a change of the store, with its entry for the journal.
 * @param act an act that no event reports; it counts if the step changes `before`
 */
export function toChange(
  { document, eventKind }: Step<DocumentRecord>,
  act?: Act & { before: DocumentRecord },
): Change<DocumentRecord> {
  if (eventKind) return { document, events: [toEvent(document, eventKind), entryOfEvent(document, eventKind)] };
  if (!act || document === act.before) return { document, events: [] };
  const { before: _before, ...done } = act;
  return { document, events: [entryOfAct(document, done)] };
}

function toEvent(document: DocumentRecord, kind: DocumentEvent): NewEvent {
  const event = toProtoEvent(document, kind);
  return {
    topic: 'cups.documents',
    key: parseResourceName('applications', document.application),
    type: event.type,
    subject: resourceName('documents', document._id),
    sequenced: true,
    data: documentEvents.encode(event),
  };
}

function toProtoEvent(document: DocumentRecord, kind: DocumentEvent): DocumentsEvent {
  const ref = toRef(document);
  const { content } = document;
  switch (kind) {
    case 'checked':
      return {
        type: 'cups.documents.v1.DocumentChecked',
        data: {
          ref,
          mediaType: content?.mediaType,
          size: content?.size,
          sha256: content?.sha256,
          pages: content?.pages,
          scan: toProtoEnum('SCAN_', content?.scan),
        },
      };
    case 'refused':
      return { type: 'cups.documents.v1.DocumentRefused', data: { ref, cause: document.refusal } };
    case 'erased':
      return { type: 'cups.documents.v1.DocumentErased', data: { ref } };
  }
}

const toRef = ({ _id, application, centre, purpose, kind, training }: DocumentRecord): DocumentRef => ({
  document: resourceName('documents', _id),
  application,
  centre: purpose === 'evidence' ? (centre ?? '') : '',
  purpose: toProtoEnum('PURPOSE_', purpose),
  kind,
  training,
});
