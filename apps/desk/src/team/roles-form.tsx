import { useState } from 'react';
import type { TeamMember } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { CheckBox } from '../parts/choice.tsx';
import { FieldError } from '../parts/field.tsx';
import { useSignedIn } from '../session/session.tsx';
import { ROLES } from '../texts/session.ts';
import { TEAM } from '../texts/team.ts';
import type { FormProps } from './acts.tsx';
import { idOf, rolesToGive } from './people.ts';
import styles from './team.module.css';

type Roles = TeamMember['roles'];

/** Which roles somebody has; it counts within five minutes, and no session ends. */
export function RolesForm({ of, member, changing, onClose }: FormProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const [roles, setRoles] = useState(member.roles);
  const [tried, setTried] = useState(false);
  // Whose last role for the platform goes is of their centres only.
  const isMissing = roles.length === 0 && of !== 'staff';
  const act = async () => {
    setTried(true);
    if (isMissing) return;
    if (await changing.change({ does: 'roles', id: idOf(member), roles })) onClose();
  };
  const offered = rolesToGive(session, of).filter((role) => role !== 'agency-clerk' || roles.includes(role));
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void act())}>
      <RoleBoxes
        offered={offered}
        roles={roles}
        onChange={setRoles}
        fault={tried && isMissing ? t(TEAM.rolesNeeded) : undefined}
      />
      <div className={styles.ways}>
        <Button type="submit" busy={changing.busy}>
          {t(TEAM.save)}
        </Button>
        <Button look="text" onClick={onClose}>
          {t(TEAM.leave)}
        </Button>
      </div>
    </form>
  );
}

interface BoxesProps {
  id?: string | undefined;
  offered: Roles;
  roles: Roles;
  onChange: (roles: Roles) => void;
  fault: string | undefined;
}

/** Roles that can be given, any of them. */
export function RoleBoxes({ id, offered, roles, onChange, fault }: BoxesProps) {
  const { t } = useLanguage();
  const set = (role: Roles[number], has: boolean) => {
    const others = roles.filter((one) => one !== role);
    onChange(has ? [...others, role] : others);
  };
  return (
    <fieldset id={id} className={styles.boxes} tabIndex={-1}>
      <legend>{t(TEAM.roles)}</legend>
      {offered.map((role) => (
        <CheckBox key={role} checked={roles.includes(role)} onChange={(has) => set(role, has)}>
          {t(ROLES[role])}
        </CheckBox>
      ))}
      {fault && <FieldError>{fault}</FieldError>}
    </fieldset>
  );
}
