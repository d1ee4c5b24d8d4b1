import { useState } from 'react';
import { today } from '../language/dates.ts';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { useSignedIn } from '../session/session.tsx';
import { TEAM } from '../texts/team.ts';
import { AbsenceForm } from './absence-form.tsx';
import { AccessForm } from './access-form.tsx';
import type { MemberProps } from './member.tsx';
import { resolveMemberStatus } from './member-status.ts';
import type { MemberPermissions } from './member-status.ts';
import { RolesForm } from './roles-form.tsx';
import { useStaffChange } from './use-staff-change.ts';
import type { StaffChangeState } from './use-staff-change.ts';
import styles from './team.module.css';

type MemberAction = 'suspend' | 'reinstate' | 'remove' | 'roles' | 'absence';

export interface ActionFormProps extends Pick<MemberProps, 'scope' | 'member' | 'members'> {
  permissions: MemberPermissions;
  staffChange: StaffChangeState;
  /** Called when the action is done or cancelled. */
  onClose: () => void;
}

interface MemberActionsProps extends Pick<MemberProps, 'scope' | 'member' | 'members'> {
  permissions: MemberPermissions;
  onDone: () => void;
}

/** The actions on a member; each opens its form in place. */
export function MemberActions({ scope, member, members, permissions, onDone }: MemberActionsProps) {
  const staffChange = useStaffChange(scope);
  const [activeForm, setActiveForm] = useState<MemberAction>();
  const close = () => {
    setActiveForm(undefined);
    staffChange.clear();
    onDone();
  };
  useCloseKey(activeForm !== undefined, close);
  const form = { scope, member, members, permissions, staffChange, onClose: close };
  return (
    <>
      {activeForm === undefined && (
        <MemberActionButtons scope={scope} member={member} permissions={permissions} onAsk={setActiveForm} />
      )}
      {activeForm === 'roles' && <RolesForm {...form} />}
      {activeForm === 'absence' && <AbsenceForm {...form} />}
      {(activeForm === 'suspend' || activeForm === 'reinstate' || activeForm === 'remove') && (
        <AccessForm action={activeForm} {...form} />
      )}
      {staffChange.errorText && (
        <p role="alert" className={styles.fault}>
          {staffChange.errorText}
        </p>
      )}
      {activeForm === undefined && <NoAccessReason permissions={permissions} member={member} />}
    </>
  );
}

interface MemberActionButtonsProps extends Pick<MemberProps, 'scope' | 'member'> {
  permissions: MemberPermissions;
  onAsk: (action: MemberAction) => void;
}

function MemberActionButtons({ scope, member, permissions, onAsk }: MemberActionButtonsProps) {
  const { t } = useLanguage();
  const isSuspended = resolveMemberStatus(member, today()) === 'suspended';
  if (!permissions.access && !permissions.absence && !permissions.roles) return null;
  return (
    <div className={styles.ways}>
      {permissions.access && isSuspended && <Button onClick={() => onAsk('reinstate')}>{t(TEAM.reinstate)}</Button>}
      {permissions.absence && (
        <Button onClick={() => onAsk('absence')}>{t(member.absence ? TEAM.absenceChange : TEAM.absenceDo)}</Button>
      )}
      {permissions.roles && <Button onClick={() => onAsk('roles')}>{t(TEAM.rolesDo)}</Button>}
      {permissions.access && !isSuspended && (
        <Button variant="danger" onClick={() => onAsk('suspend')}>
          {t(TEAM.suspend)}
        </Button>
      )}
      {permissions.access && (
        <Button variant="danger" onClick={() => onAsk('remove')}>
          {t(scope === 'staff' ? TEAM.removeWhole : TEAM.remove)}
        </Button>
      )}
    </div>
  );
}

/** Explains to managers why they cannot change this member's access. */
function NoAccessReason({ permissions, member }: { permissions: MemberPermissions; member: MemberProps['member'] }) {
  const { t } = useLanguage();
  const { operator } = useSignedIn().session;
  const manages = operator.roles.some((role) => role === 'centre-manager' || role === 'supervisor');
  if (permissions.access || !manages || resolveMemberStatus(member, today()) === 'former') return null;
  return <p className={styles.quiet}>{t(member.name === operator.name ? TEAM.own : TEAM.ofSupervisor)}</p>;
}
