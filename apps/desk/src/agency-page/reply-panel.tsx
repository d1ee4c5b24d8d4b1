import { useState } from 'react';
import { api } from '../api/client.ts';
import { useChange } from '../api/use-change.ts';
import type { AgencyDeliveryDetails, AgencyStage } from '../api/types.ts';
import applicationStyles from '../application/application.module.css';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { AGENCY_PAGE, REPLY_TEXTS } from '../texts/agency-page.ts';
import { KEYS } from '../texts/keys.ts';
import { agencyDeliveryQuery } from './queries.ts';
import { ReplyFields } from './reply-fields.tsx';
import { EMPTY_REPLY, findMissing, REPLIES, toReply } from './reply-model.ts';
import type { ReplyForm, ReplyKind } from './reply-model.ts';
import styles from './agency-page.module.css';

interface ReplyPanelProps {
  /** Last part of deliveries/{id}. */
  id: string;
  stage: AgencyStage;
  details: AgencyDeliveryDetails;
}

/** What the clerk replies: the first choice of the stage is open. */
export function ReplyPanel({ id, stage, details }: ReplyPanelProps) {
  const { t } = useLanguage();
  const kinds = REPLIES[stage];
  const [kind, setKind] = useState<ReplyKind | undefined>(stage === 'decided' ? undefined : kinds[0]);
  const [form, setForm] = useState<ReplyForm>(EMPTY_REPLY);
  const [isSubmitted, setIsSubmitted] = useState(false);
  const change = useChange({ send: sendReply(id), queryKeys: [agencyDeliveryQuery(id).queryKey, ['agency-queue']] });
  const missing = kind ? findMissing(kind, form, today()) : [];
  const send = async () => {
    setIsSubmitted(true);
    if (!kind || missing.length > 0) return;
    const { application, submission = 1 } = details.delivery;
    const reply = toReply(kind, form, { application, submission, now: new Date().toISOString() });
    if (!(await change.submit(reply))) return;
    setForm(EMPTY_REPLY);
    setIsSubmitted(false);
  };
  useKeys([kind !== undefined && { code: 'Ctrl+Enter', label: KEYS.main, run: () => void send() }]);
  if (kinds.length === 0) return null;
  return (
    <form className={styles.reply} onSubmit={(event) => (event.preventDefault(), void send())}>
      {stage === 'documents-requested' && <p className={applicationStyles.quiet}>{t(AGENCY_PAGE.waits)}</p>}
      <Choice
        label={t(AGENCY_PAGE.whatToDo)}
        variant="segments"
        options={kinds.map((value) => ({ value, label: t(REPLY_TEXTS[value]) }))}
        value={kind}
        onChange={(chosen) => (setKind(chosen), setIsSubmitted(false), change.clear())}
        digits
      />
      {kind && (
        <>
          <ReplyFields
            delivery={id}
            kind={kind}
            form={form}
            missing={isSubmitted ? missing : []}
            onChange={(changes) => setForm((before) => ({ ...before, ...changes }))}
          />
          {change.errorText && (
            <p role="alert" className={applicationStyles.fault}>
              {change.errorText}
            </p>
          )}
          <div className={applicationStyles.ways}>
            <Button
              type="submit"
              variant="filled"
              cap="Ctrl+Enter"
              busy={change.busy}
              busyText={t(AGENCY_PAGE.sending)}
            >
              {t(REPLY_TEXTS[kind])}
            </Button>
          </div>
        </>
      )}
    </form>
  );
}

type Reply = ReturnType<typeof toReply>;

const sendReply =
  (delivery: string) =>
  async ({ type, content }: Reply, key: string): Promise<true> => {
    await api.POST('/api/v1/deliveries/{delivery}/replies', {
      params: { path: { delivery }, header: { 'Idempotency-Key': key } },
      body: { type, content },
    });
    return true;
  };
