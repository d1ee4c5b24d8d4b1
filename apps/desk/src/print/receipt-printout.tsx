import type { Application, Catalog } from '../api/types.ts';
import { PRINT } from '../texts/print.ts';
import { evidenceFact, ServiceSubject, filingFacts } from './application-printout.tsx';
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
}: {
  application: Application;
  catalog: Catalog;
  /** Newest checkpoint of the journal; empty while it is unavailable. */
  checkpoint?: string | undefined;
}) {
  const { applicant, represented, trackingNumber } = application;
  return (
    <Printout setting={toPrintoutSetting(catalog, application)} title={<Bilingual message={PRINT.receiptTitle} />}>
      <ServiceSubject filed={application} />
      <PrintoutFacts
        facts={[
          applicant && [PRINT.applicant, <PersonLines person={applicant} />],
          represented && [PRINT.represented, <PersonLines person={represented} />],
          [PRINT.agency, <Bilingual message={agencyName(catalog, application.agency)} />],
          ...filingFacts(application, catalog),
          evidenceFact(application, catalog),
        ]}
      />
      {trackingNumber && (
        <NumberBox label={<Bilingual message={PRINT.number} />} number={trackingNumber}>
          <p>
            <Bilingual message={PRINT.follow} params={{ address: trackingPageUrl() }} />
          </p>
          <p>
            <Bilingual message={PRINT.keepNumber} />
          </p>
        </NumberBox>
      )}
      <JournalSeal checkpoint={checkpoint} />
    </Printout>
  );
}
