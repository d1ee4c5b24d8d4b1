import { PRINT } from '../texts/print.ts';
import { groupDigits } from './group-digits.ts';
import { readCheckpoint } from './journal.ts';
import { Bilingual, KeepTogether } from './printout.tsx';
import styles from './printout.module.css';
import { Qr } from './qr.tsx';

/**
 * The newest checkpoint of the journal, as text and as a QR code of the signed note. A copy on paper lies outside the
 * platform, so it shows a journal that was rewritten later.
 * @param listHash SHA-256 of the file of an access list, which the code then has after the note
 */
export function JournalSeal({ checkpoint, listHash }: { checkpoint: string; listHash?: string | undefined }) {
  const facts = readCheckpoint(checkpoint);
  if (!facts) return listHash === undefined ? null : <Unavailable />;
  const { origin, size, root } = facts;
  const code = listHash === undefined ? checkpoint : `${checkpoint}list sha256 ${listHash}\n`;
  return (
    <KeepTogether>
      <div className={styles.seal}>
        <Qr text={code} className={styles.sealCode} label={origin} />
        <div>
          <p>
            <Bilingual message={PRINT.journalSeal} params={{ origin, size }} />
          </p>
          <p className={styles.hash}>{root}</p>
          {listHash !== undefined && (
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
