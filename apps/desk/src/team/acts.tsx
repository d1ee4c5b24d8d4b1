import { useState } from 'react';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useSignedIn } from '../session/session.tsx';
import { TEAM } from '../texts/team.ts';
import { AbsenceForm } from './absence-form.tsx';
import { AccessForm } from './access-form.tsx';
import type { MemberProps } from './member.tsx';
import { standingOf } from './people.ts';
import type { May } from './people.ts';
import { RolesForm } from './roles-form.tsx';
import { useChange } from './use-change.ts';
import type { Changing } from './use-change.ts';
import styles from './team.module.css';

type Asking = 'suspend' | 'reinstate' | 'remove' | 'roles' | 'absence';

export interface FormProps extends Pick<MemberProps, 'of' | 'member' | 'members'> {
  may: May;
  changing: Changing;
  /** Done, or given up. */
  onClose: () => void;
}

interface ActsProps extends Pick<MemberProps, 'of' | 'member' | 'members'> {
  may: May;
  onDone: () => void;
}

/** What may be done about one of the team; each is asked in place. */
export function Acts({ of, member, members, may, onDone }: ActsProps) {
  const changing = useChange(of);
  const [asking, setAsking] = useState<Asking>();
  const close = () => {
    setAsking(undefined);
    changing.clear();
    onDone();
  };
  const form = { of, member, members, may, changing, onClose: close };
  return (
    <>
      {asking === undefined && <Ways of={of} member={member} may={may} onAsk={setAsking} />}
      {asking === 'roles' && <RolesForm {...form} />}
      {asking === 'absence' && <AbsenceForm {...form} />}
      {(asking === 'suspend' || asking === 'reinstate' || asking === 'remove') && (
        <AccessForm does={asking} {...form} />
      )}
      {changing.fault && (
        <p role="alert" className={styles.fault}>
          {changing.fault}
        </p>
      )}
      {asking === undefined && <WhyNot may={may} member={member} />}
    </>
  );
}

interface WaysProps extends Pick<MemberProps, 'of' | 'member'> {
  may: May;
  onAsk: (what: Asking) => void;
}

function Ways({ of, member, may, onAsk }: WaysProps) {
  const { t } = useLanguage();
  const isSuspended = standingOf(member, today()) === 'suspended';
  if (!may.access && !may.absence && !may.roles) return null;
  return (
    <div className={styles.ways}>
      {may.access && isSuspended && <Button onClick={() => onAsk('reinstate')}>{t(TEAM.reinstate)}</Button>}
      {may.absence && (
        <Button onClick={() => onAsk('absence')}>{t(member.absence ? TEAM.absenceChange : TEAM.absenceDo)}</Button>
      )}
      {may.roles && <Button onClick={() => onAsk('roles')}>{t(TEAM.rolesDo)}</Button>}
      {may.access && !isSuspended && (
        <Button look="danger" onClick={() => onAsk('suspend')}>
          {t(TEAM.suspend)}
        </Button>
      )}
      {may.access && (
        <Button look="danger" onClick={() => onAsk('remove')}>
          {t(of === 'staff' ? TEAM.removeWhole : TEAM.remove)}
        </Button>
      )}
    </div>
  );
}

/** Who manages here, and cannot change the access of this one, reads why. */
function WhyNot({ may, member }: { may: May; member: MemberProps['member'] }) {
  const { t } = useLanguage();
  const { operator } = useSignedIn().session;
  const manages = operator.roles.some((role) => role === 'centre-manager' || role === 'supervisor');
  if (may.access || !manages || standingOf(member, today()) === 'gone') return null;
  return <p className={styles.quiet}>{t(member.name === operator.name ? TEAM.own : TEAM.ofSupervisor)}</p>;
}
