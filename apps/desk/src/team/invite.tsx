import { useEffect, useState } from 'react';
import type { Language } from '@cups/application';
import type { TeamMember } from '../api/types.ts';
import { useKept } from '../keeping/use-kept.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ErrorSummary } from '../parts/error-summary.tsx';
import type { Fault } from '../parts/error-summary.tsx';
import { Field, Select, TextInput } from '../parts/field.tsx';
import { useSignedIn } from '../session/session.tsx';
import { LANGUAGE_TEXTS } from '../texts/content.ts';
import { TEAM } from '../texts/team.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { IdnpInput } from '../visit/fields/idnp-field.tsx';
import { mendedName } from '../visit/typed/names.ts';
import { AgencyField } from './agency-field.tsx';
import { faultsOf, freshInvite, invitationOf } from './invitation.ts';
import type { Typed } from './invitation.ts';
import { rolesToGive } from './people.ts';
import type { Of } from './reads.ts';
import { RoleBoxes } from './roles-form.tsx';
import { useChange } from './use-change.ts';
import styles from './team.module.css';

interface InviteProps {
  of: Of;
  onClose: () => void;
  /** operators/{id} of who is in the team now. */
  onInvited: (name: string) => void;
}

/** Invites somebody by their IDNP. What is typed is kept until it is sent, as everywhere. */
export function Invite({ of, onClose, onInvited }: InviteProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const offered = rolesToGive(session, of);
  const [typed, setTyped, forget] = useKept('invite', of, () => freshInvite(offered));
  const [attempt, setAttempt] = useState(0);
  const changing = useChange(of);
  const faults = attempt > 0 ? faultsOf(typed, of) : [];
  useEffect(() => document.getElementById('idnp')?.focus(), []);
  const act = async () => {
    setAttempt(attempt + 1);
    if (faultsOf(typed, of).length > 0) return;
    const member = await changing.change({ does: 'invite', invitation: invitationOf(typed) });
    if (!member) return;
    forget();
    onInvited(member.name);
    onClose();
  };
  const summary: Fault[] = faults.map(({ id, says }) => ({ id, says: t(says) }));
  return (
    <Dialog title={t(TEAM.inviteTitle)} onClose={onClose}>
      <form className={styles.invite} noValidate onSubmit={(event) => (event.preventDefault(), void act())}>
        <ErrorSummary faults={summary} attempt={attempt} />
        <p className={styles.quiet}>{t(TEAM.inviteLead)}</p>
        <Fields typed={typed} onType={setTyped} offered={offered} faults={summary} />
        {changing.fault && (
          <p role="alert" className={styles.fault}>
            {changing.fault}
          </p>
        )}
        <div className={styles.ways}>
          <Button look="filled" type="submit" busy={changing.busy} doing={t(TEAM.inviting)}>
            {t(TEAM.inviteDo)}
          </Button>
          <Button onClick={onClose}>{t(TEAM.leave)}</Button>
        </div>
      </form>
    </Dialog>
  );
}

interface FieldsProps {
  typed: Typed;
  onType: (typed: Typed) => void;
  offered: TeamMember['roles'];
  faults: readonly Fault[];
}

function Fields({ typed, onType, offered, faults }: FieldsProps) {
  const { t } = useLanguage();
  const set = (more: Partial<Typed>) => onType(Object.assign({}, typed, more));
  const wrong = (of: string) => faults.find(({ id }) => id === of)?.says;
  const name = (which: 'familyName' | 'givenName') => (
    <Field id={which} label={t(FIELDS[which])} error={wrong(which)}>
      <TextInput
        value={typed[which]}
        onChange={(value) => set({ [which]: value })}
        onBlur={() => set({ [which]: mendedName(typed[which]) })}
        maxLength={100}
      />
    </Field>
  );
  return (
    <>
      <Field id="idnp" label={t(FIELDS.idnp)} help={t(TEAM.idnpHelp)} error={wrong('idnp')}>
        <IdnpInput value={typed.idnp} onChange={(idnp) => set({ idnp })} />
      </Field>
      {name('familyName')}
      {name('givenName')}
      {offered.length > 1 && (
        <RoleBoxes
          id="roles"
          offered={offered}
          roles={typed.roles}
          onChange={(roles) => set({ roles })}
          fault={wrong('roles')}
        />
      )}
      {typed.roles.includes('agency-clerk') && (
        <AgencyField id="agency" value={typed.agency} onChange={(agency) => set({ agency })} error={wrong('agency')} />
      )}
      <Field label={t(TEAM.language)}>
        <Select
          value={typed.language}
          onChange={(language) => set({ language: language as Language })}
          options={(['ro', 'ru', 'en'] as const).map((value) => ({ value, says: t(LANGUAGE_TEXTS[value]) }))}
        />
      </Field>
    </>
  );
}
