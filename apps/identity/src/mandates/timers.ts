import type { Log } from '@cups/contracts';
import { onTimer } from '../domain/mandate.ts';
import { toChange } from './events.ts';
import type { MandateDocuments } from './store.ts';

/** Returns the handler of due timers of mandates: the reminder, and the end of the term. */
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
    const event = next.state === 'expired' ? 'mandate-expired' : 'mandate-ending-soon';
    log.info({ event, resource: `mandates/${id}` });
  };
}
