import type { ReactNode } from 'react';
import { plainWords } from '@cups/application';
import type { Application, LocalizedText, PublicServiceVersion, Registry } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import { joinWords } from '../language/text.ts';
import { feeText, termText } from '../language/terms.ts';
import { FEE_TEXTS, TERM_TEXTS } from '../texts/content.ts';
import { PRINT } from '../texts/print.ts';
import { agencyName, optionsAt, plainIn, settingOf } from './named.ts';
import { Boxes, Large, Paper, PaperFacts, Quote, Subject, Two } from './paper.tsx';
import type { PaperFact, PaperSetting } from './paper.tsx';

type EvidenceRule = NonNullable<PublicServiceVersion['evidence']>[number];

/** From so many lines about cost on they are set closer, so that the sheet stays one. */
const MANY = 4;

interface BringParts {
  version: PublicServiceVersion;
  registry: Registry;
  setting: PaperSetting;
}

/** What a service asks for, for who comes back later: a list to tick, what it costs, and how long it takes. Of nobody by name. */
export function BringThisPaper({ version, registry, setting }: BringParts) {
  const { evidence = [] } = version;
  const always = evidence.filter(({ required, when }) => required && !when);
  const maybe = evidence.filter((rule) => !always.includes(rule));
  const facts: PaperFact[] = [
    ...costFacts(version, registry),
    [PRINT.agency, <Two words={agencyName(registry, version.provider)} />],
  ];
  return (
    <Paper setting={setting} title={<Two words={PRINT.bringTitle} />}>
      <Subject>
        <Two words={version.title} />
      </Subject>
      <Large>
        {evidence.length === 0 && (
          <p>
            <Two words={PRINT.bringNothing} />
          </p>
        )}
        <Asked rules={always} words={PRINT.bringAlways} />
        <Asked rules={maybe} words={PRINT.bringMaybe} />
      </Large>
      <PaperFacts dense={facts.length > MANY} facts={facts} />
    </Paper>
  );
}

function costFacts(version: PublicServiceVersion, { centre }: Registry): PaperFact[] {
  const offered = optionsAt(version, centre);
  if (offered.length > 0)
    return offered.map((option) => [option.title, <Two words={joinWords([feeText(option), termText(option)])} />]);
  const { noFee = FEE_TEXTS.unknown, noTerm = TERM_TEXTS.unknown } = version;
  return [
    [PRINT.fee, <Two words={noFee} />],
    [PRINT.term, <Two words={noTerm} />],
  ];
}

function Asked({ rules, words }: { rules: readonly EvidenceRule[]; words: LocalizedText }) {
  if (rules.length === 0) return null;
  return (
    <>
      <p>
        <Two words={words} />
      </p>
      <Boxes items={rules.map((rule) => ({ key: rule.kind, words: rule.title, note: noteOf(rule) }))} />
    </>
  );
}

function noteOf({ accepts, when }: EvidenceRule): ReactNode {
  const isForOthers = when?.represented || when?.mandates;
  if (!accepts && !isForOthers) return undefined;
  return (
    <>
      {isForOthers && (
        <div>
          <Two words={PRINT.whenRepresented} />
        </div>
      )}
      {accepts && (
        <div>
          <Two words={PRINT.orCode} />
        </div>
      )}
    </>
  );
}

export interface MissingItem {
  key: string;
  words: LocalizedText;
  /** More about it: the agency's words about this paper. */
  note?: string | undefined;
}
interface MissingParts {
  application: Application;
  registry: Registry;
  items: readonly MissingItem[];
}

/** What is still missing of a file that is put aside, or what the agency asks for: a list to tick. */
export function MissingPaper({ application, registry, items }: MissingParts) {
  const { answerBy, message } = application.documentRequest ?? {};
  const setting = settingOf(registry, application);
  return (
    <Paper setting={setting} title={<Two words={PRINT.missingTitle} />}>
      <Subject>{application.serviceTitle && <Two words={application.serviceTitle} />}</Subject>
      {message && (
        <Quote>
          <p>
            <Two words={plainIn(message)} />
          </p>
        </Quote>
      )}
      <Large>
        <Boxes items={items.map(({ key, words, note = '' }) => ({ key, words, note: plainWords(note) }))} />
        {answerBy && (
          <p>
            <Two words={PRINT.missingUntil} params={{ date: shortDate(answerBy) }} />
          </p>
        )}
        <p>
          <Two words={PRINT.missingKept} params={{ centre: setting.centre }} />
        </p>
      </Large>
    </Paper>
  );
}
