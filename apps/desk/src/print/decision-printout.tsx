import { sanitizeCode } from '@cups/application';
import { RESULT_KIND_TEXTS } from '@cups/application/texts';
import type { Application, LocalizedText, Catalog } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import { ID_DOCUMENT_KINDS } from '../texts/hand-over.ts';
import { COLLECTOR_TEXTS } from '../texts/content.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import { PRINT } from '../texts/print.ts';
import { isRevoked } from '../documents/replacement.ts';
import { ServiceSubject } from './application-printout.tsx';
import type { HandOverSubject } from '../handover/hand-over-form.ts';
import { formatInstant } from './format-instant.ts';
import { agencyName, evidenceTitle, sanitizeLocalized, toPrintoutSetting } from './catalog-lookups.ts';
import { Printout, PrintoutFacts, Quote, SignatureLines, Bilingual } from './printout.tsx';
import type { PrintoutFact } from './printout.tsx';
import { PersonLines } from './person-lines.tsx';
import { groupDigits } from './group-digits.ts';

type Decision = NonNullable<Application['decision']>;
type HandOver = NonNullable<Application['handOver']>;
interface DecisionPrintoutProps {
  application: Application & { decision: Decision };
  catalog: Catalog;
}

/** The agency's decision, with its reason as a quotation. */
export function DecisionPrintout({ application, catalog }: DecisionPrintoutProps) {
  const { decision, applicant, represented } = application;
  const at = (instant: string | undefined) => instant && formatInstant(instant, catalog.centre.timeZone);
  return (
    <Printout setting={toPrintoutSetting(catalog, application)} title={<Bilingual message={decisionTitle(decision)} />}>
      <ServiceSubject filed={application} />
      <PrintoutFacts
        facts={[
          applicant && [PRINT.applicant, <PersonLines person={applicant} />],
          represented && [PRINT.represented, <PersonLines person={represented} />],
          [PRINT.agency, <Bilingual message={agencyName(catalog, application.agency)} />],
          [PRINT.decided, at(decision.decideTime)],
          [PRINT.corrected, at(decision.correctTime)],
          [PRINT.revoked, at(decision.revokeTime)],
          ...resultFacts(decision),
          decision.appeal?.deadline && [PRINT.appealUntil, shortDate(decision.appeal.deadline)],
        ]}
      />
      <AgencyMessage title={PRINT.agencyText} message={decision.reason} />
      <AgencyMessage title={PRINT.corrected} message={decision.correctReason} />
      <AgencyMessage title={PRINT.revoked} message={decision.revokeReason} />
      <AgencyMessage title={PRINT.appeal} message={decision.appeal?.instructions} />
    </Printout>
  );
}

function decisionTitle(decision: Decision): LocalizedText {
  if (isRevoked(decision)) return PRINT.revokedTitle;
  return decision.approved ? PRINT.approvedTitle : PRINT.rejectedTitle;
}

function resultFacts({
  resultKind,
  resultNumber,
  verificationCode,
  validUntil,
}: Pick<Decision, 'resultKind' | 'resultNumber' | 'verificationCode' | 'validUntil'>): PrintoutFact[] {
  return [
    resultKind && [PRINT.way, <Bilingual message={RESULT_KIND_TEXTS[resultKind]} />],
    [PRINT.resultNumber, sanitizeCode(resultNumber ?? '')],
    [PRINT.verificationCode, sanitizeCode(verificationCode ?? '')],
    validUntil && [PRINT.validUntil, shortDate(validUntil)],
  ];
}

function AgencyMessage({ title, message }: { title: LocalizedText; message: LocalizedText | undefined }) {
  if (!message) return null;
  return (
    <>
      <h2>
        <Bilingual message={title} />
      </h2>
      <Quote>
        <p>
          <Bilingual message={sanitizeLocalized(message)} />
        </p>
      </Quote>
    </>
  );
}

interface HandOverPrintoutProps {
  application: HandOverSubject & { handOver: HandOver };
  catalog: Catalog;
  /** Display name of the specialist who hands over. */
  specialist: string;
}

/** The confirmation that the collector signs. */
export function HandOverPrintout({ application, catalog, specialist }: HandOverPrintoutProps) {
  const { handOver, decision, applicant, agency } = application;
  const { handOverTime, idDocumentKind, idDocumentNumber = '', ground } = handOver;
  return (
    <Printout setting={toPrintoutSetting(catalog, application)} title={<Bilingual message={PRINT.handOverTitle} />}>
      <ServiceSubject filed={application} />
      <PrintoutFacts
        facts={[
          applicant && [PRINT.applicant, <PersonLines person={applicant} />],
          agency && [PRINT.agency, <Bilingual message={agencyName(catalog, agency)} />],
          ...(decision ? resultFacts(decision) : []),
          ...documentFacts(handOver),
          [PRINT.handedOver, handOverTime && formatInstant(handOverTime, catalog.centre.timeZone)],
          [PRINT.collectedBy, <Collector handOver={handOver} />],
          idDocumentKind && [
            PRINT.shown,
            <>
              <Bilingual message={idDocumentKindText(catalog, idDocumentKind)} />
              <div>{idDocumentNumber}</div>
            </>,
          ],
          [PRINT.power, ground?.reference],
          [PRINT.specialist, specialist],
        ]}
      />
      <SignatureLines
        lines={[
          <Bilingual message={PRINT.signatureCollector} />,
          <>
            <Bilingual message={PRINT.signatureSpecialist} />
            <br />
            {specialist}
          </>,
        ]}
      />
    </Printout>
  );
}

/** The documents handed over, each by its SHA-256 in groups of eight, to compare with the file. */
function documentFacts({ documentSha256s = [] }: HandOver): PrintoutFact[] {
  return documentSha256s.map((sha256) => [DOCUMENTS.sha256, groupDigits(sha256)]);
}

/** Returns the title of an identity document. No service requests some of these kinds. */
function idDocumentKindText(catalog: Catalog, kind: string): LocalizedText {
  const known: Readonly<Record<string, LocalizedText>> = ID_DOCUMENT_KINDS;
  return known[kind] ?? evidenceTitle(catalog, kind);
}

function Collector({ handOver: { collectedBy, collectorName } }: { handOver: HandOver }) {
  return (
    <>
      {collectorName && <div>{collectorName}</div>}
      <div>
        <Bilingual message={COLLECTOR_TEXTS[collectedBy]} />
      </div>
    </>
  );
}
