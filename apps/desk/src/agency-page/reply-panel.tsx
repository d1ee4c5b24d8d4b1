import { useState } from 'react';
import { REASON_TEXTS } from '@cups/application/texts';
import { api } from '../api/client.ts';
import { useChange } from '../api/use-change.ts';
import type { AgencyDeliveryDetails, AgencyStage } from '../api/types.ts';
import applicationStyles from '../application/application.module.css';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { AGENCY_PAGE, REPLY_TEXTS } from '../texts/agency-page.ts';
import { KEYS } from '../texts/keys.ts';
import { findIssuedResult, toCorrection } from './issued-result.ts';
import { agencyDeliveryQuery } from './queries.ts';
import { ReplyFields } from './reply-fields.tsx';
import { EMPTY_REPLY, findMissing, REPLIES, toReply } from './reply-model.ts';
import type { ReplyForm, ReplyKind } from './reply-model.ts';
import { seenSubmission } from './submissions.ts';
import styles from './agency-page.module.css';

interface ReplyPanelProps {
  /** Last part of deliveries/{id}. */
  id: string;
  stage: AgencyStage;
  details: AgencyDeliveryDetails;
  /** Called when a colleague has replied since the page was read. */
  onStale: () => void;
  /** Called when the application is another agency's. */
  onPassedOn: () => void;
}

/** What the clerk replies: the first choice of the stage is open. */
export function ReplyPanel({ id, stage, details, onStale, onPassedOn }: ReplyPanelProps) {
  const { t } = useLanguage();
  const kinds = REPLIES[stage];
  const { kind: chosen, form: typed, setKind, change: changeForm, forget } = useReplyDraft(toDraftId(id, stage));
  const first = stage === 'decided' ? undefined : kinds[0];
  // The stage may have changed since the clerk chose.
  const kind = chosen && kinds.includes(chosen) ? chosen : first;
  const isUntouched = kind === 'resultCorrected' && typed.resultKind === undefined;
  const filledIn = isUntouched ? toCorrection(findIssuedResult(details.history)) : {};
  const form = { ...typed, ...filledIn };
  const [isSubmitted, setIsSubmitted] = useState(false);
  const change = useReply(id, details, onStale);
  const missing = kind ? findMissing(kind, form, today()) : [];
  const [isAsked, setIsAsked] = useState(false);
  const send = async (isConfirmed = false) => {
    setIsSubmitted(true);
    if (!kind || missing.length > 0) return;
    if (kind === 'passedOn' && !isConfirmed) return setIsAsked(true);
    setIsAsked(false);
    const { application } = details.delivery;
    const submission = seenSubmission(details);
    const reply = toReply(kind, form, { application, submission, now: new Date().toISOString() });
    if (!(await change.submit(reply))) return;
    forget();
    setIsSubmitted(false);
    if (kind === 'passedOn') onPassedOn();
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
        onChange={(next) => (setKind(next), setIsSubmitted(false), change.clear())}
        digits
      />
      {kind && (
        <>
          <ReplyFields
            delivery={id}
            kind={kind}
            form={form}
            missing={isSubmitted ? missing : []}
            onChange={(changes) => changeForm({ ...filledIn, ...changes })}
          />
          {isAsked && <PassOnQuestion onConfirm={() => void send(true)} onClose={() => setIsAsked(false)} />}
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

/** A correction is typed apart from a decision that was not sent. */
const toDraftId = (delivery: string, stage: AgencyStage): string =>
  stage === 'decided' ? `${delivery}-decided` : delivery;

/** Asks before the application leaves the agency, which then can no longer read it. */
function PassOnQuestion({ onConfirm, onClose }: { onConfirm: () => void; onClose: () => void }) {
  const { t } = useLanguage();
  return (
    <Dialog title={t(AGENCY_PAGE.passOnQuestion)} onClose={onClose}>
      <p>{t(AGENCY_PAGE.passOnEffect)}</p>
      <div className={applicationStyles.ways}>
        <Button variant="filled" onClick={onConfirm}>
          {t(AGENCY_PAGE.passOn)}
        </Button>
        <Button onClick={onClose}>{t(AGENCY_PAGE.keep)}</Button>
      </div>
    </Dialog>
  );
}

interface ReplyDraft {
  /** The chosen reply; undefined for the first one of the stage. */
  kind?: ReplyKind;
  form: ReplyForm;
}

const EMPTY_DRAFT: ReplyDraft = { form: EMPTY_REPLY };

/** A file that is being sent cannot continue once its form is closed, and is chosen again. */
function toStoredDraft(draft: ReplyDraft): ReplyDraft {
  const { resultFile } = draft.form;
  return resultFile?.state === 'sending' ? { ...draft, form: { ...draft.form, resultFile: undefined } } : draft;
}

/**
 * What the clerk has typed and not sent. It stays while another application is open. A reload ends it, and the browser asks
 * before: the store of an agency's clerk, who has no centre, is in memory.
 */
function useReplyDraft(delivery: string) {
  const [draft, setDraft, remove] = usePersistentState('reply', delivery, () => EMPTY_DRAFT, toStoredDraft);
  return {
    kind: draft.kind,
    form: draft.form,
    setKind: (kind: ReplyKind | undefined) => kind && setDraft((now) => ({ ...now, kind })),
    // An upload reports its end to the form of that moment, not to the one in which it began.
    change: (changes: Partial<ReplyForm>) => setDraft((now) => ({ ...now, form: { ...now.form, ...changes } })),
    forget() {
      setDraft(EMPTY_DRAFT);
      remove();
    },
  };
}

type Reply = ReturnType<typeof toReply>;

/** Sends replies, each for the delivery as the clerk sees it. */
function useReply(id: string, { delivery: { replyEtag } }: AgencyDeliveryDetails, onStale: () => void) {
  return useChange({
    async send({ type, content }: Reply, key): Promise<true> {
      await api.POST('/api/v1/deliveries/{delivery}/replies', {
        params: { path: { delivery: id }, header: { 'Idempotency-Key': key } },
        // No part of the change: a repeat keeps its key although the page has read the delivery again.
        body: { type, content, ...(replyEtag && { replyEtag }) },
      });
      return true;
    },
    queryKeys: [agencyDeliveryQuery(id).queryKey, ['agency-queue']],
    textOf(error) {
      if (error.reason !== 'ETAG_STALE') return REASON_TEXTS[error.reason];
      onStale();
      return AGENCY_PAGE.meanwhile;
    },
  });
}
