import { useMemo } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { Application, PublicService } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { ApplicationPrintout } from '../print/application-printout.tsx';
import { BringChecklistPrintout, MissingDocumentsPrintout } from '../print/checklist-printouts.tsx';
import { checkpointQuery } from '../print/journal.ts';
import { printDocument, usePrintout } from '../print/printing.tsx';
import { ReceiptPrintout } from '../print/receipt-printout.tsx';
import { useSignedIn } from '../session/session.tsx';
import { toApplication } from './draft-application.ts';
import { useDraftForm } from './draft-form.tsx';
import { isAvailableHere } from './model/service-search.ts';
import { textOf } from './model/form-values.ts';
import { fieldLabel } from './field-texts.ts';

/** The printouts of a visit. Ctrl+P prints that of the current screen. */

/** The checklist of a service, in the applicant's language if known. */
export function useChecklistPrintout(service: PublicService | undefined): (() => void) | undefined {
  const { catalog, values } = useDraftForm();
  const { session } = useSignedIn();
  const { language } = useLanguage();
  const applicantLanguage = (textOf(values, '/applicant/language') || language) as typeof language;
  const version = service && isAvailableHere(service) ? service.version : undefined;
  const printout = useMemo(() => {
    const { displayName: centre, timeZone } = catalog.centre;
    const setting = { centre, timeZone, language: applicantLanguage, training: session.training };
    return version && (() => <BringChecklistPrintout version={version} catalog={catalog} setting={setting} />);
  }, [version, catalog, applicantLanguage, session.training]);
  const print = usePrintout(printout);
  return printout && print;
}

/** The application to sign. */
export function useApplicationPrintout(): () => void {
  const form = useDraftForm();
  const { session } = useSignedIn();
  const { catalog } = form;
  return usePrintout(() => (
    <ApplicationPrintout
      filed={toApplication(form, session)}
      catalog={catalog}
      specialist={session.operator.displayName}
    />
  ));
}

/** The receipt, and the application to sign. */
export function useReceiptPrintouts(
  application: Application,
  takenAt?: string,
): {
  printReceipt: () => void;
  printApplication: () => void;
} {
  const { catalog } = useDraftForm();
  const { session } = useSignedIn();
  const { data: checkpoint } = useQuery(checkpointQuery);
  const specialist = session.operator.displayName;
  const printout = useMemo(
    () => () => <ReceiptPrintout {...{ application, catalog, specialist, checkpoint, takenAt }} />,
    [application, catalog, specialist, checkpoint, takenAt],
  );
  return {
    printReceipt: usePrintout(printout),
    printApplication: () =>
      void printDocument(<ApplicationPrintout filed={application} catalog={catalog} specialist={specialist} />),
  };
}

/** The checklist of missing fields, for a saved visit. Prints nothing without a name or missing fields. */
export function useMissingDocumentsPrintout(): () => Promise<void> {
  const form = useDraftForm();
  const { session } = useSignedIn();
  return async () => {
    const { missingFields, service, catalog, content } = form;
    if (!service || !content.applicant?.familyName || missingFields.length === 0) return;
    const items = missingFields.map(({ pointer }) => ({ key: pointer, words: fieldLabel(pointer, service) }));
    await printDocument(
      <MissingDocumentsPrintout application={toApplication(form, session)} catalog={catalog} items={items} />,
    );
  };
}
