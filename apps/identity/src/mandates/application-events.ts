import { parseResourceName } from '@cups/contracts';
import type { ReceivedEvent } from '@cups/contracts';
import { eventCodec } from '@cups/contracts/proto';
import type { IntakeEvents } from '@cups/contracts/gen/events/cups.intake.v1.ts';
import type { HandlerResult } from '@cups/events';
import type { MandateErasure } from './erasure.ts';

/** Reads cups.applications: a mandate for one application ends with it, and so does one that no other needs. */

const intakeEvents = eventCodec<IntakeEvents>('cups.intake.v1');
const ERASED = 'cups.intake.v1.ApplicationErased';

/**
 * Returns the handler of cups.applications. All other events are skipped without decoding them. No sequence is counted:
 * a repeat finds nothing that is not erased.
 */
export function createApplicationEventHandler(
  erasure: Pick<MandateErasure, 'eraseOf' | 'eraseNamed'>,
): (event: ReceivedEvent) => Promise<HandlerResult> {
  return async (event) => {
    if (event.type !== ERASED) return 'done';
    const decoded = intakeEvents.decode(event);
    if (decoded?.type !== ERASED || decoded.data.ref?.application !== event.subject) return 'refused';
    await erasure.eraseOf(event.subject, decoded.data.cause === 'requested' ? 'person-request' : 'retention-rule');
    await erasure.eraseNamed(decoded.data.mandates.map((name) => parseResourceName('mandates', name)));
    return 'done';
  };
}
