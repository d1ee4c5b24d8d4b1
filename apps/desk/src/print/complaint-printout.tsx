import type { Application, Catalog, LocalizedText } from '../api/types.ts';
import { COMPLAINTS } from '../texts/complaints.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import { PRINT } from '../texts/print.ts';
import { toPrintoutSetting } from './catalog-lookups.ts';
import { groupDigits } from './group-digits.ts';
import { Bilingual, Printout, PrintoutFacts, SignatureLines, Subject } from './printout.tsx';

export type Complaint = NonNullable<Application['complaints']>[number];

interface ComplaintPrintoutProps {
  application: Application;
  complaint: Complaint;
  catalog: Catalog;
}

/** The complaint to sign, as it was frozen. It goes to the agency, so it omits the tracking number of the person. */
export function ComplaintPrintout({ application, complaint, catalog }: ComplaintPrintoutProps) {
  const { trackingNumber: _secret, ...shown } = application;
  const [addressee = {}, title = {}, ...paragraphs] = splitParagraphs(complaint.text);
  return (
    <Printout setting={toPrintoutSetting(catalog, shown)} title={<Bilingual message={title} />}>
      <Subject>
        <Bilingual message={addressee} />
      </Subject>
      {paragraphs.map((paragraph, at) => (
        <p key={at}>
          <Bilingual message={paragraph} />
        </p>
      ))}
      <SignatureLines
        lines={[
          <Bilingual message={PRINT.signatureApplicant} />,
          <Bilingual message={PRINT.date} />,
          <Bilingual message={COMPLAINTS.replyAddress} />,
        ]}
      >
        <p>
          <Bilingual message={COMPLAINTS.signed} />
        </p>
      </SignatureLines>
      <PrintoutFacts isDense facts={[[DOCUMENTS.sha256, groupDigits(complaint.textSha256)]]} />
    </Printout>
  );
}

/** Returns the paragraphs of a text, which are aligned in its languages. */
export function splitParagraphs(text: LocalizedText): LocalizedText[] {
  const languages = Object.entries(text).map(([language, lines]) => [language, lines.split('\n')] as const);
  const count = Math.max(0, ...languages.map(([, lines]) => lines.length));
  return Array.from({ length: count }, (_, at) =>
    Object.fromEntries(languages.map(([language, lines]) => [language, lines[at] ?? ''])),
  );
}
