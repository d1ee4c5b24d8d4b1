import { DESK_NOTE_TEXTS } from '@cups/application/texts';
import type { ApplicationFile } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { FILE } from '../texts/application.ts';
import { useAct } from './use-act.ts';
import styles from './application.module.css';

/** What the agency did that moved no state and that the desk must know. */
export function DeskNews({ file: { application } }: { file: ApplicationFile }) {
  const { t } = useLanguage();
  const { act, busy, fault } = useAct(application.id);
  const kinds = [...new Set(application.deskNotes?.map(({ kind }) => kind))];
  if (kinds.length === 0) return null;
  return (
    <section className={styles.news} aria-label={t(FILE.news)}>
      <ul>
        {kinds.map((kind) => (
          <li key={kind}>{t(DESK_NOTE_TEXTS[kind])}</li>
        ))}
      </ul>
      <div>
        <Button busy={busy !== undefined} onClick={() => void act('desk-notes/seen')}>
          {t(FILE.dealtWith)}
        </Button>
      </div>
      {fault && <p className={styles.fault}>{fault}</p>}
    </section>
  );
}
