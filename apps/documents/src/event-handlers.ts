import type { ReceivedEvent } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import { isProblem } from '@cups/problem';
import { applyChange } from './domain/application-facts.ts';
import { decodeApplicationEvent } from './event-decoder.ts';
import type { ApplicationEvent } from './event-decoder.ts';
import { newApplicationRecord } from './store.ts';
import type { ApplicationRecords } from './store.ts';

export interface ApplicationEventDeps {
  applications: ApplicationRecords;
  now: () => Date;
}

/**
 * Returns the handler of cups.applications. It keeps the latest facts, so that a repeated event changes nothing and no
 * sequence is counted: an event without facts then costs no write.
 */
export function createApplicationEventHandler(
  deps: ApplicationEventDeps,
): (event: ReceivedEvent) => Promise<HandlerResult> {
  return async (event) => {
    const decoded = decodeApplicationEvent(event);
    if (!decoded) return 'refused';
    if (decoded.change.kind === 'nothing') return 'done';
    if (decoded.change.kind === 'submitted' && (await insertFacts(decoded, event, deps))) return 'done';
    await updateFacts(decoded, event, deps);
    return 'done';
  };
}

/** Inserts the facts of a filed application, which usually has none yet. @returns false if it has */
async function insertFacts(
  { application, change, ...ref }: ApplicationEvent,
  { id: eventId }: ReceivedEvent,
  { applications, now }: ApplicationEventDeps,
): Promise<boolean> {
  const time = now();
  const facts = applyChange(newApplicationRecord(application), ref, change, time);
  try {
    await applications.create(facts, { scope: 'service', cause: { eventId }, now: time, events: [] });
    return true;
  } catch (error) {
    if (isProblem(error) && error.kind === 'EXISTS') return false;
    throw error;
  }
}

async function updateFacts(
  { application, change, ...ref }: ApplicationEvent,
  { id: eventId }: ReceivedEvent,
  { applications, now }: ApplicationEventDeps,
): Promise<void> {
  const time = now();
  const initial = newApplicationRecord(application);
  const options = { scope: 'service' as const, cause: { eventId }, now: time, initial };
  await applications.update(application, options, (facts) => ({
    document: applyChange(facts, ref, change, time),
    events: [],
  }));
}
