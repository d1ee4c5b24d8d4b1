import type { Log } from '@cups/contracts';
import { MAIL_TIMER, onTimer } from '../domain/mandate.ts';
import { toChange } from './events.ts';
import type { MandateDocuments } from './store.ts';

/** Returns the handler of due timers of mandates: an unsent email, the reminder, and the end of the term. */
export function createMandateTimerHandler(
  mandates: MandateDocuments,
  { now, log }: { now: () => Date; log: Log },
): (id: string, kind: string) => Promise<void> {
  return async (id, kind) => {
    const time = now();
    const { document: next } = await mandates.update(id, { scope: 'service', cause: {}, now: time }, (mandate) =>
      toChange(onTimer(mandate, kind, time)),
    );
    if (next.state === 'revoked') return;
    if (kind === MAIL_TIMER) {
      const { delivery } = next.supportingCode ?? {};
      if (delivery === 'unavailable') log.warn({ event: 'mandate-code-unsent', resource: `mandates/${id}` });
      return;
    }
    const event = next.state === 'expired' ? 'mandate-expired' : 'mandate-ending-soon';
    log.info({ event, resource: `mandates/${id}` });
  };
}
