import { useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Printer } from 'lucide-react';
import { NOTICE_KIND_TEXTS } from '@cups/application/texts';
import { api, bodyOf, isTransient } from '../api/client.ts';
import type { ApplicationDetails, Catalog } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import { Button } from '../parts/button.tsx';
import { ApplicationPrintout, MandatePrintout } from '../print/application-printout.tsx';
import { DecisionPrintout, HandOverPrintout } from '../print/decision-printout.tsx';
import { checkpointQuery } from '../print/journal.ts';
import { printReceipt, printSlip } from '../print/print-on-demand.tsx';
import { MissingDocumentsPrintout } from '../print/checklist-printouts.tsx';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { printDocument, usePrintout } from '../print/printing.tsx';
import { ReceiptPrintout } from '../print/receipt-printout.tsx';
import { EndedPrintout } from '../print/withdrawal-printout.tsx';
import { useSignedIn } from '../session/session.tsx';
import { APPLICATION } from '../texts/application.ts';
import { PRINTOUTS } from '../texts/printouts.ts';
import { KEYS } from '../texts/keys.ts';
import { PARTS } from '../texts/parts.ts';
import { WITHDRAWAL } from '../texts/withdrawal.ts';
import { useCatalog } from '../session/catalog.ts';
import { mandateQuery } from '../visit/mandate/mandate-queries.ts';
import styles from './application.module.css';

interface PrintableDocument {
  label: Text;
  render: () => ReactNode;
}

/** Prints the document that the applicant needs in the current state. Ctrl+P and P print the same. */
export function PrintMainButton({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const catalog = useCatalog();
  const { session } = useSignedIn();
  const { displayName } = session.operator;
  const { data: checkpoint } = useQuery({ ...checkpointQuery, enabled: hasReceipt(details) });
  const main = useMemo(
    () => (catalog ? resolveMainPrintout(details, catalog, displayName, checkpoint) : undefined),
    [details, catalog, displayName, checkpoint],
  );
  const print = usePrintout(main?.render);
  useKeys([main && { code: 'KeyP', label: KEYS.print, run: print }]);
  if (!main) return null;
  return (
    <Button icon={Printer} cap="KeyP" onClick={print}>
      {t(main.label)}
    </Button>
  );
}

/** Whether the printout may be the receipt, the only one here with the state of the journal. */
const hasReceipt = ({ application }: ApplicationDetails): boolean =>
  application.submitTime !== undefined && application.decision === undefined;

function resolveMainPrintout(
  details: ApplicationDetails,
  catalog: Catalog,
  specialist: string,
  checkpoint: string | undefined,
): PrintableDocument | undefined {
  const { application } = details;
  const { decision, handOver, state, submitTime } = application;
  if (state === 'documents-requested') {
    return {
      label: PRINTOUTS.missing,
      render: () => <MissingDocumentsPrintout {...toMissingDocumentsProps(details, catalog)} />,
    };
  }
  if (handOver) {
    const handedOver = Object.assign({}, application, { handOver });
    return {
      label: PRINTOUTS.handOver,
      render: () => <HandOverPrintout {...{ application: handedOver, catalog, specialist }} />,
    };
  }
  if (submitTime && (state === 'withdrawn' || state === 'expired')) {
    return {
      label: state === 'withdrawn' ? WITHDRAWAL.slip : WITHDRAWAL.expiredSlip,
      render: () => <EndedPrintout details={details} catalog={catalog} />,
    };
  }
  if (decision) {
    const decided = Object.assign({}, application, { decision });
    return { label: PRINTOUTS.decision, render: () => <DecisionPrintout application={decided} catalog={catalog} /> };
  }
  if (!submitTime) return undefined;
  const receipt = <ReceiptPrintout {...{ application, catalog, specialist, checkpoint }} />;
  return { label: PRINTOUTS.receipt, render: () => receipt };
}

function toMissingDocumentsProps({ application }: ApplicationDetails, catalog: Catalog) {
  const { evidenceKinds = [], suppliedKinds = [], documents = [] } = application.documentRequest ?? {};
  const items = evidenceKinds
    .filter((kind) => !suppliedKinds.includes(kind))
    .map((kind) => ({
      key: kind,
      words: evidenceTitle(catalog, kind),
      note: documents.find((document) => document.kind === kind)?.note,
    }));
  return { application, catalog, items };
}

/** All other documents of an application, and the slips of its notices. */
export function PrintList({ details }: { details: ApplicationDetails }) {
  const { t } = useLanguage();
  const catalog = useCatalog();
  const { session } = useSignedIn();
  const { application } = details;
  const specialist = session.operator.displayName;
  const queryClient = useQueryClient();
  const [error, setError] = useState<unknown>();
  const reportFailure = (printing: Promise<void>) => {
    setError(undefined);
    printing.catch(setError);
  };
  const printFiled = useCallback(
    async (currentCatalog: Catalog) => {
      const path = { id: application.id, number: application.submissionCount ?? 1 };
      const filed = await bodyOf(api.GET('/api/v1/applications/{id}/submissions/{number}', { params: { path } }));
      await printDocument(<ApplicationPrintout filed={filed} catalog={currentCatalog} specialist={specialist} />);
    },
    [application, specialist],
  );
  const printMandate = async (currentCatalog: Catalog) => {
    const { name } = application.mandate ?? {};
    const props = { catalog: currentCatalog, specialist };
    // An application of an earlier release names no mandate.
    if (!name) return printDocument(<MandatePrintout filed={application} {...props} />);
    const mandate = await queryClient.fetchQuery(mandateQuery(name));
    const { StoredMandatePrintout } = await import('../mandates/mandate-printouts.tsx');
    return printDocument(<StoredMandatePrintout mandate={mandate} {...props} />);
  };
  if (!catalog || !application.submitTime) return null;
  const slips = (details.notices ?? []).filter(({ channel }) => channel === 'slip');
  return (
    <section>
      <h2>{t(PRINTOUTS.title)}</h2>
      <ul className={styles.papers}>
        <PrintListItem label={t(PRINTOUTS.application)} onPrint={() => reportFailure(printFiled(catalog))} />
        <PrintListItem label={t(PRINTOUTS.mandate)} onPrint={() => reportFailure(printMandate(catalog))} />
        <PrintListItem
          label={t(PRINTOUTS.receipt)}
          onPrint={() => void printReceipt(application, catalog, specialist)}
        />
        {slips.map((notice) => (
          <PrintListItem
            key={notice.id}
            label={`${t(PRINTOUTS.slip)}: ${t(NOTICE_KIND_TEXTS[notice.kind])}`}
            onPrint={() => reportFailure(printSlip(notice, application, catalog))}
          />
        ))}
      </ul>
      {error !== undefined && <PrintError error={error} />}
      <p className="heard">{t(APPLICATION.notices)}</p>
    </section>
  );
}

/** Explains why a printout that needs the platform failed. */
export function PrintError({ error }: { error: unknown }) {
  const { t } = useLanguage();
  return (
    <p role="alert" className={styles.fault}>
      {t(isTransient(error) ? PARTS.awayRead : PARTS.failed)}
    </p>
  );
}

function PrintListItem({ label, onPrint }: { label: string; onPrint: () => void }) {
  return (
    <li>
      <button type="button" className={styles.paper} onClick={onPrint}>
        <Printer size={16} aria-hidden="true" />
        <span>{label}</span>
      </button>
    </li>
  );
}
