import { Download, ShieldCheck, Hourglass } from 'lucide-react';
import type { Language } from '@cups/application';
import { formatWhen } from '../application/state-texts.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import { plural } from '../language/plurals.ts';
import { Button } from '../parts/button.tsx';
import { Facts } from '../parts/facts.tsx';
import { groupDigits } from '../print/group-digits.ts';
import { readCheckpoint, saveListFile } from '../print/journal.ts';
import type { ListFile } from '../print/journal.ts';
import { ACCESS_LIST, HOURS_BEHIND, MINUTES } from '../texts/access-list.ts';
import type { Act } from './acts.ts';
import { BEHIND_MS } from './use-access-list.ts';
import type { JournalAnswer } from './use-access-list.ts';
import styles from './access-list.module.css';

interface JournalStateProps {
  id: string;
  acts: readonly Act[];
  wait: number | undefined;
  journal: JournalAnswer;
}

/** Whether the journal has the list, the newest signed checkpoint, and the file that proves it. */
export function JournalState({ id, acts, wait, journal }: JournalStateProps) {
  const { t, language } = useLanguage();
  const file = typeof journal === 'string' ? undefined : journal;
  const Icon = file && wait === undefined ? ShieldCheck : Hourglass;
  const delay = delayText(wait ?? 0, language);
  const hasAbsent = file !== undefined && acts.some(({ position }) => position === 'absent');
  return (
    <section className={styles.journal} aria-label={t(ACCESS_LIST.journal)}>
      <p className={styles.state} role="status">
        <Icon size={18} aria-hidden="true" />
        <span>{t(stateText(journal, { wait, hasAbsent }), { delay })}</span>
      </p>
      {file && <Checkpoint file={file} />}
      {file && file.entries.length > 0 && (
        <div className={styles.save}>
          <Button icon={Download} onClick={() => saveListFile(id, file)}>
            {t(ACCESS_LIST.save)}
          </Button>
          <span>{t(ACCESS_LIST.saveMore)}</span>
        </div>
      )}
    </section>
  );
}

/** @param found the age of the oldest act that waits, ms, and whether some are not in the journal at all */
function stateText(
  journal: JournalAnswer,
  { wait, hasAbsent }: { wait: number | undefined; hasAbsent: boolean },
): Text {
  if (journal === 'checking') return ACCESS_LIST.checking;
  if (journal === 'unavailable') return ACCESS_LIST.away;
  if (wait !== undefined) return wait > BEHIND_MS ? ACCESS_LIST.behind : ACCESS_LIST.soonRecorded;
  return hasAbsent ? ACCESS_LIST.somethingAbsent : ACCESS_LIST.allRecorded;
}

const MINUTE_MS = 60_000;
const MINUTES_OF_HOUR = 60;

/** Returns `7 minutes` or `3 hours`, rounded down. */
function delayText(delayMs: number, language: Language): string {
  const minutes = Math.floor(delayMs / MINUTE_MS);
  if (minutes < MINUTES_OF_HOUR) return plural(minutes, language, MINUTES);
  return plural(Math.floor(minutes / MINUTES_OF_HOUR), language, HOURS_BEHIND);
}

function Checkpoint({ file }: { file: ListFile }) {
  const { t, language } = useLanguage();
  const facts = readCheckpoint(file.checkpoint);
  if (!facts) return null;
  const { origin, size, root, time } = facts;
  const when = time ? formatWhen(time, { language, today: today() }) : '';
  return (
    <Facts
      facts={[
        [t(ACCESS_LIST.checkpoint), t(ACCESS_LIST.checkpointFacts, { origin, size, when })],
        [t(ACCESS_LIST.root), <span className={styles.hash}>{root}</span>],
        [t(ACCESS_LIST.listHash), <span className={styles.hash}>{groupDigits(file.sha256)}</span>],
      ]}
    />
  );
}
