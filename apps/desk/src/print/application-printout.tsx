import { NO_DUE_DATE_TEXTS } from '@cups/application/texts';
import type { CostOption, Evidence, LocalizedText, Catalog } from '../api/types.ts';
import { formatAnswers } from '../language/answers.ts';
import { shortDate } from '../language/dates.ts';
import { formatMoney } from '../language/money.ts';
import { interpolate, joinMessages } from '../language/messages.ts';
import { feeText, termText } from '../language/terms.ts';
import { DELIVERY_TEXTS } from '../texts/content.ts';
import { PRINT } from '../texts/print.ts';
import { TAKEN } from '../texts/taken.ts';
import { formatInstant } from './format-instant.ts';
import { agencyName, findCostOption, evidenceTitle, toPrintoutSetting, findServiceVersion } from './catalog-lookups.ts';
import type { ApplicationOrSubmission } from './catalog-lookups.ts';
import { Printout, PrintoutFacts, SignatureLines, Subject, KeepTogether, Bilingual } from './printout.tsx';
import type { PrintoutFact } from './printout.tsx';
import { contactText } from '../application/contact-text.ts';
import { MandateLines, PersonLines } from './person-lines.tsx';

interface ApplicationPrintoutProps {
  filed: ApplicationOrSubmission;
  catalog: Catalog;
  /** Display name of the specialist. */
  specialist: string;
}

/** The application to sign: a draft as it is, or a submission as filed. */
export function ApplicationPrintout({ filed, catalog, specialist }: ApplicationPrintoutProps) {
  const form =
    ('formSchema' in filed ? filed.formSchema : undefined) ?? findServiceVersion(catalog, filed)?.formSchema ?? {};
  const sections = formatAnswers(form, filed.answers ?? {});
  return (
    <Printout setting={toPrintoutSetting(catalog, filed)} title={<Bilingual message={PRINT.applicationTitle} />}>
      <ServiceSubject filed={filed} />
      <PrintoutFacts facts={[...applicantFacts({ filed, catalog, specialist }), ...filingFacts(filed, catalog)]} />
      {sections.map(({ title, answers }, i) => (
        <KeepTogether key={i}>
          {title && (
            <h2>
              <Bilingual message={title} />
            </h2>
          )}
          <PrintoutFacts facts={answers.map(({ label, value }) => [label, <Bilingual message={value} />] as const)} />
        </KeepTogether>
      ))}
      <KeepTogether>
        <PrintoutFacts facts={[evidenceFact(filed, catalog), unavailableFact(filed, catalog)]} />
        <SignatureLines lines={signatureLabels(specialist)}>
          <p>
            <Bilingual message={PRINT.declaration} />
          </p>
        </SignatureLines>
      </KeepTogether>
    </Printout>
  );
}

/** The mandate by which the applicant lets the specialist act. */
export function MandatePrintout({ filed, catalog, specialist }: ApplicationPrintoutProps) {
  return (
    <Printout setting={toPrintoutSetting(catalog, filed)} title={<Bilingual message={PRINT.mandateTitle} />}>
      <ServiceSubject filed={filed} />
      <PrintoutFacts facts={applicantFacts({ filed, catalog, specialist })} />
      <SignatureLines lines={signatureLabels(specialist)}>
        <p>
          <Bilingual message={PRINT.mandateText} />
        </p>
        <p>
          <Bilingual message={PRINT.mandateData} />
        </p>
      </SignatureLines>
    </Printout>
  );
}

export function ServiceSubject({ filed: { serviceTitle } }: { filed: Pick<ApplicationOrSubmission, 'serviceTitle'> }) {
  return <Subject>{serviceTitle && <Bilingual message={serviceTitle} />}</Subject>;
}

function applicantFacts({ filed, catalog, specialist }: ApplicationPrintoutProps): PrintoutFact[] {
  const contact = 'contact' in filed ? contactText(filed.contact) : '';
  return [
    [PRINT.agency, <Bilingual message={agencyName(catalog, filed.agency)} />],
    filed.applicant && [PRINT.applicant, <PersonLines person={filed.applicant} />],
    [PRINT.contact, contact],
    filed.represented && [PRINT.represented, <PersonLines person={filed.represented} />],
    filed.mandate && [PRINT.ground, <MandateLines mandate={filed.mandate} />],
    [PRINT.specialist, specialist],
  ];
}

