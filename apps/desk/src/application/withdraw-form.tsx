import { useEffect, useRef, useState } from 'react';
import { Printer } from 'lucide-react';
import { useLocation } from 'wouter';
import type { Application } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { printDocument } from '../print/printing.tsx';
import { WithdrawalPrintout } from '../print/withdrawal-printout.tsx';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import { APPLICATION } from '../texts/application.ts';
import { WITHDRAWAL } from '../texts/withdrawal.ts';
import type { ApplicationActionState } from './use-application-action.ts';
import styles from './application.module.css';

interface WithdrawalDraft {
  reason: string;
  proof?: 'signed' | 'unsigned' | undefined;
  /** Why it is not signed. */
  why: string;
}

interface WithdrawFormProps {
  application: Application;
  action: ApplicationActionState;
  onDone: () => void;
}

/** Asks for the proof of the person's will. A draft needs none: nobody has filed it. */
export default function WithdrawForm({ application, action: { run, busy }, onDone }: WithdrawFormProps) {
  const { t } = useLanguage();
  const isFiled = application.state !== 'draft';
  const [draft, setDraft, forget] = usePersistentState<WithdrawalDraft>('withdrawal', application.id, () => ({
    reason: '',
    why: '',
  }));
  const [isSubmitted, setIsSubmitted] = useState(false);
  const fileAgain = useFileAgain(application.id);
  const { reason, proof, why } = draft;
  const isComplete = !isFiled || proof === 'signed' || (proof === 'unsigned' && why.trim() !== '');
  const withdraw = async () => {
    setIsSubmitted(true);
    if (!isComplete) return false;
    // The write can be undone for 10 s. An undone or rejected one restores the form.
    const withdrawn = run('withdraw', toBody(draft, isFiled));
    onDone();
    if (!(await withdrawn)) return false;
    forget();
    return true;
  };
  return (
    <div className={styles.asking}>
      <p>{t(WITHDRAWAL.sure)}</p>
      <Field label={t(WITHDRAWAL.reason)}>
        <TextInput
          value={reason}
          onChange={(text) => setDraft({ ...draft, reason: text })}
          maxLength={500}
          focusOnMount
        />
      </Field>
      {isFiled && (
        <>
          <PrintStatementButton application={application} reason={reason.trim()} />
          <ProofQuestion draft={draft} setDraft={setDraft} isSubmitted={isSubmitted} />
        </>
      )}
      <div className={styles.ways}>
        <Button
          variant="danger"
          busy={busy !== undefined}
          busyText={t(APPLICATION.sending)}
          onClick={() => void withdraw()}
        >
          {t(WITHDRAWAL.yes)}
        </Button>
        {isFiled && <Button onClick={() => void withdraw().then(fileAgain)}>{t(WITHDRAWAL.fileAgain)}</Button>}
        <Button onClick={onDone}>{t(WITHDRAWAL.keep)}</Button>
      </div>
    </div>
  );
}

interface ProofQuestionProps {
  draft: WithdrawalDraft;
  setDraft: (draft: WithdrawalDraft) => void;
  isSubmitted: boolean;
}

/** Signed, or why not. */
function ProofQuestion({ draft, setDraft, isSubmitted }: ProofQuestionProps) {
  const { t } = useLanguage();
  const { proof, why } = draft;
  return (
    <>
      <Choice
        label={t(WITHDRAWAL.proof)}
        variant="segments"
        options={[
          { value: 'signed', label: t(WITHDRAWAL.signed) },
          { value: 'unsigned', label: t(WITHDRAWAL.unsigned) },
        ]}
        value={proof}
        onChange={(chosen) => setDraft({ ...draft, proof: chosen })}
        error={isSubmitted && !proof && t(WITHDRAWAL.proofNeeded)}
      />
      {proof === 'unsigned' && (
        <Field
          label={t(WITHDRAWAL.why)}
          help={t(WITHDRAWAL.whyHelp)}
          error={isSubmitted && !why.trim() && t(WITHDRAWAL.whyNeeded)}
        >
          <TextInput value={why} onChange={(text) => setDraft({ ...draft, why: text })} maxLength={500} />
        </Field>
      )}
    </>
  );
}

function toBody({ reason, proof, why }: WithdrawalDraft, isFiled: boolean): Record<string, unknown> {
  const body: Record<string, unknown> = reason.trim() ? { reason: reason.trim() } : {};
  if (isFiled)
    body['statement'] = proof === 'signed' ? { signed: true } : { signed: false, unsignedReason: why.trim() };
  return body;
}

/**
 * Returns what opens the new application after the withdrawal: the way to correct what an agency without corrections has
 * received. A clerk who has left the application meanwhile stays where they are.
 */
function useFileAgain(id: string): (isWithdrawn: boolean) => void {
  const [location, go] = useLocation();
  const current = useRef(location);
  useEffect(() => void (current.current = location), [location]);
  return (isWithdrawn) => {
    if (isWithdrawn && current.current === location) go(`/visits/correct/${id}`);
  };
}

function PrintStatementButton({ application, reason }: { application: Application; reason: string }) {
  const { t } = useLanguage();
  const catalog = useCatalog();
  const { session } = useSignedIn();
  if (!catalog) return null;
  const specialist = session.operator.displayName;
  const print = () =>
    void printDocument(<WithdrawalPrintout application={application} {...{ catalog, specialist, reason }} />);
  return (
    <div className={styles.ways}>
      <Button icon={Printer} onClick={print}>
        {t(WITHDRAWAL.print)}
      </Button>
    </div>
  );
}
