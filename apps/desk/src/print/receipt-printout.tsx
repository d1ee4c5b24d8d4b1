import type { Application, Catalog } from '../api/types.ts';
import { PRINT } from '../texts/print.ts';
import { TAKEN } from '../texts/taken.ts';
import { evidenceFact, ServiceSubject, filingFacts, takenFacts } from './application-printout.tsx';
import { agencyName, findCostOption, toPrintoutSetting } from './catalog-lookups.ts';
import { JournalSeal } from './journal-seal.tsx';
import { NumberBox, Printout, PrintoutFacts, Bilingual } from './printout.tsx';
import type { PrintoutFact } from './printout.tsx';
import { PersonLines } from './person-lines.tsx';
import { trackingPageUrl } from './qr.tsx';

/** The receipt: tracking number, where to track, the deadline, what to pay, who took it, and last the state of the journal. */
export function ReceiptPrintout({
  application,
  catalog,
  specialist,
  checkpoint = '',
  takenAt,
}: {
  application: Application;
  catalog: Catalog;
  /** Display name of the specialist who gives it. */
  specialist: string;
  /** Newest checkpoint of the journal; empty while it is unavailable. */
  checkpoint?: string | undefined;
  /** When it was taken at the desk, while it waits for the platform. */
  takenAt?: string | undefined;
}) {
  const { applicant, represented, trackingNumber } = application;
  return (
    <Printout
      setting={toPrintoutSetting(catalog, application)}
      title={<Bilingual message={takenAt ? TAKEN.receiptTitle : PRINT.receiptTitle} />}
    >
      <ServiceSubject filed={application} />
      <PrintoutFacts
        isDense
        facts={[
          applicant && [PRINT.applicant, <PersonLines person={applicant} />],
          represented && [PRINT.represented, <PersonLines person={represented} />],
          [PRINT.agency, <Bilingual message={agencyName(catalog, application.agency)} />],
          ...(takenAt ? takenFacts(application, catalog, takenAt) : filingFacts(application, catalog)),
          payFact(application, catalog),
          evidenceFact(application, catalog),
          [PRINT.centre, <CentreLines centre={catalog.centre} specialist={specialist} />],
        ]}
      />
      {trackingNumber && (
        <NumberBox label={<Bilingual message={PRINT.number} />} number={trackingNumber}>
          {takenAt ? (
            <p>
              <Bilingual message={TAKEN.printedNumber} params={{ address: trackingPageUrl() }} />
            </p>
          ) : (
            <>
              <p>
                <Bilingual message={PRINT.follow} params={{ address: trackingPageUrl() }} />
              </p>
              <p>
                <Bilingual message={PRINT.keepNumber} />
              </p>
            </>
          )}
        </NumberBox>
      )}
      {!takenAt && <JournalSeal checkpoint={checkpoint} />}
    </Printout>
  );
}

/** Where a fee that is due is paid. The desk takes no money. */
function payFact(application: Application, catalog: Catalog): PrintoutFact {
  const isDue = !application.payment && (findCostOption(catalog, application)?.fee?.amountMinor ?? 0) > 0;
  return isDue && [PRINT.payTo, <Bilingual message={PRINT.payToAgency} />];
}

/** The centre, as far as the catalog knows it, and who took the application. */
function CentreLines({
  centre: { displayName, district },
  specialist,
}: {
  centre: Catalog['centre'];
  specialist: string;
}) {
  return (
    <>
      <div>{[displayName, district].filter(Boolean).join(', ')}</div>
      <div>{specialist}</div>
    </>
  );
}
