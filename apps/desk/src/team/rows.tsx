import { useRef } from 'react';
import type { ReactNode } from 'react';
import { CalendarOff, Hourglass, UserCheck, UserMinus, UserX } from 'lucide-react';
import type { TeamMember } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import rowStyles from '../parts/rows.module.css';
import { useWideLayout } from '../queue/use-wide-layout.ts';
import { useSignedIn } from '../session/session.tsx';
import { KEYS } from '../texts/keys.ts';
import { ROLES } from '../texts/session.ts';
import { TEAM } from '../texts/team.ts';
import { absenceText, lastSeenText, resolveMemberStatus, standInText, STATUS_TONES } from './member-status.ts';
import type { MemberStatus } from './member-status.ts';
import styles from './team.module.css';

const STATUS_ICONS = {
  works: UserCheck,
  away: CalendarOff,
  invited: Hourglass,
  suspended: UserX,
  former: UserMinus,
} as const;

interface RowsProps {
  members: readonly TeamMember[];
  selected: string | undefined;
  /** Absent if the caller may not see more of a member. */
  onSelect: ((name: string) => void) | undefined;
}

/** Rows of two lines: name and roles, status, absence and stand-in. */
export function Rows({ members, selected, onSelect }: RowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const move = (by: number) => {
    const at = members.findIndex(({ name }) => name === selected);
    const rows = list.current?.querySelectorAll('button') ?? [];
    rows[document.activeElement === rows[at] ? at + by : Math.max(at, 0)]?.focus();
  };
  useKeys([
    onSelect && { code: 'ArrowDown', label: KEYS.down, run: () => move(1) },
    onSelect && { code: 'ArrowUp', label: KEYS.up, run: () => move(-1) },
  ]);
  return (
    <ul ref={list}>
      {members.map((member) => (
        <li key={member.name}>
          <Row selected={member.name === selected} onSelect={onSelect && (() => onSelect(member.name))}>
            <MemberRowContent member={member} members={members} />
          </Row>
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  selected: boolean;
  onSelect: (() => void) | undefined;
  children: ReactNode;
}

function Row({ selected, onSelect, children }: RowProps) {
  const isWide = useWideLayout();
  if (!onSelect) return <div className={`${rowStyles.row} ${styles.bare}`}>{children}</div>;
  return (
    <button
      type="button"
      className={`${rowStyles.row} ${styles.columns}`}
      aria-current={selected ? 'true' : undefined}
      onFocus={onSelect}
      onClick={({ detail }) => {
        onSelect();
        // Enter, and a click in the narrow layout, move the focus to the pane.
        if (detail === 0 || !isWide) requestAnimationFrame(() => document.getElementById(MEMBER_PANE_ID)?.focus());
      }}
    >
      {children}
    </button>
  );
}

/** ID of the pane's heading. */
export const MEMBER_PANE_ID = 'team-member';

function MemberRowContent({ member, members }: { member: TeamMember; members: readonly TeamMember[] }) {
  const { t } = useLanguage();
  const { operator } = useSignedIn().session;
  const now = today();
  const standing = resolveMemberStatus(member, now);
  const absence = absenceText(member, { t, today: now }, standing === 'away' && member.status !== undefined);
  return (
    <>
      <StatusIcon standing={standing} />
      <span className={styles.who}>
        <strong>
          {member.displayName}
          {member.name === operator.name && <em> ({t(TEAM.me)})</em>}
        </strong>
        <span>{rolesText(member, t)}</span>
      </span>
      {(member.status !== undefined || member.leaveTime !== undefined) && (
        <span className={styles.state}>
          <strong className={styles[STATUS_TONES[standing]]}>{t(statusText(standing, member))}</strong>
          <span>{lastSeenText(member, t)}</span>
        </span>
      )}
      <span className={styles.absence}>
        <span className={standing === 'away' ? styles.away : undefined}>{absence}</span>
        <span>{absence && standInText(member, members, t)}</span>
      </span>
    </>
  );
}

/** The icon of a status; the text beside it says the same. */
export function StatusIcon({ standing }: { standing: MemberStatus }) {
  const Icon = STATUS_ICONS[standing];
  return <Icon size={20} className={styles[STATUS_TONES[standing]]} aria-hidden="true" />;
}

export function statusText(standing: MemberStatus, { status }: TeamMember) {
  return standing === 'suspended' && status === 'suspended' ? TEAM.suspendedWhole : TEAM[standing];
}

export function rolesText({ roles, agency }: TeamMember, t: ReturnType<typeof useLanguage>['t']): string {
  return [roles.map((role) => t(ROLES[role])).join(', '), agency?.replace('agencies/', '').toUpperCase()]
    .filter(Boolean)
    .join(' · ');
}
