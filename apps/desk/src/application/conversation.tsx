import { useEffect, useRef } from 'react';
import type { ApplicationDetails, ConversationMessage } from '../api/types.ts';
import { MessageBox } from '../conversation/message-box.tsx';
import { MessageList } from '../conversation/message-list.tsx';
import { REPLY_FRAGMENT } from '../conversation/reply-fragment.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { useSyncStatus } from '../outbox/use-outbox.ts';
import { useAgencyNames } from '../queue/agency-names.ts';
import { CONVERSATION } from '../texts/conversation.ts';
import { nameActor } from './operator-name.ts';
import { useApplicationAction } from './use-application-action.ts';
import styles from './application.module.css';
import conversationStyles from '../conversation/conversation.module.css';

/** Messages between the desk and the agency. Shown once there is one, or while the desk may write. */
export default function Conversation({ details: { application, operators } }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const { long } = useAgencyNames();
  const { pending } = useSyncStatus(application.id);
  const messages = application.messages ?? [];
  const unsent = pending.filter(({ kind }) => kind === 'messages');
  const isWritable = application.allowedActions.includes('send-message');
  if (messages.length === 0 && unsent.length === 0 && !isWritable) return null;
  const nameOf = ({ author = '' }: ConversationMessage) =>
    t(nameActor(author, operators, (agency) => ({ ro: long(agency) })));
  return (
    <section className={conversationStyles.panel}>
      <div className={styles.sideHead}>
        <h2>{t(CONVERSATION.withAgency)}</h2>
        <span>{t(CONVERSATION.notThePerson)}</span>
      </div>
      {messages.length > 0 && (
        <MessageList messages={messages} nameOf={nameOf} isOwn={({ author = '' }) => author.startsWith('operators/')} />
      )}
      {unsent.map(({ key, body }) => (
        <div key={key} className={styles.note}>
          <p>{t(CONVERSATION.pending)}</p>
          <p>{String(body['text'])}</p>
        </div>
      ))}
      {isWritable && <Box application={application.id} />}
    </section>
  );
}

function Box({ application }: { application: string }) {
  const { t, language } = useLanguage();
  const action = useApplicationAction(application);
  const [text, setText, forget] = usePersistentState('message', application, () => '');
  const latest = useRef(text);
  useEffect(() => {
    latest.current = text;
  });
  async function send(): Promise<void> {
    const message = text.trim();
    // The outbox stores it from here. A rejected message returns to the box, before newer text.
    setText('');
    forget();
    const sent = await action.run('messages', { text: message, language });
    if (!sent) setText([message, latest.current].filter(Boolean).join(' '));
  }
  const box = useRef<HTMLDivElement>(null);
  const focus = () => box.current?.querySelector('textarea')?.focus();
  useKeys([{ code: 'KeyM', label: CONVERSATION.toAgency, run: focus }]);
  // The preview of the queue opens the application here.
  useEffect(() => {
    if (window.location.hash !== REPLY_FRAGMENT) return;
    window.history.replaceState(window.history.state, '', window.location.pathname);
    focus();
  }, []);
  return (
    <div ref={box}>
      <MessageBox
        label={t(CONVERSATION.toAgency)}
        text={text}
        onChange={setText}
        onSend={() => void send()}
        busy={action.busy === 'messages'}
        errorText={action.errorText}
      />
    </div>
  );
}
