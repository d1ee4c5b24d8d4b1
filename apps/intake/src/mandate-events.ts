import { isUlid, resourceName } from '@cups/contracts';
import type { Log, ReceivedEvent } from '@cups/contracts';
import type { Change } from '@cups/store';
import { isErased } from './domain/data-end.ts';
import { applyMandateUpdate, markRevocation } from './domain/mandates.ts';
import type { MandateCopy } from './domain/mandates.ts';
import { decodeMandateEvent } from './event-decoder.ts';
import { toChange } from './event-encoder.ts';
import type { RpcDeps } from './rpc/deps.ts';
import { unknownMandate } from './store/mandates.ts';
import type { StoredMandate } from './store/mandates.ts';

/**
 * Handles events of cups.mandates and marks the applications of a revoked mandate. A revocation counts from the write
 * of its event: every later action reads the mandate. Its applications are marked right after that write, and again by a
 * durable timer, which finds what was in progress and completes what a crash interrupted.
 */

type MandateEventDeps = Pick<RpcDeps, 'applications' | 'mandates' | 'versions' | 'hashes' | 'now'> & { log: Log };

const BATCH_SIZE = 100;

/**
 * Handles an event of a mandate once, in the order of the mandate. An unknown mandate is remembered: a draft may name it
 * later, and then finds its revocations.
 */
export function createMandateHandler(deps: MandateEventDeps) {
  const handle = createHandler(deps, (copy, event) => {
    const update = decodeMandateEvent(event)!;
    return { document: { ...copy, ...applyMandateUpdate(copy, update, deps.now()) }, events: [] };
  });
  return async (event: ReceivedEvent): Promise<Outcome> => {
    const { outcome, mandate } = await handle(event);
    if (mandate?.timer) await markApplications(deps, mandate);
    return outcome;
  };
}

/** Handles an event of a mandate that an administrator dropped: it only counts. */
export function createDroppedMandateHandler(deps: Pick<MandateEventDeps, 'mandates' | 'now'>) {
  const count = createHandler(deps, (document) => ({ document, events: [] }));
  return async (event: ReceivedEvent): Promise<void> => void (await count(event));
}

type Outcome = 'done' | 'refused' | 'wait';

function createHandler(
  { mandates, now }: Pick<MandateEventDeps, 'mandates' | 'now'>,
  apply: (copy: StoredMandate, event: ReceivedEvent) => Change<StoredMandate>,
) {
  return async (event: ReceivedEvent): Promise<{ outcome: Outcome; mandate?: MandateCopy }> => {
    const id = event.subject.slice('mandates/'.length);
    if (!decodeMandateEvent(event) || !isUlid(id) || event.sequence === null) return { outcome: 'refused' };
    const sequence = { subject: event.subject, value: event.sequence };
    const { document, outcome } = await mandates.update(
      id,
      {
        scope: 'service',
        cause: { eventId: event.id, requestId: event.correlationId, sequence },
        now: now(),
        initial: unknownMandate(id),
      },
      (copy) => apply(copy, event),
    );
    if (outcome === 'gap') return { outcome: 'wait' };
    return outcome === 'applied' ? { outcome: 'done', mandate: document } : { outcome: 'done' };
  };
}

/** Marks the applications of a revoked mandate once more, when no action can be in progress that did not see it. */
export function createMandateTimerHandler(deps: MandateEventDeps) {
  const { mandates, now } = deps;
  return async (id: string, kind: string): Promise<void> => {
    const startTime = now();
    const mandate = await mandates.get(id, { scope: 'service' });
    if (!mandate) return;
    await markApplications(deps, mandate);
    await mandates.update(id, { scope: 'service', cause: { eventId: `timer:${kind}` }, now: now() }, (current) =>
      // Another revocation came during the sweep and set the timer again.
      current.timer && current.timer.due > startTime
        ? { document: current, events: [] }
        : { document: { ...current, timer: null }, events: [] },
    );
  };
}

/** Marks all applications that name the mandate. A repeat changes nothing. */
async function markApplications(deps: MandateEventDeps, mandate: MandateCopy): Promise<void> {
  const { applications, log } = deps;
  const name = resourceName('mandates', mandate._id);
  let count = 0;
  let after = '';
  for (;;) {
    const found = await applications.find(
      { mandates: name, _id: { $gt: after } },
      { scope: 'service', limit: BATCH_SIZE, sort: { _id: 1 }, projection: { _id: 1 } },
    );
    for (const { _id } of found) if (await markApplication(deps, _id, mandate)) count += 1;
    const last = found.at(-1);
    if (!last || found.length < BATCH_SIZE) break;
    after = last._id;
  }
  if (count > 0) log.info({ event: 'mandate-revocation-marked', resource: name, count });
}

async function markApplication(
  { applications, versions, hashes, now }: MandateEventDeps,
  id: string,
  mandate: MandateCopy,
): Promise<boolean> {
  const cause = { eventId: `revoked:${resourceName('mandates', mandate._id)}` };
  const { outcome } = await applications.update(
    id,
    { scope: 'service', cause, now: now() },
    {
      read: (app) => versions.get(app.service.versionId),
      decide: (app, { theme }) =>
        isErased(app)
          ? { document: app, events: [] }
          : toChange(app, markRevocation(app, mandate, { theme, now: now() }), hashes),
    },
  );
  return outcome === 'applied';
}
