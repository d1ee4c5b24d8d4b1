import type { ReactNode } from 'react';
import { sanitizeText } from '@cups/application';
import type { Application, LocalizedText, PublicServiceVersion, Catalog } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import { joinMessages } from '../language/messages.ts';
import { feeText, termText } from '../language/terms.ts';
import { FEE_TEXTS, TERM_TEXTS } from '../texts/content.ts';
import { PRINT } from '../texts/print.ts';
import { agencyName, findAvailableCostOptions, sanitizeLocalized, toPrintoutSetting } from './catalog-lookups.ts';
import { Checklist, LargePrint, Printout, PrintoutFacts, Quote, Subject, Bilingual } from './printout.tsx';
import type { PrintoutFact, PrintoutSetting } from './printout.tsx';

type EvidenceRule = NonNullable<PublicServiceVersion['evidence']>[number];

/** More lines than this are set closer, so that the list fits on one sheet. */
const DENSE_FROM = 4;

interface BringChecklistProps {
  version: PublicServiceVersion;
  catalog: Catalog;
  setting: PrintoutSetting;
}

/** The documents that a service requires, as a checklist with costs and duration. It names no person. */
export function BringChecklistPrintout({ version, catalog, setting }: BringChecklistProps) {
  const { evidence = [] } = version;
  const always = evidence.filter(({ required, when }) => required && !when);
  const maybe = evidence.filter((rule) => !always.includes(rule));
  const facts: PrintoutFact[] = [
    ...costFacts(version, catalog),
    [PRINT.agency, <Bilingual message={agencyName(catalog, version.provider)} />],
  ];
  return (
    <Printout setting={setting} title={<Bilingual message={PRINT.bringTitle} />}>
      <Subject>
        <Bilingual message={version.title} />
      </Subject>
      <LargePrint>
        {evidence.length === 0 && (
          <p>
            <Bilingual message={PRINT.bringNothing} />
          </p>
        )}
        <EvidenceList rules={always} title={PRINT.bringAlways} />
        <EvidenceList rules={maybe} title={PRINT.bringMaybe} />
      </LargePrint>
      <PrintoutFacts isDense={facts.length > DENSE_FROM} facts={facts} />
    </Printout>
  );
}

function costFacts(version: PublicServiceVersion, { centre }: Catalog): PrintoutFact[] {
  const offered = findAvailableCostOptions(version, centre);
  if (offered.length > 0)
    return offered.map((option) => [
      option.title,
      <Bilingual message={joinMessages([feeText(option), termText(option)])} />,
    ]);
  const { feeNote = FEE_TEXTS.unknown, termNote = TERM_TEXTS.unknown } = version;
  return [
    [PRINT.fee, <Bilingual message={feeNote} />],
    [PRINT.term, <Bilingual message={termNote} />],
  ];
}

function EvidenceList({ rules, title }: { rules: readonly EvidenceRule[]; title: LocalizedText }) {
  if (rules.length === 0) return null;
  return (
    <>
      <p>
        <Bilingual message={title} />
      </p>
      <Checklist items={rules.map((rule) => ({ key: rule.kind, text: rule.title, note: evidenceNote(rule) }))} />
    </>
  );
}

function evidenceNote({ accepts, when }: EvidenceRule): ReactNode {
  const isForOthers = when?.represented || when?.mandates;
  if (!accepts && !isForOthers) return undefined;
  return (
    <>
      {isForOthers && (
        <div>
          <Bilingual message={PRINT.whenRepresented} />
        </div>
      )}
      {accepts && (
        <div>
          <Bilingual message={PRINT.orCode} />
        </div>
      )}
    </>
  );
}

export interface MissingItem {
  key: string;
  words: LocalizedText;
  /** The agency's remark about the document. */
  note?: string | undefined;
}
interface MissingDocumentsPrintoutProps {
  application: Application;
  catalog: Catalog;
  items: readonly MissingItem[];
}

/** What a saved draft still lacks, or what the agency requests, as a checklist. */
export function MissingDocumentsPrintout({ application, catalog, items }: MissingDocumentsPrintoutProps) {
  const { answerBy, message } = application.documentRequest ?? {};
  const setting = toPrintoutSetting(catalog, application);
  return (
    <Printout setting={setting} title={<Bilingual message={PRINT.missingTitle} />}>
      <Subject>{application.serviceTitle && <Bilingual message={application.serviceTitle} />}</Subject>
      {message && (
        <Quote>
          <p>
            <Bilingual message={sanitizeLocalized(message)} />
          </p>
        </Quote>
      )}
      <LargePrint>
        <Checklist items={items.map(({ key, words, note = '' }) => ({ key, text: words, note: sanitizeText(note) }))} />
        {answerBy && (
          <p>
            <Bilingual message={PRINT.missingUntil} params={{ date: shortDate(answerBy) }} />
          </p>
        )}
        <p>
          <Bilingual message={PRINT.missingKept} params={{ centre: setting.centre }} />
        </p>
      </LargePrint>
    </Printout>
  );
}
