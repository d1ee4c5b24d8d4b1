import { hasOpenPlaceholder } from '@cups/application/placeholders';
import { RULE_TEXTS } from '@cups/application/texts';
import { api } from '../api/client.ts';
import type { AgencyDeliveryDetails, ConversationMessage } from '../api/types.ts';
import { useChange } from '../api/use-change.ts';
import { MessageBox } from '../conversation/message-box.tsx';
import { MessageList } from '../conversation/message-list.tsx';
import conversationStyles from '../conversation/conversation.module.css';
import { useLanguage } from '../language/language.tsx';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { useAgencyNames } from '../queue/agency-names.ts';
import { CONVERSATION } from '../texts/conversation.ts';
import { agencyDeliveryQuery } from './queries.ts';
import { MESSAGE_TYPE } from './reply-types.ts';
import { seenSubmission } from './submissions.ts';

/** Messages between the agency and the desk. Each message of a clerk is a reply of the agency contract. */
export function AgencyConversation({ id, details }: { id: string; details: AgencyDeliveryDetails }) {
  const { t } = useLanguage();
  const { long } = useAgencyNames();
  const { delivery, messages = [], ownApplication } = details;
  const isWritable = delivery.stage !== 'ended' && !ownApplication;
  if (messages.length === 0 && !isWritable) return null;
  const nameOf = ({ author = '' }: ConversationMessage) => (author ? long(author) : t(CONVERSATION.centre));
  return (
    <section className={conversationStyles.panel}>
      <h2>{t(CONVERSATION.withDesk)}</h2>
      <MessageList messages={messages} nameOf={nameOf} isOwn={({ author = '' }) => author.startsWith('agencies/')} />
      {isWritable && <Box id={id} details={details} />}
    </section>
  );
}

function Box({ id, details }: { id: string; details: AgencyDeliveryDetails }) {
  const { delivery, messages = [] } = details;
  const { t, language } = useLanguage();
  const [text, setText, forget] = usePersistentState('message', id, () => '');
  const change = useChange({ send: sendMessage(id), queryKeys: [agencyDeliveryQuery(id).queryKey, ['agency-queue']] });
  const isUnfilled = hasOpenPlaceholder(text);
  const send = async () => {
    if (isUnfilled) return;
    // The newest message of the desk, if the agency has not written since.
    const newest = messages.at(-1);
    const answersNumber = newest && !newest.author ? newest.number : undefined;
    const content = {
      application: delivery.application,
      submission: seenSubmission(details),
      text: text.trim().replaceAll(/\s+/g, ' '),
      language,
      ...(answersNumber === undefined ? {} : { answersNumber }),
    };
    if (!(await change.submit(content))) return;
    setText('');
    forget();
  };
  return (
    <MessageBox
      label={t(CONVERSATION.toDesk)}
      text={text}
      onChange={setText}
      onSend={() => void send()}
      busy={change.busy}
      errorText={isUnfilled ? t(RULE_TEXTS.OPEN_PLACEHOLDER) : change.errorText}
    />
  );
}

const sendMessage =
  (delivery: string) =>
  async (content: Record<string, unknown>, key: string): Promise<true> => {
    await api.POST('/api/v1/deliveries/{delivery}/replies', {
      params: { path: { delivery }, header: { 'Idempotency-Key': key } },
      body: { type: MESSAGE_TYPE, content },
    });
    return true;
  };
