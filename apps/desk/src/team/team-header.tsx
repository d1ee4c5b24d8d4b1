import { useMemo, useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { centresQuery } from '../api/pagination.ts';
import type { Centre } from '../api/types.ts';
import { useLanguage } from '../language/language.tsx';
import { Choice } from '../parts/choice.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { Title } from '../parts/screen.tsx';
import { useSignedIn } from '../session/session.tsx';
import { TEAM } from '../texts/team.ts';
import type { TeamScope } from './queries.ts';
import styles from './team.module.css';

/** The title of a team, with a picker for operators who see every team. */
export function TeamHeader({ scope, canPick }: { scope: TeamScope; canPick: boolean }) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const centres = useQuery(Object.assign({ enabled: canPick }, centresQuery));
  const all = centres.data ?? session.centres ?? [];
  const currentCentre = all.find(({ code }) => code === scope);
  const isStaff = scope === 'staff';
  return (
    <div className={styles.head}>
      <div>
        <Title>
          {isStaff ? t(TEAM.staff) : [t(TEAM.title), currentCentre?.displayName].filter(Boolean).join(' · ')}
        </Title>
        <p>{t(isStaff ? TEAM.leadStaff : TEAM.lead)}</p>
      </div>
      {canPick && <TeamPicker key={scope} scope={scope} centres={all} />}
    </div>
  );
}

/** Selects the platform's staff, or a centre by code or name. */
function TeamPicker({ scope, centres }: { scope: TeamScope; centres: readonly Centre[] }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const [kind, setKind] = useState<'staff' | 'centre'>(scope === 'staff' ? 'staff' : 'centre');
  const options = useMemo(
    () => centres.map((centre) => ({ code: centre.code, label: centreLabel(centre) })),
    [centres],
  );
  const [typed, setTyped] = useState(scope === 'staff' ? '' : scope);
  const choose = (chosen: 'staff' | 'centre') => {
    setKind(chosen);
    if (chosen === 'staff') go('/team/staff');
  };
  const type = (text: string) => {
    setTyped(text);
    const found = options.find(({ code, label }) => label === text || code === text.trim().toUpperCase());
    if (found && found.code !== scope) go(`/team/${found.code}`);
  };
  const isWrong = kind === 'centre' && /^[a-z]{2}-\d{3}$/i.test(typed.trim()) && !isKnownCentre(options, typed);
  return (
    <div className={styles.picker}>
      <Choice
        label={t(TEAM.of)}
        variant="segments"
        options={[
          { value: 'staff', label: t(TEAM.ofStaff) },
          { value: 'centre', label: t(TEAM.ofCentre) },
        ]}
        value={kind}
        onChange={choose}
      />
      {kind === 'centre' && (
        <Field label={t(TEAM.pick)} error={isWrong && options.length > 0 ? t(TEAM.noCentre) : undefined}>
          <TextInput small value={typed} onChange={type} list="team-centres" />
        </Field>
      )}
      <datalist id="team-centres">
        {options.map(({ code, label }) => (
          <option key={code} value={label} />
        ))}
      </datalist>
    </div>
  );
}

const centreLabel = ({ code, displayName, district }: Centre): string =>
  [`${code} ${displayName}`, district].filter(Boolean).join(', ');

const isKnownCentre = (options: readonly { code: string }[], typed: string): boolean =>
  options.some(({ code }) => code === typed.trim().toUpperCase());
