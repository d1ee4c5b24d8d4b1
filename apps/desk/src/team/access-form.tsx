import { useState } from 'react';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { PARTS } from '../texts/parts.ts';
import { TEAM } from '../texts/team.ts';
import type { FormProps } from './acts.tsx';
import { idOf } from './people.ts';
import styles from './team.module.css';

interface AccessProps extends FormProps {
  does: 'suspend' | 'reinstate' | 'remove';
}

/** Takes the access of one of the team or gives it back, with the reason that stays in the history. */
export function AccessForm({ does, of, member, may, changing, onClose }: AccessProps) {
  const { t } = useLanguage();
  const [why, setWhy] = useState('');
  const [everywhere, setEverywhere] = useState(of === 'staff' || member.status === 'suspended');
  const asks = {
    suspend: TEAM.suspendAsk,
    reinstate: TEAM.reinstateAsk,
    remove: of === 'staff' ? TEAM.removeWholeAsk : TEAM.removeAsk,
  };
  const act = async () => {
    const id = idOf(member);
    const wanted = does === 'remove' ? { does, id, why } : { does, id, why, everywhere };
    if (await changing.change(wanted)) onClose();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void act())}>
      <p>{t(asks[does])}</p>
      {does === 'suspend' && of !== 'staff' && may.everywhere && (
        <Choice
          label={t(TEAM.where)}
          look="segments"
          options={[
            { value: 'here', says: t(TEAM.here) },
            { value: 'everywhere', says: t(TEAM.everywhere) },
          ]}
          value={everywhere ? 'everywhere' : 'here'}
          onChange={(where) => setEverywhere(where === 'everywhere')}
        />
      )}
      <Field label={t(TEAM.why)} mark={t(PARTS.optional)} help={t(TEAM.whyHelp)}>
        <TextInput small value={why} onChange={setWhy} maxLength={500} first />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" look={does === 'reinstate' ? 'outlined' : 'danger'} busy={changing.busy}>
          {t(does === 'remove' && of === 'staff' ? TEAM.removeWhole : TEAM[does])}
        </Button>
        <Button look="text" onClick={onClose}>
          {t(TEAM.leave)}
        </Button>
      </div>
    </form>
  );
}
