import { useState } from 'react';
import type { TeamMember } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { CheckBox } from '../parts/choice.tsx';
import { FieldError } from '../parts/field.tsx';
import { useSignedIn } from '../session/session.tsx';
import { ROLES } from '../texts/session.ts';
import { TEAM } from '../texts/team.ts';
import type { ActionFormProps } from './member-actions.tsx';
import { operatorIdOf, assignableRoles } from './member-status.ts';
import styles from './team.module.css';

type Roles = TeamMember['roles'];

/** Sets the roles of a member. Changes take effect within five minutes; sessions continue. */
export function RolesForm({ scope, member, staffChange, onClose }: ActionFormProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const [roles, setRoles] = useState(member.roles);
  const [isSubmitted, setIsSubmitted] = useState(false);
  // Staff without a platform role remain members of their centres.
  const isMissing = roles.length === 0 && scope !== 'staff';
  const submit = async () => {
    setIsSubmitted(true);
    if (isMissing) return;
    if (await staffChange.submit({ action: 'roles', id: operatorIdOf(member), roles })) onClose();
  };
  const offered = assignableRoles(session, scope).filter((role) => role !== 'agency-clerk' || roles.includes(role));
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void submit())}>
      <RoleBoxes
        offered={offered}
        roles={roles}
        onChange={setRoles}
        errorText={isSubmitted && isMissing ? t(TEAM.rolesNeeded) : undefined}
      />
      <div className={styles.ways}>
        <Button type="submit" busy={staffChange.busy}>
          {t(TEAM.save)}
        </Button>
        <Button variant="text" onClick={onClose}>
          {t(TEAM.leave)}
        </Button>
      </div>
    </form>
  );
}

interface RoleBoxesProps {
  id?: string | undefined;
  offered: Roles;
  roles: Roles;
  onChange: (roles: Roles) => void;
  errorText: string | undefined;
}

export function RoleBoxes({ id, offered, roles, onChange, errorText }: RoleBoxesProps) {
  const { t } = useLanguage();
  const set = (role: Roles[number], isChosen: boolean) => {
    const others = roles.filter((assigned) => assigned !== role);
    onChange(isChosen ? [...others, role] : others);
  };
  return (
    <fieldset id={id} className={styles.boxes} tabIndex={-1}>
      <legend>{t(TEAM.roles)}</legend>
      {offered.map((role) => (
        <CheckBox key={role} checked={roles.includes(role)} onChange={(isChosen) => set(role, isChosen)}>
          {t(ROLES[role])}
        </CheckBox>
      ))}
      {errorText && <FieldError>{errorText}</FieldError>}
    </fieldset>
  );
}
