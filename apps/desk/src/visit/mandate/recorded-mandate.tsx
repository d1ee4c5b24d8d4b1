import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { MANDATE_TERM_TEXTS, REASON_TEXTS } from '@cups/application/texts';
import { Printer } from 'lucide-react';
import { ApiError, isTransient } from '../../api/client.ts';
import type { Catalog, StoredMandate } from '../../api/types.ts';
import { formatDayAndTime } from '../../language/dates.ts';
import { useLanguage } from '../../language/language.tsx';
import { lastDayText } from '../../mandates/mandate-facts.ts';
import { MandateText } from '../../mandates/mandate-text.tsx';
import { Banner } from '../../parts/banner.tsx';
import { Button } from '../../parts/button.tsx';
import { Field, TextInput } from '../../parts/field.tsx';
import { useSingleFlight } from '../../parts/use-single-flight.ts';
import { printDocument } from '../../print/printing.tsx';
import { Bilingual, NumberBox, Printout } from '../../print/printout.tsx';
import { useSignedIn } from '../../session/session.tsx';
import { PARTS } from '../../texts/parts.ts';
import { VISIT_MANDATE } from '../../texts/visit-mandate.ts';
import { coversSubject } from '../model/mandate-subject.ts';
import type { MandateSubject } from '../model/mandate-subject.ts';
import { confirmCode, issueCode, mandateQuery } from './mandate-queries.ts';
import { usePrintMandate } from './use-print-mandate.tsx';
import styles from './mandate.module.css';

interface RecordedMandateProps {
  name: string;
  subject: MandateSubject;
  catalog: Catalog;
  /** Chooses another mandate instead. */
  onReplace: () => void;
}

/** The mandate that the application names: its text, printing, and a code as supporting evidence. */
export function RecordedMandate({ name, subject, catalog, onReplace }: RecordedMandateProps) {
  const { t } = useLanguage();
  const { data: mandate, error } = useQuery(mandateQuery(name));
  const isEnded = mandate ? !coversSubject(mandate, subject) : error instanceof ApiError && error.status === 404;
  return (
    <>
      {isEnded && <Banner kind="trouble">{t(VISIT_MANDATE.ended)}</Banner>}
      {error && !mandate && !isEnded && <p className={styles.quiet}>{t(VISIT_MANDATE.unknown)}</p>}
      {mandate && !isEnded && <MandateDetails mandate={mandate} catalog={catalog} />}
      <div className={styles.buttons}>
        <Button variant={isEnded ? 'outlined' : 'text'} onClick={onReplace}>
          {t(isEnded ? VISIT_MANDATE.new : VISIT_MANDATE.replace)}
        </Button>
        {!isEnded && <span className={styles.quiet}>{t(VISIT_MANDATE.replaced)}</span>}
      </div>
    </>
  );
}

function MandateDetails({ mandate, catalog }: { mandate: StoredMandate; catalog: Catalog }) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const print = usePrintMandate(catalog, session.operator.displayName);
  const { text, printTime } = mandate;
  return (
    <>
      <p>
        <strong>{t(VISIT_MANDATE.recorded)}</strong>, {t(MANDATE_TERM_TEXTS[mandate.term])},{' '}
        {t(VISIT_MANDATE.until, { date: lastDayText(mandate.expireTime) })}.
      </p>
      <div className={styles.buttons}>
        <Button icon={Printer} onClick={() => print(mandate)}>
          {t(VISIT_MANDATE.print)}
        </Button>
        <span className={styles.quiet}>
          {printTime
            ? t(VISIT_MANDATE.printed, { date: formatDayAndTime(printTime, catalog.centre.timeZone) })
            : t(VISIT_MANDATE.notPrinted)}
        </span>
      </div>
      <MandateText language={text.language} text={text.text ?? ''} romanianText={text.romanianText} />
      <SupportingCode mandate={mandate} catalog={catalog} />
    </>
  );
}

/** A one-time code that the person reads aloud. It is never the ground of the mandate. */
function SupportingCode({ mandate, catalog }: { mandate: StoredMandate; catalog: Catalog }) {
  const { t } = useLanguage();
  const queryClient = useQueryClient();
  const [code, setCode] = useState('');
  const [isIssued, setIssued] = useState(mandate.supportingCode !== undefined);
  const [errorText, setErrorText] = useState('');
  const report = (error: unknown) => {
    if (error instanceof ApiError) return setErrorText(t(REASON_TEXTS[error.reason]));
    if (!isTransient(error)) throw error;
    setErrorText(t(PARTS.awayRead));
  };
  const [issue, isIssuing] = useSingleFlight(async () => {
    setErrorText('');
    await issueCode(mandate.name).then((issued) => {
      setIssued(true);
      return printDocument(<CodePrintout code={issued} mandate={mandate} catalog={catalog} />);
    }, report);
  });
  const [confirm, isConfirming] = useSingleFlight(async () => {
    setErrorText('');
    await confirmCode(mandate.name, code.trim()).then((answer) => {
      if (answer.confirmed) queryClient.setQueryData(mandateQuery(mandate.name).queryKey, answer.mandate);
      else setErrorText(t(VISIT_MANDATE.codeWrong));
    }, report);
  });
  if (mandate.supportingCode?.confirmTime) return <p className={styles.quiet}>{t(VISIT_MANDATE.confirmed)}</p>;
  return (
    <section className={styles.code}>
      <p className={styles.quiet}>{t(VISIT_MANDATE.codeHelp)}</p>
      <div>
        <Button icon={Printer} busy={isIssuing} onClick={() => void issue()}>
          {t(VISIT_MANDATE.code)}
        </Button>
      </div>
      {isIssued && (
        <>
          <Field label={t(VISIT_MANDATE.codeField)} error={errorText || undefined}>
            <TextInput value={code} inputMode="numeric" maxLength={6} onChange={setCode} small />
          </Field>
          <div>
            <Button busy={isConfirming} onClick={() => /^\d{6}$/.test(code.trim()) && void confirm()}>
              {t(VISIT_MANDATE.confirm)}
            </Button>
          </div>
        </>
      )}
      {!isIssued && errorText && <p role="alert">{errorText}</p>}
    </section>
  );
}

function CodePrintout({ code, mandate, catalog }: { code: string; mandate: StoredMandate; catalog: Catalog }) {
  const { displayName: centre, timeZone } = catalog.centre;
  const setting = { centre, timeZone, language: mandate.text.language, training: mandate.training };
  return (
    <Printout setting={setting} title={<Bilingual message={VISIT_MANDATE.codeSlip} />}>
      <NumberBox label={<Bilingual message={VISIT_MANDATE.codeField} />} number={code}>
        <p>
          <Bilingual message={VISIT_MANDATE.codeSlipHelp} />
        </p>
      </NumberBox>
    </Printout>
  );
}
