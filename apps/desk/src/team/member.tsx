import { useRef, useState } from 'react';
import type { ComponentProps } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { TeamMember } from '../api/types.ts';
import { formatDayAndTime, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { quote } from '../language/messages.ts';
import { Facts } from '../parts/facts.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { useSignedIn } from '../session/session.tsx';
import { LANGUAGE_TEXTS } from '../texts/content.ts';
import { ROLES } from '../texts/session.ts';
import { TEAM, TEAM_ACTION_TEXTS } from '../texts/team.ts';
import { lazyExtra } from '../lazy-screens.ts';
import { MemberActions } from './member-actions.tsx';
import {
  absenceText,
  canManageDevices,
  operatorIdOf,
  resolvePermissions,
  lastSeenText,
  resolveMemberStatus,
  standInText,
  STATUS_TONES,
} from './member-status.ts';
import { staffHistoryQuery } from './queries.ts';
import type { TeamScope } from './queries.ts';
import { MEMBER_PANE_ID, rolesText, StatusIcon, statusText } from './rows.tsx';
import styles from './team.module.css';

const Devices = lazyExtra(() => import('./devices.tsx'));

export interface MemberProps {
  scope: TeamScope;
  member: TeamMember;
  /** The whole team, for stand-ins. */
  members: readonly TeamMember[];
  reason: string | undefined;
}

/** One member: status, actions and history. */
export function Member({ scope, member, members, reason }: MemberProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const title = useRef<HTMLHeadingElement>(null);
  const now = today();
  const status = resolveMemberStatus(member, now);
  const absence = absenceText(member, { t, today: now });
  return (
    <div className={styles.member}>
      <div>
        <h2 id={MEMBER_PANE_ID} ref={title} tabIndex={-1}>
          {member.displayName}
        </h2>
        <p className={styles.quiet}>{rolesText(member, t)}</p>
      </div>
      <div role="status" className={styles.standing}>
        <p className={styles[STATUS_TONES[status]]}>
          <StatusIcon standing={status} />
          {status === 'away' ? absence : t(statusText(status, member))}
        </p>
        {absence && status !== 'away' && <p>{absence}</p>}
        {absence && <p className={styles.quiet}>{standInText(member, members, t)}</p>}
      </div>
      <MemberActions
        scope={scope}
        member={member}
        members={members}
        permissions={resolvePermissions(session, scope, member)}
        onDone={() => title.current?.focus()}
      />
      {member.leaveTime === undefined ? <MemberFactList member={member} /> : <p>{lastSeenText(member, t)}</p>}
      {canManageDevices(session, scope) && <Devices scope={scope} member={member} />}
      <History scope={scope} member={member} reason={reason} />
    </div>
  );
}

const MemberFactList = ({ member }: { member: TeamMember }) => <Facts facts={useMemberFacts(member)} />;

type MemberFacts = ComponentProps<typeof Facts>['facts'];

function useMemberFacts({ idnpLastDigits, lastSignInTime, inviteTime, language, synthetic }: TeamMember): MemberFacts {
  const { t } = useLanguage();
  return [
    [t(TEAM.lastSeen), lastSignInTime ? formatDayAndTime(lastSignInTime) : t(TEAM.neverSeen)],
    idnpLastDigits !== undefined && [t(TEAM.idnpLastDigits), `•••• ••••• ${idnpLastDigits}`],
    inviteTime !== undefined && [t(TEAM.invitedAt), formatDayAndTime(inviteTime)],
    language !== undefined && [t(TEAM.language), t(LANGUAGE_TEXTS[language])],
    synthetic === true && [t(TEAM.kind), t(TEAM.synthetic)],
  ];
}

function History({ scope, member, reason: supportReason }: Pick<MemberProps, 'scope' | 'member' | 'reason'>) {
  const { t, language } = useLanguage();
  const history = useQuery(staffHistoryQuery(scope, operatorIdOf(member), supportReason));
  const [all, setAll] = useState(false);
  const actions = history.data?.actions ?? [];
  const shown = all ? actions : actions.slice(0, INITIAL_HISTORY_LENGTH);
  const nameOf = (actor: string) => history.data?.operators.find(({ name }) => name === actor)?.displayName ?? actor;
  return (
    <section className={styles.history}>
      <h3>{t(TEAM.history)}</h3>
      {history.isPending && <Skeleton lines={3} />}
      {history.isError && <LoadError error={history.error} onRetry={() => void history.refetch()} />}
      {history.data && actions.length === 0 && <p className={styles.quiet}>{t(TEAM.noHistory)}</p>}
      <ol>
        {shown.map(({ time, actor, action, centre, roles, reason }, at) => (
          <li key={`${time} ${at}`}>
            <time dateTime={time}>{formatDayAndTime(time)}</time>
            <span>
              <strong>{t(TEAM_ACTION_TEXTS[action])}</strong>
              {roles && roles.length > 0 && `: ${roles.map((role) => t(ROLES[role])).join(', ')}`}
              {scope === 'staff' && centre && ` (${centre.replace('centres/', '')})`}
              <span>{nameOf(actor)}</span>
              {reason && <span>{quote(reason, language)}</span>}
            </span>
          </li>
        ))}
      </ol>
      {actions.length > shown.length && (
        <button type="button" className={styles.more} onClick={() => setAll(true)}>
          {t(TEAM.older, { n: actions.length - shown.length })}
        </button>
      )}
    </section>
  );
}

const INITIAL_HISTORY_LENGTH = 8;
