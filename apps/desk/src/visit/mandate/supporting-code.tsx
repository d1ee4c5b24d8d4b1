import { useEffect, useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { isEmailAddress } from '@cups/application';
import { REASON_TEXTS } from '@cups/application/texts';
import { Mail, Printer } from 'lucide-react';
import { ApiError, isTransient } from '../../api/client.ts';
import type { Catalog, MandateSupportingCode, StoredMandate } from '../../api/types.ts';
import { useLanguage } from '../../language/language.tsx';
import { Button } from '../../parts/button.tsx';
import { Field, TextInput } from '../../parts/field.tsx';
import { useSingleFlight } from '../../parts/use-single-flight.ts';
import { printDocument } from '../../print/printing.tsx';
import { Bilingual, NumberBox, Printout } from '../../print/printout.tsx';
import { PARTS } from '../../texts/parts.ts';
import { MANDATE_CODE } from '../../texts/mandate-code.ts';
import { MANDATES } from '../../texts/mandates.ts';
import { codeQuery, confirmCode, issueCode, mailCode, mandateQuery } from './mandate-queries.ts';
import styles from './mandate.module.css';

interface SupportingCodeProps {
  mandate: StoredMandate;
  catalog: Catalog;
  /** Address that the person gave for the application. */
  email: string;
}

/** A one-time code that the person reads aloud, by email or on paper. It is never the ground of the mandate. */
export function SupportingCode({ mandate, catalog, email }: SupportingCodeProps) {
  const { t } = useLanguage();
  const queryClient = useQueryClient();
  const query = codeQuery(mandate.name);
  const { data: issued } = useQuery({ ...query, initialData: mandate.supportingCode ?? null });
  const [errorText, setErrorText] = useState('');
  const run = async (work: () => Promise<void>) => {
    setErrorText('');
    await work().catch((error: unknown) => {
      if (!(error instanceof ApiError) && !isTransient(error)) throw error;
      setErrorText(t(error instanceof ApiError ? REASON_TEXTS[error.reason] : PARTS.awayRead));
    });
  };
  const show = (code: MandateSupportingCode) => queryClient.setQueryData(query.queryKey, code);
  const [print, isPrinting] = useSingleFlight(() =>
    run(async () => {
      const { code, expireTime } = await issueCode(mandate.name);
      show({ channel: 'print', sendTime: new Date().toISOString(), expireTime, wrongTries: 0 });
      await printDocument(<CodePrintout code={code} mandate={mandate} catalog={catalog} />);
    }),
  );
  if (mandate.supportingCode?.confirmTime) return <ConfirmedCode code={mandate.supportingCode} />;
  return (
    <section className={styles.code}>
      <p className={styles.quiet}>{t(MANDATE_CODE.help)}</p>
      {!mandate.training && (
        <MailForm
          initial={email}
          issued={issued}
          onSend={(address) => run(async () => void show(await mailCode(mandate.name, address)))}
        />
      )}
      <div>
        <Button
          variant={mandate.training ? 'outlined' : 'text'}
          icon={Printer}
          busy={isPrinting}
          onClick={() => void print()}
        >
          {t(MANDATE_CODE.print)}
        </Button>
      </div>
      <p className={styles.quiet}>{t(MANDATE_CODE.printWeak)}</p>
      {issued && <ConfirmForm mandate={mandate} run={run} onWrong={() => setErrorText(t(MANDATE_CODE.wrong))} />}
      <p role="alert" className={styles.fault}>
        {errorText}
      </p>
    </section>
  );
}

/** The confirmed code, and what it proves. */
function ConfirmedCode({ code: { channel, address } }: { code: MandateSupportingCode }) {
  const { t } = useLanguage();
  const weight = channel === 'email' ? MANDATES.weightEmail : MANDATES.weightPrint;
  return (
    <p className={styles.quiet}>
      {t(MANDATE_CODE.confirmed)} {address && `${address}. `}
      {t(weight)}
    </p>
  );
}

interface MailFormProps {
  initial: string;
  issued: MandateSupportingCode | null;
  onSend: (email: string) => Promise<void>;
}

/** Sends the code, says what became of the email, and offers another one after a minute. */
function MailForm({ initial, issued, onSend }: MailFormProps) {
  const { t } = useLanguage();
  const [email, setEmail] = useState(initial);
  const [isWrong, setWrong] = useState(false);
  const sent = issued?.channel === 'email' ? issued : undefined;
  const nextTime = sent ? new Date(sent.sendTime).getTime() + RESEND_MS : 0;
  const [send, isSending] = useSingleFlight(async () => {
    const isValid = isEmailAddress(email.trim());
    setWrong(!isValid);
    // The text beside the button says how long to wait.
    if (isValid && Date.now() >= nextTime) await onSend(email.trim());
  });
  return (
    <>
      <Field label={t(MANDATE_CODE.email)} error={isWrong ? t(MANDATE_CODE.emailWrong) : undefined}>
        <TextInput type="email" value={email} maxLength={254} onChange={setEmail} />
      </Field>
      <div className={styles.buttons}>
        <Button icon={Mail} busy={isSending} onClick={() => void send()}>
          {t(sent ? MANDATE_CODE.again : MANDATE_CODE.send)}
        </Button>
        <Countdown key={nextTime} until={nextTime} />
      </div>
      <p role="status">{sent?.delivery && t(MANDATE_CODE[sent.delivery])}</p>
    </>
  );
}

/** Interval of the emails of one mandate, as identity keeps it. */
const RESEND_MS = 60_000;

/** How long to wait until a time, in seconds; nothing after it. */
function Countdown({ until }: { until: number }) {
  const { t } = useLanguage();
  const [now, setNow] = useState(() => Date.now());
  const isWaiting = now < until;
  useEffect(() => {
    if (!isWaiting) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isWaiting]);
  if (!isWaiting) return null;
  return <span className={styles.quiet}>{t(MANDATE_CODE.wait, { seconds: Math.ceil((until - now) / 1_000) })}</span>;
}

interface ConfirmFormProps {
  mandate: StoredMandate;
  run: (work: () => Promise<void>) => Promise<void>;
  onWrong: () => void;
}

function ConfirmForm({ mandate, run, onWrong }: ConfirmFormProps) {
  const { t } = useLanguage();
  const queryClient = useQueryClient();
  const [code, setCode] = useState('');
  const [confirm, isConfirming] = useSingleFlight(() =>
    run(async () => {
      const answer = await confirmCode(mandate.name, code.trim());
      if (answer.confirmed) queryClient.setQueryData(mandateQuery(mandate.name).queryKey, answer.mandate);
      else onWrong();
    }),
  );
  return (
    <>
      <Field label={t(MANDATE_CODE.field)}>
        <TextInput value={code} inputMode="numeric" maxLength={6} onChange={setCode} small />
      </Field>
      <div>
        <Button busy={isConfirming} onClick={() => /^\d{6}$/.test(code.trim()) && void confirm()}>
          {t(MANDATE_CODE.confirm)}
        </Button>
      </div>
    </>
  );
}

function CodePrintout({ code, mandate, catalog }: { code: string; mandate: StoredMandate; catalog: Catalog }) {
  const { displayName: centre, timeZone } = catalog.centre;
  const setting = { centre, timeZone, language: mandate.text.language, training: mandate.training };
  return (
    <Printout setting={setting} title={<Bilingual message={MANDATE_CODE.slip} />}>
      <NumberBox label={<Bilingual message={MANDATE_CODE.field} />} number={code}>
        <p>
          <Bilingual message={MANDATE_CODE.slipHelp} />
        </p>
      </NumberBox>
    </Printout>
  );
}
