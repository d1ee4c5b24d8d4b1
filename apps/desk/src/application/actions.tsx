import { Suspense, useState } from 'react';
import { Contact, FilePen, Phone, Receipt } from 'lucide-react';
import { useLocation } from 'wouter';
import { ACTION_TEXTS, NOTIFICATION_METHOD_TEXTS } from '@cups/application/texts';
import type { Application, ApplicationDetails } from '../api/types.ts';
import { CollectionPlace } from '../collections/collection-place.tsx';
import { useKeys } from '../keys/keys.tsx';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import type { LanguageContextValue } from '../language/language.tsx';
import { lazyScreen } from '../lazy-screens.ts';
import { formatMoney } from '../language/money.ts';
import type { Write } from '../outbox/write.ts';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { APPLICATION } from '../texts/application.ts';
import { APPLICATION_FACTS } from '../texts/application-facts.ts';
import { KEYS } from '../texts/keys.ts';
import { WITHDRAWAL } from '../texts/withdrawal.ts';
import { PrintMainButton } from './print-buttons.tsx';
import { ConfirmArrivalButton } from './confirm-arrival-button.tsx';
import { DocumentRequestForm } from './document-request-form.tsx';
import { PaymentForm } from './payment-form.tsx';
import { useApplicationAction } from './use-application-action.ts';
import type { ApplicationActionState } from './use-application-action.ts';
import styles from './application.module.css';

/** The actions that the platform allows now. The first is the next step; the others are less prominent. */

/** States in which the applicant has to be notified. */
const NOTIFIABLE_STATES: readonly string[] = ['documents-requested', 'ready', 'rejected'];

/** Loaded later: few applications need it. */
const PassingOnQuestion = lazyScreen(() => import('./passing-on.tsx'));
const ContactForm = lazyScreen(() => import('./contact-form.tsx'));
const WithdrawForm = lazyScreen(() => import('./withdraw-form.tsx'));

type ActionForm = 'withdraw' | 'notify-person' | 'record-payment' | 'change-contact';

