import { Check, FileText, Plus, Printer, UserPlus } from 'lucide-react';
import { NO_DUE_DATE_TEXTS } from '@cups/application/texts';
import { Link, useLocation } from 'wouter';
import type { Application } from '../../api/types.ts';
import { longDate } from '../../language/dates.ts';
import { useKeys } from '../../keys/keys.tsx';
import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { Screen, Title } from '../../parts/screen.tsx';
import { KEYS } from '../../texts/keys.ts';
import { VISIT } from '../../texts/visit.ts';
import { useDraftForm } from '../draft-form.tsx';
import { useAddService, useNextPerson } from '../save-for-later.ts';
import { Qr, trackingUrl } from '../../print/qr.tsx';
import { StepNav } from '../step-nav.tsx';
import { useReceiptPrintouts } from '../use-printouts.tsx';
import styles from './receipt.module.css';

/** The receipt screen: tracking number, next steps and printouts. It replaces the review. */
export function ReceiptScreen({ application }: { application: Application }) {
  const { t } = useLanguage();
  const { service } = useDraftForm();
  const addService = useAddService();
  const nextPerson = useNextPerson();
  const [, go] = useLocation();
  const number = application.trackingNumber ?? '';
  const { printReceipt, printApplication } = useReceiptPrintouts(application);
  useKeys([
    { code: 'KeyP', label: KEYS.print, run: printReceipt },
    { code: 'Ctrl+Enter', label: KEYS.main, run: nextPerson },
    { code: 'Enter', run: nextPerson },
    { code: 'Escape', label: KEYS.queue, run: () => go('/') },
  ]);
  return (
    <Screen
      rail={<StepNav />}
      footer={
        <Button variant="filled" large icon={UserPlus} cap="Ctrl+Enter" onClick={nextPerson}>
          {t(VISIT.nextPerson)}
        </Button>
      }
    >
      <div className={styles.receipt}>
        <div className={styles.head}>
          <Check size={26} strokeWidth={3} aria-hidden="true" />
          <Title>{t(VISIT.filed)}</Title>
        </div>
        {application.training && <p className={styles.training}>{t(VISIT.training)}</p>}
        <section className={styles.number}>
          <div>
            <h2>{t(VISIT.number)}</h2>
            <p className={styles.digits}>{number}</p>
            <p className={styles.quiet}>{t(VISIT.numberHelp)}</p>
          </div>
          <span className={styles.qr}>
            <Qr text={trackingUrl(number)} label={t(VISIT.qr)} />
          </span>
        </section>
        <NextSteps application={application} />
        <div className={styles.acts}>
          <Button icon={Printer} cap="KeyP" onClick={printReceipt}>
            {t(VISIT.printReceipt)}
          </Button>
          <Button icon={Printer} onClick={printApplication}>
            {t(VISIT.printApplication)}
          </Button>
          <Button icon={Plus} onClick={addService}>
            {t(VISIT.anotherFor)}
          </Button>
          <Link className={styles.link} href={`/applications/${application.id}`}>
            <FileText size={18} aria-hidden="true" />
            {t(VISIT.toApplication)}
          </Link>
        </div>
        <p className="heard">{t(service?.version?.title)}</p>
      </div>
    </Screen>
  );
}

/** The agency, the deadline, and how the applicant is notified. */
function NextSteps({ application }: { application: Application }) {
  const { t, language } = useLanguage();
  const { agency, today } = useDraftForm();
  const { dueDate, noDueDateReason, contact } = application;
  const notificationText = contact?.email
    ? t(VISIT.notifiedByMail)
    : contact?.phone
      ? t(VISIT.notifiedByPhone, { phone: contact.phone })
      : t(VISIT.notifiedBySlip);
  return (
    <section className={styles.next}>
      <h2>{t(VISIT.next)}</h2>
      <ul>
        <li>{t(VISIT.withAgency, { agency: t(agency?.displayName) })}</li>
        {dueDate && <li>{t(VISIT.dueBy, { date: longDate(dueDate, language, today) })}</li>}
        {!dueDate && noDueDateReason && <li>{t(VISIT.noDue, { why: t(NO_DUE_DATE_TEXTS[noDueDateReason]) })}</li>}
        <li>{notificationText}</li>
      </ul>
    </section>
  );
}
