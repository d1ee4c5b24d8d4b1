import type { Application, ApplicationDetails, Catalog } from '../api/types.ts';
import { PRINT } from '../texts/print.ts';
import { WITHDRAWAL } from '../texts/withdrawal.ts';
import { ServiceSubject, signatureLabels } from './application-printout.tsx';
import { agencyName, toPrintoutSetting } from './catalog-lookups.ts';
import { formatInstant } from './format-instant.ts';
import { PersonLines } from './person-lines.tsx';
import { Bilingual, Printout, PrintoutFacts, SignatureLines } from './printout.tsx';
import type { PrintoutFact } from './printout.tsx';

interface WithdrawalPrintoutProps {
  application: Application;
  catalog: Catalog;
  /** Display name of the specialist. */
  specialist: string;
  /** In the applicant's own words; empty without one. */
  reason: string;
}

/** The statement that the applicant signs before an application is withdrawn. */
export function WithdrawalPrintout({ application, catalog, specialist, reason }: WithdrawalPrintoutProps) {
  return (
    <Printout
      setting={toPrintoutSetting(catalog, application)}
      title={<Bilingual message={WITHDRAWAL.statementTitle} />}
    >
      <ServiceSubject filed={application} />
      <PrintoutFacts
        facts={[
          ...partyFacts(application, catalog),
          [WITHDRAWAL.printedReason, reason],
          [PRINT.specialist, specialist],
        ]}
      />
      <SignatureLines lines={signatureLabels(specialist)}>
        <p>
          <Bilingual message={WITHDRAWAL.statement} />
        </p>
      </SignatureLines>
    </Printout>
  );
}

/** What the applicant takes along after a filed application was withdrawn, or has expired. */
export function EndedPrintout({ details, catalog }: { details: ApplicationDetails; catalog: Catalog }) {
  const { application, history } = details;
  const isWithdrawn = application.state === 'withdrawn';
  const time = history
    .filter(({ toState, fromState }) => toState === application.state && fromState !== toState)
    .at(-1);
  const at = time && formatInstant(time.recordTime, catalog.centre.timeZone);
  const title = isWithdrawn ? WITHDRAWAL.slipTitle : WITHDRAWAL.expiredTitle;
  return (
    <Printout isSlip setting={toPrintoutSetting(catalog, application)} title={<Bilingual message={title} />}>
      <ServiceSubject filed={application} />
      <PrintoutFacts
        facts={[...partyFacts(application, catalog), [isWithdrawn ? WITHDRAWAL.withdrawn : WITHDRAWAL.expired, at]]}
      />
      <p>
        <Bilingual message={WITHDRAWAL.next} />
      </p>
    </Printout>
  );
}

function partyFacts(application: Application, catalog: Catalog): PrintoutFact[] {
  const { applicant, represented, submitTime, agency } = application;
  return [
    applicant && [PRINT.applicant, <PersonLines person={applicant} />],
    represented && [PRINT.represented, <PersonLines person={represented} />],
    [PRINT.agency, <Bilingual message={agencyName(catalog, agency)} />],
    [PRINT.filed, submitTime && formatInstant(submitTime, catalog.centre.timeZone)],
  ];
}