export function ApplicationActions({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const { application } = details;
  const { id, allowedActions } = application;
  const [, go] = useLocation();
  const action = useApplicationAction(id);
  const { activeForm, setActiveForm, closeForm } = useActionForm();
  const isAllowed = (kind: (typeof allowedActions)[number]) => allowedActions.includes(kind);
  // One filled button per screen: an open form has its own.
  const isElsewhere = application.collectionCentre !== undefined && NOTIFIABLE_STATES.includes(application.state);
  // Another centre takes the next step.
  const mainVariant = activeForm === undefined && !isElsewhere ? 'filled' : 'outlined';
  const handOver = () => go(`/applications/${id}/hand-over`);
  const canConfirmArrival = isAllowed('confirm-arrival') && !action.isPending('confirm-arrival');
  const isHandOverMain = isAllowed('hand-over') && !canConfirmArrival;
  useKeys([
    isAllowed('hand-over') && { code: 'KeyH', label: KEYS.handOver, run: handOver },
    isHandOverMain && { code: 'Ctrl+Enter', label: KEYS.main, run: handOver },
  ]);
  return (
    <>
      {isAllowed('consent-to-passing-on') && <PassingOn application={application} action={action} />}
      {isAllowed('supply-documents') && <DocumentRequestForm details={details} action={action} />}
      <CollectionPlace
        application={application}
        canChoose={isAllowed('choose-collection-centre') && application.delivery?.kind !== 'post'}
        onChoose={(centre) => void action.run('collection-centre', { centre })}
      />
      <div className={styles.ways}>
        {isAllowed('edit') && (
          <Button variant={mainVariant} icon={FilePen} onClick={() => go(`/visits/resume/${id}`)}>
            {t(ACTION_TEXTS.edit)}
          </Button>
        )}
        {canConfirmArrival && <ConfirmArrivalButton variant={mainVariant} action={action} />}
        {isAllowed('hand-over') && (
          <Button variant={canConfirmArrival ? 'outlined' : mainVariant} cap="KeyH" onClick={handOver}>
            {t(ACTION_TEXTS['hand-over'])}
          </Button>
        )}
        {isAllowed('confirm-outcome') && (
          <Button variant={mainVariant} onClick={handOver}>
            {t(ACTION_TEXTS['confirm-outcome'])}
          </Button>
        )}
        {NOTIFIABLE_STATES.includes(application.state) && !action.isPending('person-notifications') && (
          <Button icon={Phone} onClick={() => setActiveForm('notify-person')}>
            {t(APPLICATION.markNotified)}
          </Button>
        )}
        {isAllowed('record-payment') && !action.isPending('payment') && (
          <PaymentButton onClick={() => setActiveForm('record-payment')} />
        )}
        {isAllowed('change-contact') && <ContactButton onClick={() => setActiveForm('change-contact')} />}
        {isAllowed('correct-submission') && !action.isPending('correct') && <CorrectionButton id={id} />}
        {isAllowed('correct') && <Button onClick={() => go(`/visits/correct/${id}`)}>{t(APPLICATION.correct)}</Button>}
        {/* The form of a withdrawal prints its own statement. */}
        {activeForm !== 'withdraw' && <PrintMainButton details={details} />}
        {isAllowed('withdraw') && activeForm !== 'withdraw' && !action.isPending('withdraw') && (
          <span className={styles.last}>
            <Button variant="danger" onClick={() => setActiveForm('withdraw')}>
              {t(APPLICATION.withdraw)}
            </Button>
          </span>
        )}
      </div>
      <ActiveForm activeForm={activeForm} application={application} action={action} onDone={closeForm} />
      <UndoBar action={action} onUndone={setActiveForm} />
    </>
  );
}

function PassingOn({ application, action }: { application: Application; action: ApplicationActionState }) {
  if (action.isPending('passing-on')) return null;
  return (
    <Suspense fallback={null}>
      <PassingOnQuestion application={application} action={action} />
    </Suspense>
  );
}

function CorrectionButton({ id }: { id: string }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  return (
    <Button icon={FilePen} onClick={() => go(`/applications/${id}/correct`)}>
      {t(ACTION_TEXTS['correct-submission'])}
    </Button>
  );
}

/** The form that is open below the buttons, if any. Esc closes it. */
function useActionForm() {
  const [activeForm, setActiveForm] = useState<ActionForm>();
  const closeForm = () => setActiveForm(undefined);
  useCloseKey(activeForm !== undefined, closeForm);
  return { activeForm, setActiveForm, closeForm };
}

function PaymentButton({ onClick }: { onClick: () => void }) {
  const { t } = useLanguage();
  return (
    <Button icon={Receipt} onClick={onClick}>
      {t(APPLICATION.pay)}
    </Button>
  );
}

function ContactButton({ onClick }: { onClick: () => void }) {
  const { t } = useLanguage();
  return (
    <Button icon={Contact} onClick={onClick}>
      {t(ACTION_TEXTS['change-contact'])}
    </Button>
  );
}

interface ActiveFormProps extends ActionFormProps {
  activeForm: ActionForm | undefined;
  application: Application;
}

/** The form of the chosen action, shown below the buttons. */
function ActiveForm({ activeForm, application, action, onDone }: ActiveFormProps) {
  return (
    <>
      {activeForm === 'withdraw' && (
        <Suspense fallback={null}>
          <WithdrawForm application={application} action={action} onDone={onDone} />
        </Suspense>
      )}
      {activeForm === 'notify-person' && <NotifyForm action={action} onDone={onDone} />}
      {activeForm === 'record-payment' && <PaymentForm application={application} action={action} onDone={onDone} />}
      {activeForm === 'change-contact' && (
        <Suspense fallback={null}>
          <ContactForm application={application} action={action} onDone={onDone} />
        </Suspense>
      )}
      {(action.errorText || action.staleErrorText) && (
        <p role="alert" className={styles.fault}>
          {action.errorText || action.staleErrorText}
        </p>
      )}
    </>
  );
}

interface UndoBarProps {
  action: ApplicationActionState;
  /** Reopens the form with the values entered. */
  onUndone: (activeForm: ActionForm) => void;
}

/** Shows an action that can still be undone. */
function UndoBar({ action: { undoable, undo }, onUndone }: UndoBarProps) {
  const { t } = useLanguage();
  const undoAndReopen = (activeForm: ActionForm) => {
    undo();
    onUndone(activeForm);
  };
  return (
    <div role="status">
      {undoable?.kind === 'person-notifications' && (
        <UndoNotice text={notificationText(undoable, t)} onUndo={() => undoAndReopen('notify-person')} />
      )}
      {undoable?.kind === 'payment' && (
        <UndoNotice text={paymentText(undoable, t)} onUndo={() => undoAndReopen('record-payment')} />
      )}
      {undoable?.kind === 'withdraw' && (
        <UndoNotice text={t(WITHDRAWAL.held)} onUndo={() => undoAndReopen('withdraw')} />
      )}
    </div>
  );
}

function UndoNotice({ text, onUndo }: { text: string; onUndo: () => void }) {
  const { t } = useLanguage();
  return (
    <p className={styles.held}>
      <span>
        <strong>{text}</strong> {t(APPLICATION.held)}
      </span>
      <Button onClick={onUndo}>{t(APPLICATION.undo)}</Button>
    </p>
  );
}

const notificationText = ({ body }: Write, t: LanguageContextValue['t']): string =>
  `${t(APPLICATION.notified)}: ${t(NOTIFICATION_METHOD_TEXTS[body['method'] as (typeof NOTIFICATION_METHODS)[number]])}.`;

function paymentText({ body }: Write, t: LanguageContextValue['t']): string {
  const { amount, receiptNumber } = body as Pick<NonNullable<Application['payment']>, 'amount' | 'receiptNumber'>;
  return `${t(APPLICATION_FACTS.paid)}: ${t(APPLICATION_FACTS.paidBy, { amount: formatMoney(amount), number: receiptNumber })}.`;
}

interface ActionFormProps {
  action: ApplicationActionState;
  onDone: () => void;
}

const NOTIFICATION_METHODS = ['phone', 'in-person', 'slip'] as const;

/** Asks how the applicant was notified. The choice works by keyboard too and is then confirmed. */
function NotifyForm({ action: { run }, onDone }: ActionFormProps) {
  const { t } = useLanguage();
  const [method, setMethod] = useState<(typeof NOTIFICATION_METHODS)[number]>();
  const [tried, setTried] = useState(false);
  const notify = () => {
    setTried(true);
    if (!method) return;
    void run('person-notifications', { method });
    onDone();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), notify())}>
      <Choice
        label={t(APPLICATION.notifyMethod)}
        variant="segments"
        digits
        options={NOTIFICATION_METHODS.map((value) => ({ value, label: t(NOTIFICATION_METHOD_TEXTS[value]) }))}
        value={method}
        onChange={setMethod}
        error={tried && !method && t(APPLICATION.notifyMethodNeeded)}
      />
      <div className={styles.ways}>
        <Button type="submit">{t(APPLICATION.notifySave)}</Button>
        <Button variant="text" onClick={onDone}>
          {t(APPLICATION.leave)}
        </Button>
      </div>
    </form>
  );
}
