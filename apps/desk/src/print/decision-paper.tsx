import { plainCode } from '@cups/application';
import { RESULT_KIND_TEXTS } from '@cups/application/texts';
import type { Application, LocalizedText, Registry } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import { PAPER_KINDS } from '../texts/application.ts';
import { COLLECTOR_TEXTS } from '../texts/content.ts';
import { PRINT } from '../texts/print.ts';
import { ServiceSubject } from './application-paper.tsx';
import { moment } from './moment.ts';
import { agencyName, evidenceTitle, plainIn, settingOf } from './named.ts';
import { Paper, PaperFacts, Quote, Signed, Two } from './paper.tsx';
import type { PaperFact } from './paper.tsx';
import { PersonLines } from './people.tsx';

type Decision = NonNullable<Application['decision']>;
type HandOver = NonNullable<Application['handOver']>;
interface OfDecided {
  application: Application & { decision: Decision };
  registry: Registry;
}

/** What the agency decided, in its own words where it said why. */
export function DecisionPaper({ application, registry }: OfDecided) {
  const { decision, applicant, represented } = application;
  const at = (instant: string | undefined) => instant && moment(instant, registry.centre.timeZone);
  return (
    <Paper setting={settingOf(registry, application)} title={<Two words={titleOf(decision)} />}>
      <ServiceSubject filed={application} />
      <PaperFacts
        facts={[
          applicant && [PRINT.applicant, <PersonLines person={applicant} />],
          represented && [PRINT.represented, <PersonLines person={represented} />],
          [PRINT.agency, <Two words={agencyName(registry, application.agency)} />],
          [PRINT.decided, at(decision.decideTime)],
          [PRINT.corrected, at(decision.correctTime)],
          [PRINT.revoked, at(decision.revokeTime)],
          ...resultFacts(decision),
          decision.appeal?.until && [PRINT.appealUntil, shortDate(decision.appeal.until)],
        ]}
      />
      <AgencyWords title={PRINT.agencyWords} words={decision.reason} />
      <AgencyWords title={PRINT.corrected} words={decision.correctReason} />
      <AgencyWords title={PRINT.revoked} words={decision.revokeReason} />
      <AgencyWords title={PRINT.appeal} words={decision.appeal?.how} />
    </Paper>
  );
}

function titleOf(decision: Decision): LocalizedText {
  if (isRevoked(decision)) return PRINT.revokedTitle;
  return decision.approved ? PRINT.approvedTitle : PRINT.rejectedTitle;
}

/** Revoked, and no corrected result came after it. */
function isRevoked({ revokeTime, correctTime }: Decision): boolean {
  return revokeTime !== undefined && (correctTime === undefined || correctTime < revokeTime);
}

function resultFacts({ resultKind, resultNumber, verificationCode, validUntil }: Decision): PaperFact[] {
  return [
    resultKind && [PRINT.way, <Two words={RESULT_KIND_TEXTS[resultKind]} />],
    [PRINT.resultNumber, plainCode(resultNumber ?? '')],
    [PRINT.verificationCode, plainCode(verificationCode ?? '')],
    validUntil && [PRINT.validUntil, shortDate(validUntil)],
  ];
}

function AgencyWords({ title, words }: { title: LocalizedText; words: LocalizedText | undefined }) {
  if (!words) return null;
  return (
    <>
      <h2>
        <Two words={title} />
      </h2>
      <Quote>
        <p>
          <Two words={plainIn(words)} />
        </p>
      </Quote>
    </>
  );
}

interface OfHandedOver {
  application: Application & { handOver: HandOver };
  registry: Registry;
  /** Name of the specialist who gave it, for people. */
  specialist: string;
}

/** By which the collector confirms that the result was given. */
export function HandOverPaper({ application, registry, specialist }: OfHandedOver) {
  const { handOver, decision, applicant } = application;
  const { handOverTime, paperKind, paperNumber = '', ground } = handOver;
  return (
    <Paper setting={settingOf(registry, application)} title={<Two words={PRINT.handOverTitle} />}>
      <ServiceSubject filed={application} />
      <PaperFacts
        facts={[
          applicant && [PRINT.applicant, <PersonLines person={applicant} />],
          [PRINT.agency, <Two words={agencyName(registry, application.agency)} />],
          ...(decision ? resultFacts(decision) : []),
          [PRINT.handedOver, handOverTime && moment(handOverTime, registry.centre.timeZone)],
          [PRINT.collectedBy, <Collector handOver={handOver} />],
          paperKind && [
            PRINT.shown,
            <>
              <Two words={paperKindWords(registry, paperKind)} />
              <div>{paperNumber}</div>
            </>,
          ],
          [PRINT.power, ground?.reference],
          [PRINT.specialist, specialist],
        ]}
      />
      <Signed
        lines={[
          <Two words={PRINT.signatureCollector} />,
          <>
            <Two words={PRINT.signatureSpecialist} />
            <br />
            {specialist}
          </>,
        ]}
      />
    </Paper>
  );
}

/** A document by which people prove who they are; some of these are asked for by no service. */
function paperKindWords(registry: Registry, kind: string): LocalizedText {
  const known: Readonly<Record<string, LocalizedText>> = PAPER_KINDS;
  return known[kind] ?? evidenceTitle(registry, kind);
}

function Collector({ handOver: { collectedBy, collectorName } }: { handOver: HandOver }) {
  return (
    <>
      {collectorName && <div>{collectorName}</div>}
      <div>
        <Two words={COLLECTOR_TEXTS[collectedBy]} />
      </div>
    </>
  );
}
