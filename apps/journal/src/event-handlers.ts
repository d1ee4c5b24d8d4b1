import type { ReceivedEvent, Refusal } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import type { Appender } from './appender.ts';
import type { Entry } from './log/entry.ts';
import { decodeEntry } from './event-decoder.ts';

/** Handlers of cups.journal.{service}: entries count within their subject, but a gap keeps none of them back. */
export const createEntryHandlers = (appender: Pick<Appender, 'append'>) => ({
  handle: async (event: ReceivedEvent): Promise<HandlerResult> => (await handleMany([event], appender))[0]!,
  handleMany: (events: ReceivedEvent[]) => handleMany(events, appender),
});

/** Refusal of an entry whose number another event has. */
const NUMBER_USED: Refusal = { cause: 'ENTRY_NUMBER_USED', fields: ['ce_sequence'] };

async function handleMany(
  events: readonly ReceivedEvent[],
  appender: Pick<Appender, 'append'>,
): Promise<HandlerResult[]> {
  const decoded = events.map(decodeEntry);
  const entries = decoded.filter((result): result is Entry => 'resource' in result);
  const conflicting = entries.length > 0 ? await appender.append(entries) : new Set<Entry>();
  return decoded.map((result) => {
    if (!('resource' in result)) return result;
    return conflicting.has(result) ? NUMBER_USED : 'done';
  });
}
