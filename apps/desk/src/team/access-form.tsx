import { useState } from 'react';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { PARTS } from '../texts/parts.ts';
import { TEAM } from '../texts/team.ts';
import type { ActionFormProps } from './member-actions.tsx';
import { operatorIdOf } from './member-status.ts';
import styles from './team.module.css';

interface AccessFormProps extends ActionFormProps {
  action: 'suspend' | 'reinstate' | 'remove';
}

/** Suspends, reinstates or removes a member, with a reason for the history. */
export function AccessForm({ action, scope, member, permissions, staffChange, onClose }: AccessFormProps) {
  const { t } = useLanguage();
  const [reason, setReason] = useState('');
  const [everywhere, setEverywhere] = useState(scope === 'staff' || member.status === 'suspended');
  const questions = {
    suspend: TEAM.suspendAsk,
    reinstate: TEAM.reinstateAsk,
    remove: scope === 'staff' ? TEAM.removeWholeAsk : TEAM.removeAsk,
  };
  const submit = async () => {
    const id = operatorIdOf(member);
    const change = action === 'remove' ? { action, id, reason } : { action, id, reason, everywhere };
    if (await staffChange.submit(change)) onClose();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void submit())}>
      <p>{t(questions[action])}</p>
      {action === 'suspend' && scope !== 'staff' && permissions.everywhere && (
        <Choice
          label={t(TEAM.where)}
          variant="segments"
          options={[
            { value: 'here', label: t(TEAM.here) },
            { value: 'everywhere', label: t(TEAM.everywhere) },
          ]}
          value={everywhere ? 'everywhere' : 'here'}
          onChange={(where) => setEverywhere(where === 'everywhere')}
        />
      )}
      <Field label={t(TEAM.why)} mark={t(PARTS.optional)} help={t(TEAM.whyHelp)}>
        <TextInput small value={reason} onChange={setReason} maxLength={500} focusOnMount />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" variant={action === 'reinstate' ? 'outlined' : 'danger'} busy={staffChange.busy}>
          {t(action === 'remove' && scope === 'staff' ? TEAM.removeWhole : TEAM[action])}
        </Button>
        <Button variant="text" onClick={onClose}>
          {t(TEAM.leave)}
        </Button>
      </div>
    </form>
  );
}
