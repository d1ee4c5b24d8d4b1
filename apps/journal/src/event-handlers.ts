import type { ReceivedEvent } from '@cups/contracts';
import type { HandlerResult } from '@cups/events';
import type { Appender } from './appender.ts';
import type { Entry } from './log/entry.ts';
import { decodeEntry } from './event-decoder.ts';

/** Handlers of cups.journal.{service}: entries count within their subject, but a gap keeps none of them back. */
export const createEntryHandlers = (appender: Pick<Appender, 'append'>) => ({
  handle: async (event: ReceivedEvent): Promise<HandlerResult> => (await handleMany([event], appender))[0]!,
  handleMany: (events: ReceivedEvent[]) => handleMany(events, appender),
});

async function handleMany(
  events: readonly ReceivedEvent[],
  appender: Pick<Appender, 'append'>,
): Promise<HandlerResult[]> {
  const decoded = events.map(decodeEntry);
  const entries = decoded.filter((result): result is Entry => 'resource' in result);
  if (entries.length > 0) await appender.append(entries);
  return decoded.map((result) => ('resource' in result ? 'done' : result));
}
