import type { ConversationMessage } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import styles from './conversation.module.css';

interface MessageListProps {
  messages: readonly ConversationMessage[];
  nameOf: (message: ConversationMessage) => string;
  isOwn: (message: ConversationMessage) => boolean;
}

/** Messages of both sides, oldest first. Their texts are shown as they came, in the language of the writer. */
export function MessageList({ messages, nameOf, isOwn }: MessageListProps) {
  return (
    <ol className={styles.messages}>
      {messages.map((message) => (
        <li key={message.number} className={isOwn(message) ? styles.own : styles.other}>
          <p className={styles.about}>
            {nameOf(message)} · <time dateTime={message.sendTime}>{formatDayAndTime(message.sendTime)}</time>
          </p>
          <p lang={message.language}>{message.text}</p>
        </li>
      ))}
    </ol>
  );
}
