import { toCivilDate } from '@cups/application';
import type { Language } from '@cups/application';
import { Problem } from '@cups/problem';
import { appendHistory, assertTransition, resolveOccurTime } from '../command.ts';
import type { Actor, CommandResult } from '../command.ts';
import type { Application, ConversationMessage } from '../application.ts';
import { nextMessageNumber } from '../conversation.ts';

/** Maximum number of messages of the desk about an application, and on one day in Chisinau. */
const MAX_DESK_MESSAGES = 50;
const MAX_DESK_MESSAGES_PER_DAY = 10;

/**
 * Writes to the agency. The state stays, and the applicant does not receive it.
 * @param message.text one line of at most 2,000 characters, not empty
 * @throws Problem MESSAGES_NOT_SUPPORTED, MESSAGE_LIMIT_REACHED, and those of {@link assertTransition}
 */
export function sendMessage(
  app: Application,
  actor: Actor,
  { text, language }: { text: string; language?: Language },
): CommandResult {
  const state = assertTransition(app, 'send-message', actor);
  const messages = app.messages ?? [];
  assertBelowLimits(messages, actor.now);
  const message: ConversationMessage = {
    number: nextMessageNumber(app),
    agency: app.agency,
    author: actor.operator,
    text,
    sendTime: resolveOccurTime(app, actor),
    recordTime: actor.now,
    ...(language && { language }),
  };
  const document = appendHistory(
    { ...app, state, messages: [...messages, message] },
    app.state,
    'send-message',
    actor,
    {
      messageNumber: message.number,
    },
  );
  return { document, events: [{ type: 'ApplicationMessageSent', number: message.number }] };
}

function assertBelowLimits(messages: readonly ConversationMessage[], now: Date): void {
  const own = messages.filter(({ author }) => author.startsWith('operators/'));
  const today = own.filter(({ recordTime }) => toCivilDate(recordTime) === toCivilDate(now));
  if (own.length < MAX_DESK_MESSAGES && today.length < MAX_DESK_MESSAGES_PER_DAY) return;
  const message = `At most ${MAX_DESK_MESSAGES_PER_DAY} messages on one day and ${MAX_DESK_MESSAGES} for one application.`;
  throw new Problem({ reason: 'MESSAGE_LIMIT_REACHED', message });
}
