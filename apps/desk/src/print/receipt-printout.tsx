import type { Application, Catalog } from '../api/types.ts';
import { PRINT } from '../texts/print.ts';
import { TAKEN } from '../texts/taken.ts';
import { evidenceFact, ServiceSubject, filingFacts, takenFacts } from './application-printout.tsx';
import { agencyName, toPrintoutSetting } from './catalog-lookups.ts';
import { JournalSeal } from './journal-seal.tsx';
import { NumberBox, Printout, PrintoutFacts, Bilingual } from './printout.tsx';
import { PersonLines } from './person-lines.tsx';
import { trackingPageUrl } from './qr.tsx';

/** The receipt: tracking number, where to track, the deadline, and the state of the journal. */
export function ReceiptPrintout({
  application,
  catalog,
  checkpoint = '',
  takenAt,
}: {
  application: Application;
  catalog: Catalog;
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
        facts={[
          applicant && [PRINT.applicant, <PersonLines person={applicant} />],
          represented && [PRINT.represented, <PersonLines person={represented} />],
          [PRINT.agency, <Bilingual message={agencyName(catalog, application.agency)} />],
          ...(takenAt ? takenFacts(application, catalog, takenAt) : filingFacts(application, catalog)),
          evidenceFact(application, catalog),
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
