import { useEffect, useState } from 'react';
import type { Language } from '@cups/application';
import type { TeamMember } from '../api/types.ts';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { ErrorSummary } from '../parts/error-summary.tsx';
import type { FormError } from '../parts/error-summary.tsx';
import { Field, Select, TextInput } from '../parts/field.tsx';
import { useSignedIn } from '../session/session.tsx';
import { LANGUAGE_TEXTS } from '../texts/content.ts';
import { TEAM } from '../texts/team.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { IdnpInput } from '../visit/fields/idnp-field.tsx';
import { normalizeName } from '../visit/inputs/names.ts';
import { AgencyField } from './agency-field.tsx';
import { validateInvitation, emptyInvitation, toInvitation } from './invitation.ts';
import type { InvitationForm } from './invitation.ts';
import { assignableRoles } from './member-status.ts';
import type { TeamScope } from './queries.ts';
import { RoleBoxes } from './roles-form.tsx';
import { useStaffChange } from './use-staff-change.ts';
import styles from './team.module.css';

interface InviteProps {
  scope: TeamScope;
  onClose: () => void;
  /** Receives operators/{id} of the invited member. */
  onInvited: (name: string) => void;
}

/** Invites a person by IDNP. The browser stores the form until it is sent. */
export function Invite({ scope, onClose, onInvited }: InviteProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const offered = assignableRoles(session, scope);
  const [form, setForm, forget] = usePersistentState('invite', scope, () => emptyInvitation(offered));
  const [attempt, setAttempt] = useState(0);
  const staffChange = useStaffChange(scope);
  const errors = attempt > 0 ? validateInvitation(form, scope) : [];
  useEffect(() => document.getElementById('idnp')?.focus(), []);
  const submit = async () => {
    setAttempt(attempt + 1);
    if (validateInvitation(form, scope).length > 0) return;
    const member = await staffChange.submit({ action: 'invite', invitation: toInvitation(form) });
    if (!member) return;
    forget();
    onInvited(member.name);
    onClose();
  };
  const summary: FormError[] = errors.map(({ id, message }) => ({ id, message: t(message) }));
  return (
    <Dialog title={t(TEAM.inviteTitle)} onClose={onClose}>
      <form className={styles.invite} noValidate onSubmit={(event) => (event.preventDefault(), void submit())}>
        <ErrorSummary errors={summary} attempt={attempt} />
        <p className={styles.quiet}>{t(TEAM.inviteLead)}</p>
        <InvitationFields form={form} onChange={setForm} offered={offered} errors={summary} />
        {staffChange.errorText && (
          <p role="alert" className={styles.fault}>
            {staffChange.errorText}
          </p>
        )}
        <div className={styles.ways}>
          <Button variant="filled" type="submit" busy={staffChange.busy} busyText={t(TEAM.inviting)}>
            {t(TEAM.inviteDo)}
          </Button>
          <Button onClick={onClose}>{t(TEAM.leave)}</Button>
        </div>
      </form>
    </Dialog>
  );
}

interface InvitationFieldsProps {
  form: InvitationForm;
  onChange: (form: InvitationForm) => void;
  offered: TeamMember['roles'];
  errors: readonly FormError[];
}

function InvitationFields({ form, onChange, offered, errors }: InvitationFieldsProps) {
  const { t } = useLanguage();
  const set = (change: Partial<InvitationForm>) => onChange(Object.assign({}, form, change));
  const errorTextFor = (controlId: string) => errors.find(({ id }) => id === controlId)?.message;
  const name = (which: 'familyName' | 'givenName') => (
    <Field id={which} label={t(FIELDS[which])} error={errorTextFor(which)}>
      <TextInput
        value={form[which]}
        onChange={(value) => set({ [which]: value })}
        onBlur={() => set({ [which]: normalizeName(form[which]) })}
        maxLength={100}
      />
    </Field>
  );
  return (
    <>
      <Field id="idnp" label={t(FIELDS.idnp)} help={t(TEAM.idnpHelp)} error={errorTextFor('idnp')}>
        <IdnpInput value={form.idnp} onChange={(idnp) => set({ idnp })} />
      </Field>
      {name('familyName')}
      {name('givenName')}
      {offered.length > 1 && (
        <RoleBoxes
          id="roles"
          offered={offered}
          roles={form.roles}
          onChange={(roles) => set({ roles })}
          errorText={errorTextFor('roles')}
        />
      )}
      {form.roles.includes('agency-clerk') && (
        <AgencyField
          id="agency"
          value={form.agency}
          onChange={(agency) => set({ agency })}
          error={errorTextFor('agency')}
        />
      )}
      <Field label={t(TEAM.language)}>
        <Select
          value={form.language}
          onChange={(language) => set({ language: language as Language })}
          options={(['ro', 'ru', 'en'] as const).map((value) => ({ value, label: t(LANGUAGE_TEXTS[value]) }))}
        />
      </Field>
    </>
  );
}
