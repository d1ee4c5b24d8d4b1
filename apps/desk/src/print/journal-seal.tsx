import { PRINT } from '../texts/print.ts';
import { groupDigits } from './group-digits.ts';
import { readCheckpoint } from './journal.ts';
import { Bilingual, KeepTogether } from './printout.tsx';
import styles from './printout.module.css';
import { Qr } from './qr.tsx';

interface JournalSealProps {
  checkpoint: string;
  /** SHA-256 of the file of an access list. */
  listHash?: string | undefined;
}

/**
 * The newest checkpoint of the journal. A copy on paper lies outside the platform: a comparison with the log of today shows whether
 * the entries of that time were rewritten.
 *
 * A receipt has it as small text, so that its one QR code is the one that a person scans. A list of accesses is a proof, and has the
 * signed note with the hash of its file as a QR code too (docs/decisions/0067-one-code-on-a-receipt.md).
 */
export function JournalSeal({ checkpoint, listHash }: JournalSealProps) {
  const facts = readCheckpoint(checkpoint);
  if (!facts) return listHash === undefined ? null : <Unavailable />;
  const { origin, size, root } = facts;
  const isList = listHash !== undefined;
  return (
    <KeepTogether>
      <div className={isList ? styles.seal : `${styles.seal} ${styles.small}`}>
        {isList && <Qr text={`${checkpoint}list sha256 ${listHash}\n`} className={styles.sealCode} label={origin} />}
        <div>
          <p>
            <Bilingual message={PRINT.journalSeal} params={{ origin, size }} />
          </p>
          <p className={styles.hash}>{root}</p>
          {isList && (
            <>
              <p>
                <Bilingual message={PRINT.listHash} />
              </p>
              <p className={styles.hash}>{groupDigits(listHash)}</p>
            </>
          )}
        </div>
      </div>
    </KeepTogether>
  );
}

function Unavailable() {
  return (
    <p>
      <Bilingual message={PRINT.journalUnavailable} />
    </p>
  );
}
