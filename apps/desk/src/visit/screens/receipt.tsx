import { Check, Clock, FileText, Plus, Printer, UserPlus } from 'lucide-react';
import { NO_DUE_DATE_TEXTS, REASON_TEXTS } from '@cups/application/texts';
import { Link, useLocation } from 'wouter';
import type { Application } from '../../api/types.ts';
import { formatDayAndTime, longDate } from '../../language/dates.ts';
import { useKeys } from '../../keys/keys.tsx';
import { useLanguage } from '../../language/language.tsx';
import { useSyncStatus } from '../../outbox/use-outbox.ts';
import { Banner } from '../../parts/banner.tsx';
import { Button } from '../../parts/button.tsx';
import { Screen, Title } from '../../parts/screen.tsx';
import { KEYS } from '../../texts/keys.ts';
import { TAKEN } from '../../texts/taken.ts';
import { VISIT } from '../../texts/visit.ts';
import { useDraftForm } from '../draft-form.tsx';
import { useAddService, useNextPerson } from '../save-for-later.ts';
import { Qr, trackingUrl } from '../../print/qr.tsx';
import { StepNav } from '../step-nav.tsx';
import { useReceiptPrintouts } from '../use-printouts.tsx';
import styles from './receipt.module.css';

interface ReceiptScreenProps {
  application: Application;
  /** Since when it waits for the platform, RFC 3339. Absent once it is registered. */
  takenAt?: string;
}

/** The receipt screen: tracking number, next steps and printouts. It replaces the review. */
export function ReceiptScreen({ application, takenAt }: ReceiptScreenProps) {
  const { t } = useLanguage();
  const { service } = useDraftForm();
  const addService = useAddService();
  const nextPerson = useNextPerson();
  const [, go] = useLocation();
  const number = application.trackingNumber ?? '';
  const { printReceipt, printApplication } = useReceiptPrintouts(application, takenAt);
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
          {takenAt ? <Clock size={26} aria-hidden="true" /> : <Check size={26} strokeWidth={3} aria-hidden="true" />}
          <Title>{t(takenAt ? TAKEN.title : VISIT.filed)}</Title>
        </div>
        {application.training && <p className={styles.training}>{t(VISIT.training)}</p>}
        <section className={styles.number}>
          <div>
            <h2>{t(VISIT.number)}</h2>
            <p className={styles.digits}>{number}</p>
            <p className={styles.quiet}>{t(takenAt ? TAKEN.numberHelp : VISIT.numberHelp)}</p>
          </div>
          <span className={styles.qr}>
            <Qr text={trackingUrl(number)} label={t(VISIT.qr)} />
          </span>
        </section>
        {takenAt ? <TakenSteps application={application} takenAt={takenAt} /> : <NextSteps application={application} />}
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
          <Link className={styles.link} href={takenAt ? '/to-send' : `/applications/${application.id}`}>
            <FileText size={18} aria-hidden="true" />
            {t(takenAt ? TAKEN.toUnsent : VISIT.toApplication)}
          </Link>
        </div>
        <p className="heard">{t(service?.version?.title)}</p>
      </div>
    </Screen>
  );
}

/** What happens to an application that waits for the platform; the agency has set no date. */
function TakenSteps({ application, takenAt }: Required<ReceiptScreenProps>) {
  const { t } = useLanguage();
  const { catalog, sync } = useDraftForm();
  const { refusal } = useSyncStatus(application.id);
  const time = formatDayAndTime(takenAt, catalog.centre.timeZone);
  return (
    <section className={styles.next}>
      {refusal && (
        <Banner kind="trouble" action={<Button onClick={sync.reopen}>{t(TAKEN.reopen)}</Button>}>
          {t(TAKEN.refused, { why: t(REASON_TEXTS[refusal.reason]) })}
        </Banner>
      )}
      <h2>{t(VISIT.next)}</h2>
      <ul>
        <li>{t(TAKEN.since, { time })}</li>
        <li>{t(TAKEN.sends)}</li>
        <li>{t(TAKEN.term)}</li>
      </ul>
    </section>
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
