import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import type { TeamMember } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Screen } from '../parts/screen.tsx';
import { Empty, Failed, Skeleton } from '../parts/waiting.tsx';
import { useWide } from '../queue/wide.ts';
import { useSignedIn } from '../session/session.tsx';
import { TEAM } from '../texts/team.ts';
import { Head } from './head.tsx';
import { Invite } from './invite.tsx';
import { Member } from './member.tsx';
import { mayInvite } from './people.ts';
import { formerRead, teamRead } from './reads.ts';
import type { Of } from './reads.ts';
import { Reason } from './reason.tsx';
import { Rows } from './rows.tsx';
import styles from './team.module.css';

/** Who works at a centre, who is away and who stands in; for supervisors any centre and the platform's own staff. */
export default function Team({ place }: { place?: string | undefined }) {
  const { session } = useSignedIn();
  const { roles } = session.operator;
  const own = session.centre?.replace('centres/', '');
  const picks = roles.includes('supervisor') || roles.includes('support');
  const of: Of = (picks ? place : undefined) ?? own ?? 'staff';
  const mustSay = picks && !roles.includes('supervisor') && of !== own;
  const [why, setWhy] = useState<string>();
  if (mustSay && why === undefined) {
    return (
      <Screen flush>
        <Head of={of} picks={picks} />
        <Reason onSaid={setWhy} />
      </Screen>
    );
  }
  return <People key={of} of={of} picks={picks} why={mustSay ? why : undefined} />;
}

interface PeopleProps {
  of: Of;
  picks: boolean;
  /** Of support. */
  why: string | undefined;
}

function People({ of, picks, why }: PeopleProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const team = useQuery(teamRead(of, why));
  const [showsFormer, setShowsFormer] = useState(false);
  const former = useQuery(Object.assign({ enabled: showsFormer }, formerRead(of, why)));
  const [chosen, setChosen] = useState<string>();
  const [inviting, setInviting] = useState(false);
  const wide = useWide();
  const members = inOrder([...(team.data ?? []), ...(former.data ?? [])]);
  const seesAll = members.some(({ status }) => status !== undefined);
  const member = members.find(({ name }) => name === chosen) ?? (wide ? members[0] : undefined);
  const invites = mayInvite(session, of);
  const invite = () => setInviting(true);
  useKeys([invites && { code: 'Ctrl+Enter', says: TEAM.invite, does: invite }]);
  return (
    <Screen
      flush
      side={seesAll && member && <Member key={member.name} of={of} member={member} members={members} why={why} />}
      footer={
        invites && (
          <Button look="filled" large icon={UserPlus} cap="Ctrl+Enter" onClick={invite}>
            {t(TEAM.invite)}
          </Button>
        )
      }
    >
      <Head of={of} picks={picks} />
      {team.isPending && <Skeleton />}
      {team.isError && <Failed error={team.error} onAgain={() => void team.refetch()} />}
      {team.data?.length === 0 && <Empty>{t(TEAM.nobody)}</Empty>}
      <Rows
        members={members}
        selected={seesAll ? member?.name : undefined}
        onSelect={seesAll ? setChosen : undefined}
      />
      {seesAll && of !== 'staff' && (
        <div className={styles.former}>
          {!showsFormer && <Button onClick={() => setShowsFormer(true)}>{t(TEAM.showFormer)}</Button>}
          {former.isFetching && <Skeleton lines={2} />}
          {former.isError && <Failed error={former.error} onAgain={() => void former.refetch()} />}
          {former.data?.length === 0 && <p role="status">{t(TEAM.noFormer)}</p>}
        </div>
      )}
      {inviting && <Invite of={of} onClose={() => setInviting(false)} onInvited={setChosen} />}
    </Screen>
  );
}

/** Managers first; whoever is gone last. */
function inOrder(members: readonly TeamMember[]): TeamMember[] {
  const isGone = ({ status, leaveTime }: TeamMember) => status === 'gone' || leaveTime !== undefined;
  const rank = (one: TeamMember) => (isGone(one) ? 2 : one.roles.includes('centre-manager') ? 0 : 1);
  return [...members].sort((a, b) => rank(a) - rank(b) || a.displayName.localeCompare(b.displayName, 'ro'));
}
