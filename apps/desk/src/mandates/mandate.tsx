import { useState } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { Link, useLocation } from 'wouter';
import { isTransient } from '../api/client.ts';
import type { Catalog, MandateRevocation, StoredMandate } from '../api/types.ts';
import { CloseKey } from '../keys/close-key.tsx';
import { useKeys } from '../keys/keys.tsx';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { useSingleFlight } from '../parts/use-single-flight.ts';
import { fetchCheckpoint } from '../print/journal.ts';
import { printDocument } from '../print/printing.tsx';
import { useCatalog } from '../session/catalog.ts';
import { useSignedIn } from '../session/session.tsx';
import { KEYS } from '../texts/keys.ts';
import { MANDATE_TRACKING } from '../texts/mandate-tracking.ts';
import { MANDATES_LINK } from '../texts/mandates-link.ts';
import { MANDATES } from '../texts/mandates.ts';
import { PARTS } from '../texts/parts.ts';
import { actorText, catalogTitles, scopeParts } from './mandate-facts.ts';
import { MandateApplications } from './mandate-applications.tsx';
import { MandateFacts } from './mandate-facts-list.tsx';
import { RevocationPrintout, StoredMandatePrintout } from './mandate-printouts.tsx';
import { MandateText } from './mandate-text.tsx';
import { issueOwnCode, mandateQuery, mandatesKey } from './mandates-api.ts';
import { RevokeParts } from './revoke-parts.tsx';
import { useRevocation } from './use-revocation.ts';
import styles from './mandates.module.css';

/** A mandate of the centre: facts, text, printing, applications, revocations with receipts. */
export default function MandateScreen({ id }: { id: string }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const mandate = useQuery(mandateQuery(id));
  const catalog = useCatalog();
  useKeys([{ code: 'Escape', label: KEYS.back, run: () => go('/mandates') }]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.title}>
          <Link href="/mandates">{t(MANDATES_LINK.title)}</Link>
          <Title>{t(MANDATES.one)}</Title>
        </div>
        {mandate.isPending && <Skeleton />}
        {mandate.isError && <LoadError error={mandate.error} onRetry={() => void mandate.refetch()} />}
        {mandate.data && catalog && <MandateDetails mandate={mandate.data} catalog={catalog} />}
      </div>
    </Screen>
  );
}

interface MandateProps {
  mandate: StoredMandate;
  catalog: Catalog;
}

function MandateDetails({ mandate, catalog }: MandateProps) {
  const { t } = useLanguage();
  const { text } = mandate;
  return (
    <>
      <PrintMandateButton mandate={mandate} catalog={catalog} />
      <MandateFacts mandate={mandate} catalog={catalog} />
      <section className={styles.section}>
        <h2>{t(MANDATES.text)}</h2>
        <MandateText language={text.language} text={text.text ?? ''} romanianText={text.romanianText} />
      </section>
      <MandateApplications id={mandate.id} />
      <Revocations mandate={mandate} catalog={catalog} />
    </>
  );
}

/** Prints the text to sign, again if needed. Each printing issues a new own code for the person, and is recorded. */
function PrintMandateButton({ mandate, catalog }: MandateProps) {
  const { t } = useLanguage();
  const { displayName } = useSignedIn().session.operator;
  const queryClient = useQueryClient();
  const [error, setError] = useState<unknown>();
  const [print, isPrinting] = useSingleFlight(async () => {
    setError(undefined);
    const issued = await issueOwnCode(mandate.id).catch(setError);
    if (!issued) return;
    await printDocument(<StoredMandatePrintout mandate={issued} catalog={catalog} specialist={displayName} />);
    await queryClient.invalidateQueries({ queryKey: mandateQuery(mandate.id).queryKey });
  });
  useKeys([{ code: 'KeyP', label: KEYS.print, run: () => void print() }]);
  return (
    <div>
      <Button icon={Printer} cap="KeyP" busy={isPrinting} onClick={() => void print()}>
        {t(mandate.printTime ? MANDATES.printAgain : MANDATES.print)}
      </Button>
      {mandate.printTime && <p className={styles.quiet}>{t(MANDATES.newCode)}</p>}
      {error !== undefined && (
        <p role="alert" className={styles.fault}>
          {t(isTransient(error) ? PARTS.awayRead : PARTS.failed)}
        </p>
      )}
    </div>
  );
}

/** The revocations so far, and the form for the next one. */
function Revocations({ mandate, catalog }: MandateProps) {
  const { t } = useLanguage();
  const queryClient = useQueryClient();
  const [done, setDone] = useState<MandateRevocation>();
  const { revoke, busy, errorText } = useRevocation(mandate.id, ({ mandate: next, revocation }) => {
    queryClient.setQueryData(mandateQuery(mandate.id).queryKey, { ...mandate, ...next });
    void queryClient.invalidateQueries({ queryKey: mandatesKey });
    setDone(revocation);
    void printReceipt(next, revocation, catalog);
  });
  const parts = scopeParts(mandate.remainingScope, catalogTitles(catalog));
  return (
    <section className={styles.section}>
      <h2>{t(MANDATE_TRACKING.revokeTitle)}</h2>
      <p role="status" className={styles.quiet}>
        {done && t(MANDATES.revokedNow, { receipt: done.receipt })}
      </p>
      {mandate.revocations.length > 0 && (
        <ul className={styles.revocations}>
          {mandate.revocations.map((revocation) => (
            <RevocationItem key={revocation.receipt} {...{ mandate, catalog, revocation }} />
          ))}
        </ul>
      )}
      {mandate.state === 'active' && (
        <RevokeParts
          key={parts.map(({ key }) => key).join()}
          parts={parts}
          busy={busy}
          onRevoke={revoke}
          whileAsked={(close) => <CloseKey onClose={close} />}
        />
      )}
      {errorText && (
        <p role="alert" className={styles.fault}>
          {errorText}
        </p>
      )}
    </section>
  );
}

function RevocationItem({ mandate, catalog, revocation }: MandateProps & { revocation: MandateRevocation }) {
  const { t } = useLanguage();
  const { receipt, revokeTime, actor, scope } = revocation;
  const parts = scopeParts(scope, catalogTitles(catalog));
  const [print, isPrinting] = useSingleFlight(() => printReceipt(mandate, revocation, catalog));
  return (
    <li>
      <div>
        <p>
          <strong>
            {t(MANDATES.receipt)} {receipt}
          </strong>
        </p>
        <p>
          {formatDayAndTime(revokeTime)}, {t(actorText(actor))}
        </p>
        <p className={styles.quiet}>{parts.map(({ title }) => t(title)).join('; ')}</p>
      </div>
      <Button icon={Printer} busy={isPrinting} onClick={() => void print()}>
        {t(MANDATE_TRACKING.print)} <span className="heard">{receipt}</span>
      </Button>
    </li>
  );
}

/** Prints the receipt with the state of the journal, as far as that is available. */
async function printReceipt(mandate: StoredMandate, revocation: MandateRevocation, catalog: Catalog): Promise<void> {
  const checkpoint = await fetchCheckpoint();
  await printDocument(<RevocationPrintout {...{ mandate, revocation, catalog, checkpoint }} />);
}
