import { toCivilDate } from '@cups/application';
import type { Catalog, LocalizedText, MandateRevocation, StoredMandate } from '../api/types.ts';
import { shortDate } from '../language/dates.ts';
import { formatInstant } from '../print/format-instant.ts';
import { JournalSeal } from '../print/journal-seal.tsx';
import { Bilingual, NumberBox, Printout, PrintoutFacts, Quote, SignatureLines } from '../print/printout.tsx';
import type { PrintoutSetting } from '../print/printout.tsx';
import { trackingPageUrl } from '../print/qr.tsx';
import { PRINT } from '../texts/print.ts';
import { MANDATES } from '../texts/mandates.ts';
import { catalogTitles, mandatePersonText, scopeParts } from './mandate-facts.ts';
import type { ScopePart } from './mandate-facts.ts';

interface MandatePrintoutProps {
  /** Whole: with text and code. */
  mandate: StoredMandate;
  catalog: Catalog;
  /** Display name of the specialist. */
  specialist: string;
}

/** The mandate to sign: the exact text in Romanian and in the person's language, and the code to see and end it. */
export function StoredMandatePrintout({ mandate, catalog, specialist }: MandatePrintoutProps) {
  const { text, representative, code } = mandate;
  const signature = representative ? MANDATES.signatureRepresentative : MANDATES.signaturePerson;
  return (
    <Printout setting={toSetting(mandate, catalog)} title={<Bilingual message={MANDATES.one} />}>
      {text.romanianText && <TextQuote language="ro" text={text.romanianText} />}
      <TextQuote language={text.language} text={text.text ?? ''} />
      {code && (
        <NumberBox label={<Bilingual message={MANDATES.code} />} number={code}>
          <p>
            <Bilingual message={MANDATES.codeMore} params={{ address: mandatePageUrl() }} />
          </p>
        </NumberBox>
      )}
      <PrintoutFacts
        isDense
        facts={[
          [MANDATES.textVersion, text.version],
          [MANDATES.textHash, text.sha256],
        ]}
      />
      <SignatureLines
        lines={[
          <Bilingual message={signature} />,
          <Bilingual message={PRINT.date} />,
          <>
            <Bilingual message={PRINT.signatureSpecialist} />
            <br />
            {specialist}
          </>,
          <Bilingual message={PRINT.date} />,
        ]}
      />
    </Printout>
  );
}

/** The address at which a mandate is seen and ended. */
export const mandatePageUrl = (): string => `${trackingPageUrl()}#mandate`;

function TextQuote({ language, text }: { language: string; text: string }) {
  return (
    <Quote>
      {text
        .trim()
        .split('\n')
        .map((line) => (
          <p key={line} lang={language}>
            {line}
          </p>
        ))}
    </Quote>
  );
}

/** The receipt of a revocation at the desk. */
export function RevocationPrintout({
  mandate,
  revocation,
  catalog,
  checkpoint,
}: Omit<MandatePrintoutProps, 'specialist'> & { revocation: MandateRevocation; checkpoint: string }) {
  const parts = scopeParts(revocation.scope, catalogTitles(catalog));
  return (
    <RevocationReceipt
      setting={toSetting(mandate, catalog)}
      revocation={revocation}
      parts={parts}
      person={mandatePersonText(mandate.person)}
      checkpoint={checkpoint}
    />
  );
}

interface RevocationReceiptProps {
  setting: PrintoutSetting;
  revocation: MandateRevocation;
  /** What was revoked. */
  parts: readonly ScopePart[];
  /** Absent for the holder of a code, who is shown no names. */
  person?: string;
  /** Newest checkpoint of the journal; empty while it is unavailable. */
  checkpoint: string;
}

/** The receipt of a revocation. */
export function RevocationReceipt({ setting, revocation, parts, person, checkpoint }: RevocationReceiptProps) {
  const { whole, receipt, revokeTime, actor } = revocation;
  const title = whole ? MANDATES.receiptTitle : MANDATES.receiptPartTitle;
  return (
    <Printout setting={setting} title={<Bilingual message={title} />}>
      <PrintoutFacts
        facts={[
          [MANDATES.receipt, receipt],
          person !== undefined && [MANDATES.person, person],
          [MANDATES.revokeTime, formatInstant(revokeTime, setting.timeZone)],
          [MANDATES.revokedBy, <Bilingual message={actorText(actor)} />],
          [MANDATES.revokedPart, parts.map(({ key, title: part }) => <PartLine key={key} title={part} />)],
        ]}
      />
      <p>
        <Bilingual message={MANDATES.effect} />
      </p>
      <JournalSeal checkpoint={checkpoint} />
    </Printout>
  );
}

const PartLine = ({ title }: { title: LocalizedText }) => (
  <div>
    <Bilingual message={title} />
  </div>
);

/** Returns who revoked: the holder of the code, or the centre. */
export const actorText = (actor: string): LocalizedText =>
  actor === 'applicant' ? MANDATES.byApplicant : MANDATES.byCentre;

/** Returns the last day of a mandate, `04.12.2026`. The end of the term is the midnight after it. */
export const lastDayText = (expireTime: string): string =>
  shortDate(toCivilDate(new Date(new Date(expireTime).getTime() - 1)));

const toSetting = ({ text, training }: StoredMandate, catalog: Catalog): PrintoutSetting => ({
  centre: catalog.centre.displayName,
  timeZone: catalog.centre.timeZone,
  language: text.language,
  training,
});
