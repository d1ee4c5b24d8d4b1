import { resourceName } from '@cups/contracts';
import { eventCodec, toTimestamp } from '@cups/contracts/proto';
import type { IdentityEvent, IdentityEvents } from '@cups/contracts/gen/events/cups.identity.v1.ts';
import type { Change, NewEvent } from '@cups/store';
import type { MandateEvent, MandateFields, MandateStep } from '../domain/mandate.ts';
import { entryOfCodeAct, entryOfMandate } from './journal.ts';
import type { StoredMandate } from './store.ts';

/** Writes cups.mandates and cups.journal.identity. */

const mandateEvents = eventCodec<IdentityEvents>('cups.identity.v1');

/** Converts a step of the domain to a change of the store. */
export const toChange = ({ mandate, eventKind, codeAct }: MandateStep<StoredMandate>): Change<StoredMandate> => ({
  document: mandate,
  events: [...(eventKind ? toEvents(mandate, eventKind) : []), ...(codeAct ? [entryOfCodeAct(mandate, codeAct)] : [])],
});

/** Returns the event of a mandate, and its entry for the journal. */
export const toEvents = (mandate: MandateFields, kind: MandateEvent): NewEvent[] => [
  toMandateEvent(mandate, kind),
  entryOfMandate(mandate, kind),
];

function toMandateEvent(mandate: MandateFields, kind: MandateEvent): NewEvent {
  const event = toProtoEvent(mandate, kind);
  return {
    topic: 'cups.mandates',
    key: mandate._id,
    type: event.type,
    subject: resourceName('mandates', mandate._id),
    sequenced: true,
    data: mandateEvents.encode(event),
  };
}

function toProtoEvent(mandate: MandateFields, kind: MandateEvent): IdentityEvent {
  const { _id, centre, application = '', training, expireTime, revocations, supportingCode } = mandate;
  const ref = { mandate: resourceName('mandates', _id), centre, application, training };
  switch (kind) {
    case 'granted':
      return { type: 'cups.identity.v1.MandateGranted', data: { ref } };
    case 'expired':
      return { type: 'cups.identity.v1.MandateExpired', data: { ref, expireTime: toTimestamp(expireTime) } };
    case 'code-requested': {
      const { id = '', expireTime: codeExpireTime } = supportingCode!;
      const data = { ref, codeId: id, expireTime: toTimestamp(codeExpireTime) };
      return { type: 'cups.identity.v1.MandateCodeRequested', data };
    }
    case 'revoked': {
      const { scope, time, whole } = revocations.at(-1)!;
      const publicServices = scope.publicServices.map((code) => resourceName('publicServices', code));
      const data = { ref, revokeTime: toTimestamp(time), publicServices, themes: scope.themes, whole };
      return { type: 'cups.identity.v1.MandateRevoked', data };
    }
  }
}
