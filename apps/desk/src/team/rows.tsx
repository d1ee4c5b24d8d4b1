import { useRef } from 'react';
import type { ReactNode } from 'react';
import { CalendarOff, Hourglass, UserCheck, UserMinus, UserX } from 'lucide-react';
import type { TeamMember } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import rowStyles from '../parts/rows.module.css';
import { useWide } from '../queue/wide.ts';
import { useSignedIn } from '../session/session.tsx';
import { KEYS } from '../texts/keys.ts';
import { ROLES } from '../texts/session.ts';
import { TEAM } from '../texts/team.ts';
import { absenceWords, seenWords, standingOf, standInWords, TONES } from './people.ts';
import type { Standing } from './people.ts';
import styles from './team.module.css';

const SIGNS = { works: UserCheck, away: CalendarOff, invited: Hourglass, suspended: UserX, gone: UserMinus } as const;

interface RowsProps {
  members: readonly TeamMember[];
  selected: string | undefined;
  /** Absent where there is nothing more to see of anybody. */
  onSelect: ((name: string) => void) | undefined;
}

/** Rows of two lines: who and as what, how they stand, and who is away and replaced by whom. */
export function Rows({ members, selected, onSelect }: RowsProps) {
  const list = useRef<HTMLUListElement>(null);
  const move = (by: number) => {
    const at = members.findIndex(({ name }) => name === selected);
    const rows = list.current?.querySelectorAll('button') ?? [];
    rows[document.activeElement === rows[at] ? at + by : Math.max(at, 0)]?.focus();
  };
  useKeys([
    onSelect && { code: 'ArrowDown', says: KEYS.down, does: () => move(1) },
    onSelect && { code: 'ArrowUp', says: KEYS.up, does: () => move(-1) },
  ]);
  return (
    <ul ref={list}>
      {members.map((member) => (
        <li key={member.name}>
          <Row selected={member.name === selected} onSelect={onSelect && (() => onSelect(member.name))}>
            <Words member={member} members={members} />
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
  const wide = useWide();
  if (!onSelect) return <div className={`${rowStyles.row} ${styles.bare}`}>{children}</div>;
  return (
    <button
      type="button"
      className={`${rowStyles.row} ${styles.columns}`}
      aria-current={selected ? 'true' : undefined}
      onFocus={onSelect}
      onClick={({ detail }) => {
        onSelect();
        // By Enter, and where the pane stands under the list, whoever chose goes there.
        if (detail === 0 || !wide) requestAnimationFrame(() => document.getElementById(PANE)?.focus());
      }}
    >
      {children}
    </button>
  );
}

/** The heading of the pane with what is known of the chosen one. */
export const PANE = 'team-member';

function Words({ member, members }: { member: TeamMember; members: readonly TeamMember[] }) {
  const { t } = useLanguage();
  const { operator } = useSignedIn().session;
  const now = today();
  const standing = standingOf(member, now);
  const absence = absenceWords(member, { t, today: now }, standing === 'away' && member.status !== undefined);
  return (
    <>
      <Sign standing={standing} />
      <span className={styles.who}>
        <strong>
          {member.displayName}
          {member.name === operator.name && <em> ({t(TEAM.me)})</em>}
        </strong>
        <span>{rolesOf(member, t)}</span>
      </span>
      {(member.status !== undefined || member.leaveTime !== undefined) && (
        <span className={styles.state}>
          <strong className={styles[TONES[standing]]}>{t(standingText(standing, member))}</strong>
          <span>{seenWords(member, t)}</span>
        </span>
      )}
      <span className={styles.absence}>
        <span className={standing === 'away' ? styles.away : undefined}>{absence}</span>
        <span>{absence && standInWords(member, members, t)}</span>
      </span>
    </>
  );
}

/** The picture of how somebody stands; the words beside it say the same. */
export function Sign({ standing }: { standing: Standing }) {
  const Icon = SIGNS[standing];
  return <Icon size={20} className={styles[TONES[standing]]} aria-hidden="true" />;
}

export function standingText(standing: Standing, { status }: TeamMember) {
  return standing === 'suspended' && status === 'suspended' ? TEAM.suspendedWhole : TEAM[standing];
}

export function rolesOf({ roles, agency }: TeamMember, t: ReturnType<typeof useLanguage>['t']): string {
  return [roles.map((role) => t(ROLES[role])).join(', '), agency?.replace('agencies/', '').toUpperCase()]
    .filter(Boolean)
    .join(' · ');
}
