import { useState } from 'react';
import { FilePen, Phone, Receipt } from 'lucide-react';
import { useLocation } from 'wouter';
import { ACTION_TEXTS, TELLING_TEXTS } from '@cups/application/texts';
import type { Application, ApplicationFile } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import type { Spoken } from '../language/language.tsx';
import { money } from '../language/money.ts';
import type { Write } from '../outbox/outbox.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { FILE } from '../texts/application.ts';
import { KEYS } from '../texts/keys.ts';
import { MainPaper } from './paper-buttons.tsx';
import { Documents } from './documents.tsx';
import { Payment } from './payment.tsx';
import { useAct } from './use-act.ts';
import type { Acting } from './use-act.ts';
import styles from './application.module.css';

/** Exactly the moves that the platform permits now; the first is the next step, the others are quieter. */

/** Where there is something that the person is to know. */
const TOLD_IN: readonly string[] = ['documents-requested', 'ready', 'rejected'];

type Asking = 'withdraw' | 'tell' | 'record-payment';

export function Acts({ file }: { file: ApplicationFile }) {
  const { t } = useLanguage();
  const { application } = file;
  const { id, allowedActions } = application;
  const [, go] = useLocation();
  const acting = useAct(id);
  const [asking, setAsking] = useState<Asking>();
  const may = (action: (typeof allowedActions)[number]) => allowedActions.includes(action);
  const done = () => setAsking(undefined);
  // One filled button a screen: while something is asked, that of its answer.
  const main = asking === undefined ? 'filled' : 'outlined';
  const handOver = () => go(`/applications/${id}/hand-over`);
  useKeys([may('hand-over') && { code: 'KeyH', says: KEYS.handOver, does: handOver }]);
  useKeys([may('hand-over') && { code: 'Ctrl+Enter', says: KEYS.main, does: handOver }]);
  return (
    <>
      {may('supply-documents') && <Documents file={file} acting={acting} />}
      <div className={styles.ways}>
        {may('edit') && (
          <Button look={main} icon={FilePen} onClick={() => go(`/visits/resume/${id}`)}>
            {t(ACTION_TEXTS.edit)}
          </Button>
        )}
        {may('hand-over') && (
          <Button look={main} cap="KeyH" onClick={handOver}>
            {t(ACTION_TEXTS['hand-over'])}
          </Button>
        )}
        {may('confirm-outcome') && (
          <Button look={main} onClick={handOver}>
            {t(ACTION_TEXTS['confirm-outcome'])}
          </Button>
        )}
        {TOLD_IN.includes(application.state) && !acting.waits('told') && (
          <Button icon={Phone} onClick={() => setAsking('tell')}>
            {t(FILE.told)}
          </Button>
        )}
        {may('record-payment') && !acting.waits('payment') && (
          <Button icon={Receipt} onClick={() => setAsking('record-payment')}>
            {t(FILE.pay)}
          </Button>
        )}
        {may('correct') && <Button onClick={() => go(`/visits/correct/${id}`)}>{t(FILE.correct)}</Button>}
        <MainPaper file={file} />
        {may('withdraw') && asking !== 'withdraw' && (
          <span className={styles.last}>
            <Button look="danger" onClick={() => setAsking('withdraw')}>
              {t(FILE.withdraw)}
            </Button>
          </span>
        )}
      </div>
      <Asked asking={asking} application={application} acting={acting} onDone={done} />
      <Held acting={acting} onUndone={setAsking} />
    </>
  );
}

interface AskedProps extends AskingProps {
  asking: Asking | undefined;
  application: Application;
}

/** What a move needs to know is asked under it. */
function Asked({ asking, application, acting, onDone }: AskedProps) {
  return (
    <>
      {asking === 'withdraw' && <Withdraw acting={acting} onDone={onDone} />}
      {asking === 'tell' && <Tell acting={acting} onDone={onDone} />}
      {asking === 'record-payment' && <Payment application={application} acting={acting} onDone={onDone} />}
      {(acting.fault || acting.stale) && (
        <p role="alert" className={styles.fault}>
          {acting.fault || acting.stale}
        </p>
      )}
    </>
  );
}

interface HeldProps {
  acting: Acting;
  /** What was asked is asked again, with what was said. */
  onUndone: (asking: Asking) => void;
}

/** What was just done and can be taken back while it has not gone out. */
function Held({ acting: { held, undo }, onUndone }: HeldProps) {
  const { t } = useLanguage();
  const back = (asking: Asking) => {
    undo();
    onUndone(asking);
  };
  return (
    <div role="status">
      {held?.kind === 'told' && <HeldLine says={sayTold(held, t)} onUndo={() => back('tell')} />}
      {held?.kind === 'payment' && <HeldLine says={sayPaid(held, t)} onUndo={() => back('record-payment')} />}
    </div>
  );
}

function HeldLine({ says, onUndo }: { says: string; onUndo: () => void }) {
  const { t } = useLanguage();
  return (
    <p className={styles.held}>
      <span>
        <strong>{says}</strong> {t(FILE.held)}
      </span>
      <Button onClick={onUndo}>{t(FILE.undo)}</Button>
    </p>
  );
}

const sayTold = ({ body }: Write, t: Spoken['t']): string =>
  `${t(FILE.told)}: ${t(TELLING_TEXTS[body['how'] as (typeof HOW)[number]])}.`;

function sayPaid({ body }: Write, t: Spoken['t']): string {
  const { amount, receiptNumber } = body as Pick<NonNullable<Application['payment']>, 'amount' | 'receiptNumber'>;
  return `${t(FILE.paid)}: ${t(FILE.paidBy, { amount: money(amount), number: receiptNumber })}.`;
}

interface AskingProps {
  acting: Acting;
  onDone: () => void;
}

/** Asked in place, never in a window over the page. */
function Withdraw({ acting: { act, busy }, onDone }: AskingProps) {
  const { t } = useLanguage();
  const [reason, setReason] = useState('');
  const withdraw = async () => {
    if (await act('withdraw', reason.trim() ? { reason: reason.trim() } : {})) onDone();
  };
  return (
    <div className={styles.asking}>
      <p>{t(FILE.withdrawSure)}</p>
      <Field label={t(FILE.withdrawWhy)}>
        <TextInput value={reason} onChange={setReason} maxLength={500} first />
      </Field>
      <div className={styles.ways}>
        <Button look="danger" busy={busy !== undefined} doing={t(FILE.sending)} onClick={() => void withdraw()}>
          {t(FILE.withdrawYes)}
        </Button>
        <Button onClick={onDone}>{t(FILE.keep)}</Button>
      </div>
    </div>
  );
}

const HOW = ['phone', 'in-person', 'slip'] as const;

/** How the person was told is chosen, by keys too, and then confirmed. */
function Tell({ acting: { act }, onDone }: AskingProps) {
  const { t } = useLanguage();
  const [how, setHow] = useState<(typeof HOW)[number]>();
  const [tried, setTried] = useState(false);
  const tell = () => {
    setTried(true);
    if (!how) return;
    void act('told', { how });
    onDone();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), tell())}>
      <Choice
        label={t(FILE.toldHow)}
        look="segments"
        digits
        options={HOW.map((value) => ({ value, says: t(TELLING_TEXTS[value]) }))}
        value={how}
        onChange={setHow}
        error={tried && !how && t(FILE.toldChoose)}
      />
      <div className={styles.ways}>
        <Button type="submit">{t(FILE.toldSave)}</Button>
        <Button look="text" onClick={onDone}>
          {t(FILE.leave)}
        </Button>
      </div>
    </form>
  );
}