/** Filing time, cost, deadline and delivery. */
export function filingFacts(filed: ApplicationOrSubmission, catalog: Catalog): PrintoutFact[] {
  const time = filed.submitTime && formatInstant(filed.submitTime, catalog.centre.timeZone);
  const term = termFact(filed, findCostOption(catalog, filed));
  return [[PRINT.filed, time ?? <Bilingual message={PRINT.notFiled} />], ...costFacts(filed, catalog, term)];
}

/** Time at the desk, cost and delivery; the term of the agency has not begun. */
export function takenFacts(taken: ApplicationOrSubmission, catalog: Catalog, takenAt: string): PrintoutFact[] {
  const time = formatInstant(takenAt, catalog.centre.timeZone);
  const term: PrintoutFact = [PRINT.term, <Bilingual message={TAKEN.term} />];
  return [[TAKEN.takenAt, time], ...costFacts(taken, catalog, term)];
}

function costFacts(filed: ApplicationOrSubmission, catalog: Catalog, term: PrintoutFact): PrintoutFact[] {
  const option = findCostOption(catalog, filed);
  return [
    option && [PRINT.fee, <Bilingual message={feeText(option)} />],
    [
      PRINT.paid,
      'payment' in filed && filed.payment && `${formatMoney(filed.payment.amount)}, ${filed.payment.receiptNumber}`,
    ],
    term,
    filed.delivery && [
      PRINT.way,
      <>
        <Bilingual message={DELIVERY_TEXTS[filed.delivery.kind]} />
        {filed.delivery.note && <div>{filed.delivery.note}</div>}
      </>,
    ],
  ];
}

/** Returns the due date, else the reason for its absence, else the duration of the service. */
function termFact(filed: ApplicationOrSubmission, option: CostOption | undefined): PrintoutFact {
  if (filed.dueDate) return [PRINT.answerDue, shortDate(filed.dueDate)];
  const reason = 'noDueDateReason' in filed && filed.submitTime ? filed.noDueDateReason : undefined;
  if (reason) return [PRINT.term, <Bilingual message={NO_DUE_DATE_TEXTS[reason]} />];
  return option && [PRINT.term, <Bilingual message={termText(option)} />];
}

/** The documents shown, with details. */
export function evidenceFact({ evidence = [] }: ApplicationOrSubmission, catalog: Catalog): PrintoutFact {
  const lines = evidence.map((document) =>
    joinMessages([evidenceTitle(catalog, document.kind), ...evidenceDetails(document)]),
  );
  return [PRINT.papers, <Lines lines={lines.length > 0 ? lines : [PRINT.noPapers]} />];
}

function Lines({ lines }: { lines: readonly LocalizedText[] }) {
  return lines.map((text, i) => (
    <div key={i}>
      <Bilingual message={text} />
    </div>
  ));
}

/** Details of a shown document. */
function evidenceDetails({ number, issueDate, originalSeen, verificationCode, copy }: Evidence): LocalizedText[] {
  const details: LocalizedText[] = [];
  if (number) details.push(interpolate(PRINT.numbered, { number }));
  if (issueDate) details.push(interpolate(PRINT.ofDate, { date: shortDate(issueDate) }));
  if (verificationCode) details.push(interpolate(PRINT.byCode, { code: verificationCode }));
  if (originalSeen) details.push(PRINT.originalSeen);
  if (copy) details.push(PRINT.scanned);
  return details.length > 0 ? details : [PRINT.notSeen];
}

/** The requested documents that the applicant cannot obtain, with reasons. */
function unavailableFact(filed: ApplicationOrSubmission, catalog: Catalog): PrintoutFact {
  const unavailable = ('unavailable' in filed && filed.unavailable) || [];
  if (unavailable.length === 0) return undefined;
  const lines = unavailable.map(({ kind, reason }) =>
    joinMessages([evidenceTitle(catalog, kind), ...(reason ? [{ ro: reason }] : [])]),
  );
  return [PRINT.cannotGet, <Lines lines={lines} />];
}

/** Lines for the applicant and the specialist, each with a date. */
export function signatureLabels(specialist: string) {
  return [
    <Bilingual message={PRINT.signatureApplicant} />,
    <Bilingual message={PRINT.date} />,
    <>
      <Bilingual message={PRINT.signatureSpecialist} />
      <br />
      {specialist}
    </>,
    <Bilingual message={PRINT.date} />,
  ];
}
