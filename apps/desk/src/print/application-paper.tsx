import { NO_DUE_DATE_TEXTS } from '@cups/application/texts';
import type { CostOption, Evidence, LocalizedText, Registry } from '../api/types.ts';
import { saidAnswers } from '../language/answers.ts';
import { shortDate } from '../language/dates.ts';
import { money } from '../language/money.ts';
import { fillWords, joinWords } from '../language/text.ts';
import { feeText, termText } from '../language/terms.ts';
import { DELIVERY_TEXTS } from '../texts/content.ts';
import { PRINT } from '../texts/print.ts';
import { moment } from './moment.ts';
import { agencyName, costOptionOf, evidenceTitle, settingOf, versionOf } from './named.ts';
import type { Filed } from './named.ts';
import { Paper, PaperFacts, Signed, Subject, Together, Two } from './paper.tsx';
import type { PaperFact } from './paper.tsx';
import { contactOf, MandateLines, PersonLines } from './people.tsx';

interface OfFile {
  filed: Filed;
  registry: Registry;
  /** Name of the specialist, for people. */
  specialist: string;
}

/** The application to sign: a draft as it stands, or a submission as it was frozen. */
export function ApplicationPaper({ filed, registry, specialist }: OfFile) {
  const form = ('formSchema' in filed ? filed.formSchema : undefined) ?? versionOf(registry, filed)?.formSchema ?? {};
  const sections = saidAnswers(form, filed.answers ?? {});
  return (
    <Paper setting={settingOf(registry, filed)} title={<Two words={PRINT.applicationTitle} />}>
      <ServiceSubject filed={filed} />
      <PaperFacts facts={[...whoAsks({ filed, registry, specialist }), ...whatItTakes(filed, registry)]} />
      {sections.map(({ title, answers }, i) => (
        <Together key={i}>
          {title && (
            <h2>
              <Two words={title} />
            </h2>
          )}
          <PaperFacts facts={answers.map(({ label, value }) => [label, <Two words={value} />] as const)} />
        </Together>
      ))}
      <Together>
        <PaperFacts facts={[papersFact(filed, registry), unavailableFact(filed, registry)]} />
        <Signed lines={signatures(specialist)}>
          <p>
            <Two words={PRINT.declaration} />
          </p>
        </Signed>
      </Together>
    </Paper>
  );
}

/** By which the person lets the specialist act. */
export function MandatePaper({ filed, registry, specialist }: OfFile) {
  return (
    <Paper setting={settingOf(registry, filed)} title={<Two words={PRINT.mandateTitle} />}>
      <ServiceSubject filed={filed} />
      <PaperFacts facts={whoAsks({ filed, registry, specialist })} />
      <Signed lines={signatures(specialist)}>
        <p>
          <Two words={PRINT.mandateWords} />
        </p>
        <p>
          <Two words={PRINT.mandateData} />
        </p>
      </Signed>
    </Paper>
  );
}

export function ServiceSubject({ filed: { serviceTitle } }: { filed: Filed }) {
  return <Subject>{serviceTitle && <Two words={serviceTitle} />}</Subject>;
}

function whoAsks({ filed, registry, specialist }: OfFile): PaperFact[] {
  const contact = 'contact' in filed ? contactOf(filed.contact) : '';
  return [
    [PRINT.agency, <Two words={agencyName(registry, filed.agency)} />],
    filed.applicant && [PRINT.applicant, <PersonLines person={filed.applicant} />],
    [PRINT.contact, contact],
    filed.represented && [PRINT.represented, <PersonLines person={filed.represented} />],
    filed.mandate && [PRINT.ground, <MandateLines mandate={filed.mandate} />],
    [PRINT.specialist, specialist],
  ];
}

/** When it was filed, what it costs, until when the answer comes, and how. */
export function whatItTakes(filed: Filed, registry: Registry): PaperFact[] {
  const option = costOptionOf(registry, filed);
  const { timeZone } = registry.centre;
  return [
    [PRINT.filed, filed.submitTime ? moment(filed.submitTime, timeZone) : <Two words={PRINT.notFiled} />],
    option && [PRINT.fee, <Two words={feeText(option)} />],
    [
      PRINT.paid,
      'payment' in filed && filed.payment && `${money(filed.payment.amount)}, ${filed.payment.receiptNumber}`,
    ],
    termFact(filed, option),
    filed.delivery && [
      PRINT.way,
      <>
        <Two words={DELIVERY_TEXTS[filed.delivery.kind]} />
        {filed.delivery.note && <div>{filed.delivery.note}</div>}
      </>,
    ],
  ];
}

/** The day by which the answer comes; where there is none, why, or how long it takes once it is filed. */
function termFact(filed: Filed, option: CostOption | undefined): PaperFact {
  if (filed.dueDate) return [PRINT.answerDue, shortDate(filed.dueDate)];
  const why = 'noDueDateReason' in filed && filed.submitTime ? filed.noDueDateReason : undefined;
  if (why) return [PRINT.term, <Two words={NO_DUE_DATE_TEXTS[why]} />];
  return option && [PRINT.term, <Two words={termText(option)} />];
}

/** The papers that were shown, each with what is known of it. */
export function papersFact({ evidence = [] }: Filed, registry: Registry): PaperFact {
  const lines = evidence.map((one) => joinWords([evidenceTitle(registry, one.kind), ...shownWords(one)]));
  return [PRINT.papers, <Lines lines={lines.length > 0 ? lines : [PRINT.noPapers]} />];
}

function Lines({ lines }: { lines: readonly LocalizedText[] }) {
  return lines.map((words, i) => (
    <div key={i}>
      <Two words={words} />
    </div>
  ));
}

/** What is known of a paper that was shown. */
function shownWords({ number, issueDate, originalSeen, verificationCode }: Evidence): LocalizedText[] {
  const known: LocalizedText[] = [];
  if (number) known.push(fillWords(PRINT.numbered, { number }));
  if (issueDate) known.push(fillWords(PRINT.ofDate, { date: shortDate(issueDate) }));
  if (verificationCode) known.push(fillWords(PRINT.byCode, { code: verificationCode }));
  if (originalSeen) known.push(PRINT.originalSeen);
  return known.length > 0 ? known : [PRINT.notSeen];
}

/** The papers that the agency asked for and that the person cannot get, with why. */
function unavailableFact(filed: Filed, registry: Registry): PaperFact {
  const unavailable = ('unavailable' in filed && filed.unavailable) || [];
  if (unavailable.length === 0) return undefined;
  const lines = unavailable.map(({ kind, reason }) =>
    joinWords([evidenceTitle(registry, kind), ...(reason ? [{ ro: reason }] : [])]),
  );
  return [PRINT.cannotGet, <Lines lines={lines} />];
}

function signatures(specialist: string) {
  return [
    <Two words={PRINT.signatureApplicant} />,
    <Two words={PRINT.date} />,
    <>
      <Two words={PRINT.signatureSpecialist} />
      <br />
      {specialist}
    </>,
    <Two words={PRINT.date} />,
  ];
}
