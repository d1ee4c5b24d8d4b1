import type { LocalizedText, MandateRevocation } from '../api/types.ts';
import { formatInstant } from '../print/format-instant.ts';
import { JournalSeal } from '../print/journal-seal.tsx';
import { Bilingual, Printout, PrintoutFacts } from '../print/printout.tsx';
import type { PrintoutSetting } from '../print/printout.tsx';
import { MANDATES } from '../texts/mandates.ts';
import { actorText } from './mandate-facts.ts';
import type { ScopePart } from './mandate-facts.ts';

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
