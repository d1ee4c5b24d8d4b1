import type { Catalog, MandateRevocation, StoredMandate } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { Bilingual, NumberBox, Printout, PrintoutFacts, Quote, SignatureLines } from '../print/printout.tsx';
import type { PrintoutSetting } from '../print/printout.tsx';
import { trackingPageUrl } from '../print/qr.tsx';
import { PRINT } from '../texts/print.ts';
import { MANDATES } from '../texts/mandates.ts';
import { catalogTitles, mandatePersonText, scopeParts } from './mandate-facts.ts';
import { RevocationReceipt } from './revocation-receipt.tsx';

interface MandatePrintoutProps {
  /** Whole: with its text, and with its own code where it was just issued. */
  mandate: StoredMandate;
  catalog: Catalog;
  /** Display name of the specialist. */
  specialist: string;
}

/** The mandate to sign: the exact text in Romanian and in the person's language, and the code to see and end it. */
export function StoredMandatePrintout({ mandate, catalog, specialist }: MandatePrintoutProps) {
  const { text, representative, code, supportingCode } = mandate;
  const confirmTime = supportingCode?.confirmTime;
  const signature = representative ? MANDATES.signatureRepresentative : MANDATES.signaturePerson;
  return (
    <Printout setting={toSetting(mandate, catalog)} title={<Bilingual message={MANDATES.one} />}>
      {text.romanianText && <TextQuote language="ro" text={text.romanianText} />}
      <TextQuote language={text.language} text={text.text ?? ''} />
      {code && (
        <NumberBox
          label={<Bilingual message={MANDATES.code} />}
          number={code}
          scan={{ text: `${mandatePageUrl()}=${code}`, label: code }}
        >
          <p>
            <Bilingual message={MANDATES.codeMore} params={{ address: mandatePageUrl() }} />
          </p>
        </NumberBox>
      )}
      <PrintoutFacts
        isDense
        facts={[
          [MANDATES.textVersion, text.version],
          confirmTime && [
            supportingCode.channel === 'email' ? MANDATES.codeSaidEmail : MANDATES.codeSaidPrint,
            [formatDayAndTime(confirmTime, catalog.centre.timeZone, ''), supportingCode.address]
              .filter(Boolean)
              .join(', '),
          ],
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
const mandatePageUrl = (): string => `${trackingPageUrl()}#mandate`;

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

const toSetting = ({ text, training }: StoredMandate, catalog: Catalog): PrintoutSetting => ({
  centre: catalog.centre.displayName,
  timeZone: catalog.centre.timeZone,
  language: text.language,
  training,
});
