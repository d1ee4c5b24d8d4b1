import type { Language } from '@cups/application';
import type { Application, ConversationMessage } from './application.ts';

/** The conversation of desk and agency inside an application. The applicant does not receive it. */

/**
 * Maximum number of stored messages. Desks write at most 50, and the bridge takes at most 50 from each agency, so no
 * message is lost unless an application had four agencies.
 */
const MAX_STORED_MESSAGES = 200;

/** A message as an agency wrote it. */
export interface WrittenMessage {
  /** One line, not empty. */
  text: string;
  language?: Language;
  /** Number of the message of the desk that it answers. */
  answers?: number;
}

export const nextMessageNumber = ({ messages = [] }: Pick<Application, 'messages'>): number =>
  (messages.at(-1)?.number ?? 0) + 1;

/**
 * Returns the message of an agency under the next number; undefined if the application has its maximum.
 * @param agency agencies/{code}
 */
export function receiveMessage(
  app: Pick<Application, 'messages'>,
  { text, language, answers }: WrittenMessage,
  { agency, sendTime, recordTime }: Pick<ConversationMessage, 'agency' | 'sendTime' | 'recordTime'>,
): ConversationMessage | undefined {
  const { messages = [] } = app;
  if (messages.length >= MAX_STORED_MESSAGES) return undefined;
  const isKnown = messages.some(({ number, author }) => number === answers && author.startsWith('operators/'));
  return {
    number: nextMessageNumber(app),
    agency,
    author: agency,
    text,
    sendTime,
    recordTime,
    ...(language && { language }),
    ...(isKnown && answers !== undefined ? { answers } : {}),
  };
}

/** Returns the message of an agency that the desk has neither answered nor marked as seen, if it is the last one. */
export function findOpenMessage({
  messages = [],
  queue,
}: Pick<Application, 'messages' | 'queue'>): ConversationMessage | undefined {
  const last = messages.at(-1);
  return queue?.agencyUpdateTime && last?.author.startsWith('agencies/') ? last : undefined;
}

/** Returns the messages to and from an agency, agencies/{code}. Another agency does not see them. */
export const messagesWith = ({ messages = [] }: Pick<Application, 'messages'>, agency: string): ConversationMessage[] =>
  messages.filter((message) => message.agency === agency);
