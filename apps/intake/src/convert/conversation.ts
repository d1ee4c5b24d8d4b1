import { toTimestamp } from '@cups/contracts/proto';
import type { ConversationMessage as MessageOut } from '@cups/contracts/gen/cups/intake/v1/ConversationMessage.ts';
import type { ConversationMessage } from '../domain/application.ts';

export function toConversationMessage({
  number,
  author,
  text,
  language,
  sendTime,
  answers = 0,
}: ConversationMessage): MessageOut {
  return { number, author, text, language: language ?? '', sendTime: toTimestamp(sendTime), answers };
}

/** Returns the message as its agency sees it: never who wrote it at the desk. */
export function toAgencyView(message: ConversationMessage): MessageOut {
  const { author } = message;
  return { ...toConversationMessage(message), author: author.startsWith('agencies/') ? author : '' };
}
