import { useEffect, useState } from 'react';
import { LogOut } from 'lucide-react';
import { REASON_TEXTS } from '@cups/application/texts';
import { isPassing, Refusal } from '../api/client.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { useOnce } from '../parts/use-once.ts';
import { useWaiting } from '../outbox/use-outbox.ts';
import { ROLES, SESSION } from '../texts/session.ts';
import { useUnsent } from '../visit/visits.tsx';
import { OwnSessions } from './own-sessions.tsx';
import { useDoors, useSignedIn } from './session.tsx';
import styles from './me.module.css';

/** Who is signed in; where else she works; and the way out, which says what would be lost. */
export function Me() {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const [open, setOpen] = useState(false);
  const { displayName } = session.operator;
  return (
    <>
      <button
        type="button"
        className={styles.name}
        aria-label={`${t(SESSION.me)}: ${displayName}`}
        onClick={() => setOpen(true)}
      >
        <span className={styles.whole}>{displayName}</span>
        <span className={styles.initials}>{initialsOf(displayName)}</span>
      </button>
      {open && (
        <Dialog title={displayName} onClose={() => setOpen(false)}>
          <div className={styles.inner}>
            <p>{session.operator.roles.map((role) => t(ROLES[role])).join(', ')}</p>
            <CentreChoice onChosen={() => setOpen(false)} />
            <Leaving />
            <OwnSessions />
          </div>
        </Dialog>
      )}
    </>
  );
}

/** Of the first two words of a name. */
const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map(([first = '']) => first.toUpperCase())
    .join('');

/** The centres of who has several; none is chosen beforehand where it is asked anew. */
export function CentreChoice({ asTitle = false, onChosen }: { asTitle?: boolean; onChosen?: () => void }) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const { switchCentre } = useDoors();
  const [fault, setFault] = useState('');
  const [chosen, setChosen] = useState(asTitle ? undefined : session.centre);
  const centres = session.centres ?? [];
  const [go, isGoing] = useOnce(async () => {
    if (!chosen) return setFault(t(SESSION.chooseCentreFirst));
    await switchCentre(chosen).then(onChosen, (error: unknown) => {
      if (!(error instanceof Refusal) && !isPassing(error)) throw error;
      setFault(t(error instanceof Refusal ? REASON_TEXTS[error.reason] : SESSION.silent));
    });
  });
  if (centres.length < 2) return null;
  const isOther = asTitle || chosen !== session.centre;
  return (
    <form className={styles.choosing} onSubmit={(event) => (event.preventDefault(), void go())}>
      <Choice
        label={t(SESSION.chooseCentre)}
        labelHidden={asTitle}
        digits={asTitle}
        options={centres.map(({ name, displayName, district }) => ({ value: name, says: displayName, more: district }))}
        value={chosen}
        error={fault}
        onChange={setChosen}
      />
      {isOther && (
        <Button type="submit" look={asTitle ? 'filled' : 'outlined'} large={asTitle} busy={isGoing}>
          {t(SESSION.workHere)}
        </Button>
      )}
    </form>
  );
}

function Leaving() {
  const { t } = useLanguage();
  const { signOut, cover } = useDoors();
  const { outbox } = useSignedIn();
  // Whoever sees the way out does not undo any more, and sees what would really be lost.
  useEffect(() => outbox.hurry(), [outbox]);
  const waiting = useWaiting();
  const unsent = useUnsent();
  const lost = waiting + unsent;
  return (
    <div className={styles.leaving}>
      <p>{lost > 0 ? t(SESSION.outWaiting, { n: lost }) : t(SESSION.outDrafts)}</p>
      <div className={styles.ways}>
        <Button look={lost > 0 ? 'filled' : 'outlined'} cap="F8" onClick={cover}>
          {t(SESSION.cover)}
        </Button>
        <Button look="danger" icon={LogOut} onClick={() => void signOut()}>
          {t(SESSION.out)}
        </Button>
      </div>
    </div>
  );
}
