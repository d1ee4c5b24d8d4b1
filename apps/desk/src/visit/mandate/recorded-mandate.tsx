import { useQuery } from '@tanstack/react-query';
import { toCivilDate } from '@cups/application';
import { MANDATE_TERM_TEXTS } from '@cups/application/texts';
import { Printer } from 'lucide-react';
import { ApiError } from '../../api/client.ts';
import type { Catalog, StoredMandate } from '../../api/types.ts';
import { formatDayAndTime } from '../../language/dates.ts';
import { useLanguage } from '../../language/language.tsx';
import { lastDayText } from '../../mandates/mandate-facts.ts';
import { MandateText } from '../../mandates/mandate-text.tsx';
import { Banner } from '../../parts/banner.tsx';
import { Button } from '../../parts/button.tsx';
import { useSignedIn } from '../../session/session.tsx';
import { MANDATES } from '../../texts/mandates.ts';
import { VISIT_MANDATE } from '../../texts/visit-mandate.ts';
import { coversSubject } from '../model/mandate-subject.ts';
import type { MandateSubject } from '../model/mandate-subject.ts';
import { mandateQuery } from './mandate-queries.ts';
import { SupportingCode } from './supporting-code.tsx';
import { useMandateRequest } from './use-mandate-request.ts';
import { usePrintMandate } from './use-print-mandate.tsx';
import { toWaitingMandate } from './waiting-mandate.ts';
import styles from './mandate.module.css';

interface RecordedMandateProps {
  name: string;
  subject: MandateSubject;
  catalog: Catalog;
  /** Address of the person, if the application has one. */
  email: string;
  /** Chooses another mandate instead. */
  onReplace: () => void;
}

/** The mandate that the application names: its text, printing, and a code as supporting evidence. */
export function RecordedMandate({ name, subject, catalog, email, onReplace }: RecordedMandateProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const { request } = useMandateRequest(subject.application);
  const waiting = request?.name === name && !request.mandate ? request : undefined;
  const { data, error } = useQuery({ ...mandateQuery(name), enabled: !waiting });
  const mandate = waiting ? toWaitingMandate(waiting, { catalog, session, today: toCivilDate(new Date()) }) : data;
  const isEnded = mandate ? !coversSubject(mandate, subject) : error instanceof ApiError && error.status === 404;
  return (
    <>
      {isEnded && <Banner kind="trouble">{t(VISIT_MANDATE.ended)}</Banner>}
      {error && !mandate && !isEnded && <p className={styles.quiet}>{t(VISIT_MANDATE.unknown)}</p>}
      {mandate && !isEnded && (
        <MandateDetails mandate={mandate} catalog={catalog} email={email} isWaiting={waiting !== undefined} />
      )}
      <div className={styles.buttons}>
        <Button variant={isEnded ? 'outlined' : 'text'} onClick={onReplace}>
          {t(isEnded ? VISIT_MANDATE.new : VISIT_MANDATE.replace)}
        </Button>
        {!isEnded && <span className={styles.quiet}>{t(VISIT_MANDATE.replaced)}</span>}
      </div>
    </>
  );
}

interface MandateDetailsProps {
  mandate: StoredMandate;
  catalog: Catalog;
  email: string;
  /** It is not recorded yet. */
  isWaiting: boolean;
}

function MandateDetails({ mandate, catalog, email, isWaiting }: MandateDetailsProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const [print, isPrinting] = usePrintMandate(catalog, session.operator.displayName);
  const { text, printTime } = mandate;
  return (
    <>
      {isWaiting && <p role="status">{t(VISIT_MANDATE.waits)}</p>}
      <p>
        <strong>{t(isWaiting ? VISIT_MANDATE.field : VISIT_MANDATE.recorded)}</strong>,{' '}
        {t(MANDATE_TERM_TEXTS[mandate.term])}, {t(VISIT_MANDATE.until, { date: lastDayText(mandate.expireTime) })}.
      </p>
      <div className={styles.buttons}>
        <Button icon={Printer} busy={isPrinting} onClick={() => void print(mandate, !isWaiting)}>
          {t(VISIT_MANDATE.print)}
        </Button>
        <span className={styles.quiet}>
          {printTime
            ? t(VISIT_MANDATE.printed, { date: formatDayAndTime(printTime, catalog.centre.timeZone) })
            : t(VISIT_MANDATE.notPrinted)}
        </span>
      </div>
      {printTime && <p className={styles.quiet}>{t(MANDATES.newCode)}</p>}
      <MandateText language={text.language} text={text.text ?? ''} romanianText={text.romanianText} />
      {!isWaiting && <SupportingCode mandate={mandate} catalog={catalog} email={email} />}
    </>
  );
}
