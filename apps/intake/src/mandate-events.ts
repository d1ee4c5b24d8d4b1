import { isUlid, resourceName } from '@cups/contracts';
import type { Log, ReceivedEvent } from '@cups/contracts';
import type { Change } from '@cups/store';
import { applyMandateUpdate, markRevocation } from './domain/mandates.ts';
import type { MandateCopy } from './domain/mandates.ts';
import { decodeMandateEvent } from './event-decoder.ts';
import { toChange } from './event-encoder.ts';
import type { RpcDeps } from './rpc/deps.ts';
import { unknownMandate } from './store/mandates.ts';
import type { StoredMandate } from './store/mandates.ts';

/**
 * Handles events of cups.mandates and marks the applications of a revoked mandate. A revocation counts from the write
 * of its event: every later action reads the mandate. Marking follows by a durable timer, so that a mandate with many
 * applications delays no other event.
 */

type MandateEventDeps = Pick<RpcDeps, 'applications' | 'mandates' | 'versions' | 'hashes' | 'now'> & { log: Log };

/** An action that read the mandate before the revocation was written has ended by then: calls have shorter deadlines. */
const LAST_ACTION_MS = 60_000;
const BATCH_SIZE = 100;

/**
 * Handles an event of a mandate once, in the order of the mandate. An unknown mandate is remembered: a draft may name it
 * later, and then finds its revocations.
 */
export const createMandateHandler = (deps: Pick<MandateEventDeps, 'mandates' | 'now'>) =>
  createHandler(deps, (copy, event) => {
    const update = decodeMandateEvent(event)!;
    return { document: { ...copy, ...applyMandateUpdate(copy, update, deps.now()) }, events: [] };
  });

/** Handles an event of a mandate that an administrator dropped: it only counts. */
export function createDroppedMandateHandler(deps: Pick<MandateEventDeps, 'mandates' | 'now'>) {
  const count = createHandler(deps, (document) => ({ document, events: [] }));
  return async (event: ReceivedEvent): Promise<void> => void (await count(event));
}

function createHandler(
  { mandates, now }: Pick<MandateEventDeps, 'mandates' | 'now'>,
  apply: (copy: StoredMandate, event: ReceivedEvent) => Change<StoredMandate>,
) {
  return async (event: ReceivedEvent): Promise<'done' | 'refused' | 'wait'> => {
    const id = event.subject.slice('mandates/'.length);
    if (!decodeMandateEvent(event) || !isUlid(id) || event.sequence === null) return 'refused';
    const sequence = { subject: event.subject, value: event.sequence };
    const { outcome } = await mandates.update(
      id,
      {
        scope: 'service',
        cause: { eventId: event.id, requestId: event.correlationId, sequence },
        now: now(),
        initial: unknownMandate(id),
      },
      (copy) => apply(copy, event),
    );
    return outcome === 'gap' ? 'wait' : 'done';
  };
}

/**
 * Marks the applications of a revoked mandate, and does it again once no action can be in progress that did not see the
 * revocation.
 */
export function createMandateTimerHandler(deps: MandateEventDeps) {
  const { mandates, now, log } = deps;
  return async (id: string, kind: string): Promise<void> => {
    const startTime = now();
    const mandate = await mandates.get(id, { scope: 'service' });
    if (!mandate) return;
    const count = await markApplications(deps, mandate);
    if (count > 0) log.info({ event: 'mandate-revocation-marked', resource: resourceName('mandates', id), count });
    await mandates.update(id, { scope: 'service', cause: { eventId: `timer:${kind}` }, now: now() }, (current) => ({
      document: { ...current, timer: nextTimer(current, mandate, startTime) },
      events: [],
    }));
  };
}

/** Returns the timer after a sweep that started at a time, or null when all actions are marked. */
function nextTimer(
  { revocations, timer }: MandateCopy,
  swept: MandateCopy,
  startTime: Date,
): NonNullable<MandateCopy['timer']> | null {
  // Another revocation came during the sweep.
  if (timer && revocations.length > swept.revocations.length) return { kind: timer.kind, due: startTime };
  const newest = Math.max(...revocations.map(({ recordTime }) => recordTime.getTime()));
  const due = new Date(newest + LAST_ACTION_MS);
  return startTime < due ? { kind: 'mark-applications', due } : null;
}

/** Marks all applications that name the mandate. Returns the number of changed ones. */
async function markApplications(deps: MandateEventDeps, mandate: MandateCopy): Promise<number> {
  const { applications } = deps;
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
    if (!last || found.length < BATCH_SIZE) return count;
    after = last._id;
  }
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
      decide: (app, { theme }) => toChange(app, markRevocation(app, mandate, { theme, now: now() }), hashes),
    },
  );
  return outcome === 'applied';
}
