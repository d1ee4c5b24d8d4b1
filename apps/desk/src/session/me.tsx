import { useState } from 'react';
import { LogOut, User } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { useWaiting } from '../outbox/use-outbox.ts';
import { ROLES, SESSION } from '../texts/session.ts';
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
        <User size={18} aria-hidden="true" />
        <span>{displayName}</span>
      </button>
      {open && (
        <Dialog title={displayName} onClose={() => setOpen(false)}>
          <div className={styles.inner}>
            <p>{session.operator.roles.map((role) => t(ROLES[role])).join(', ')}</p>
            <CentreChoice onChosen={() => setOpen(false)} />
            <Leaving />
          </div>
        </Dialog>
      )}
    </>
  );
}

/** The centres of who has several. */
export function CentreChoice({ onChosen }: { onChosen: () => void }) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const { switchCentre } = useDoors();
  const centres = session.centres ?? [];
  if (centres.length < 2) return null;
  return (
    <Choice
      label={t(SESSION.chooseCentre)}
      options={centres.map(({ name, displayName, district }) => ({ value: name, says: displayName, more: district }))}
      value={session.centre}
      onChange={(centre) => void switchCentre(centre).then(onChosen)}
    />
  );
}

function Leaving() {
  const { t } = useLanguage();
  const { signOut, cover } = useDoors();
  const waiting = useWaiting();
  return (
    <div className={styles.leaving}>
      <p>{waiting > 0 ? t(SESSION.outWaiting, { n: waiting }) : t(SESSION.outDrafts)}</p>
      <div className={styles.ways}>
        <Button look={waiting > 0 ? 'filled' : 'outlined'} cap="F8" onClick={cover}>
          {t(SESSION.cover)}
        </Button>
        <Button look="danger" icon={LogOut} onClick={() => void signOut()}>
          {t(SESSION.out)}
        </Button>
      </div>
    </div>
  );
}
