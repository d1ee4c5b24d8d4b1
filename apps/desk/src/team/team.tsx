import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { UserPlus } from 'lucide-react';
import type { TeamMember } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { lazyExtra } from '../lazy-screens.ts';
import { Button } from '../parts/button.tsx';
import { Screen } from '../parts/screen.tsx';
import { EmptyState, LoadError, Skeleton } from '../parts/load-states.tsx';
import { useWideLayout } from '../queue/use-wide-layout.ts';
import { useSignedIn } from '../session/session.tsx';
import { TEAM } from '../texts/team.ts';
import { TeamHeader } from './team-header.tsx';
import { Invite } from './invite.tsx';
import { Member } from './member.tsx';
import { canInvite, managesCentre } from './member-status.ts';
import { formerMembersQuery, teamQuery } from './queries.ts';
import type { TeamScope } from './queries.ts';
import { ReasonForm } from './reason-form.tsx';
import { Rows } from './rows.tsx';
import styles from './team.module.css';

/** For managers only. */
const CentreFigures = lazyExtra(() => import('./centre-figures.tsx'), false);

/** A team: members, absences and stand-ins. Supervisors and support see every team. */
export default function Team({ requestedScope }: { requestedScope?: string | undefined }) {
  const { session } = useSignedIn();
  const { roles } = session.operator;
  const ownCentre = session.centre?.replace('centres/', '');
  const canPick = roles.includes('supervisor') || roles.includes('support');
  const scope: TeamScope = (canPick ? requestedScope : undefined) ?? ownCentre ?? 'staff';
  const needsReason = canPick && !roles.includes('supervisor') && scope !== ownCentre;
  const [reason, setReason] = useState<string>();
  if (needsReason && reason === undefined) {
    return (
      <Screen flush>
        <TeamHeader scope={scope} canPick={canPick} />
        <ReasonForm onSubmit={setReason} />
      </Screen>
    );
  }
  return <TeamView key={scope} scope={scope} canPick={canPick} reason={needsReason ? reason : undefined} />;
}

interface TeamViewProps {
  scope: TeamScope;
  canPick: boolean;
  /** The reason of support. */
  reason: string | undefined;
}

function TeamView({ scope, canPick, reason }: TeamViewProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const team = useQuery(teamQuery(scope, reason));
  const [showsFormer, setShowsFormer] = useState(false);
  const former = useQuery(Object.assign({ enabled: showsFormer }, formerMembersQuery(scope, reason)));
  const [chosen, setChosen] = useState<string>();
  const [inviting, setInviting] = useState(false);
  const isWide = useWideLayout();
  const members = sortMembers([...(team.data ?? []), ...(former.data ?? [])]);
  const seesAll = members.some(({ status }) => status !== undefined);
  const member = members.find(({ name }) => name === chosen) ?? (isWide ? members[0] : undefined);
  const invites = canInvite(session, scope);
  const invite = () => setInviting(true);
  useKeys([invites && { code: 'Ctrl+Enter', label: TEAM.invite, run: invite }]);
  return (
    <Screen
      flush
      side={
        seesAll &&
        member && <Member key={member.name} scope={scope} member={member} members={members} reason={reason} />
      }
      footer={
        invites && (
          <Button variant="filled" large icon={UserPlus} cap="Ctrl+Enter" onClick={invite}>
            {t(TEAM.invite)}
          </Button>
        )
      }
    >
      <TeamHeader scope={scope} canPick={canPick} />
      {managesCentre(session, scope) && <CentreFigures />}
      {team.isPending && <Skeleton />}
      {team.isError && <LoadError error={team.error} onRetry={() => void team.refetch()} />}
      {team.data?.length === 0 && <EmptyState>{t(TEAM.nobody)}</EmptyState>}
      <Rows
        members={members}
        selected={seesAll ? member?.name : undefined}
        onSelect={seesAll ? setChosen : undefined}
      />
      {seesAll && scope !== 'staff' && (
        <div className={styles.former}>
          {!showsFormer && <Button onClick={() => setShowsFormer(true)}>{t(TEAM.showFormer)}</Button>}
          {former.isFetching && <Skeleton lines={2} />}
          {former.isError && <LoadError error={former.error} onRetry={() => void former.refetch()} />}
          {former.data?.length === 0 && <p role="status">{t(TEAM.noFormer)}</p>}
        </div>
      )}
      {inviting && <Invite scope={scope} onClose={() => setInviting(false)} onInvited={setChosen} />}
    </Screen>
  );
}

/** Managers first, former members last. */
function sortMembers(members: readonly TeamMember[]): TeamMember[] {
  const isFormer = ({ status, leaveTime }: TeamMember) => status === 'former' || leaveTime !== undefined;
  const rank = (member: TeamMember) => (isFormer(member) ? 2 : member.roles.includes('centre-manager') ? 0 : 1);
  return [...members].sort((a, b) => rank(a) - rank(b) || a.displayName.localeCompare(b.displayName, 'ro'));
}
