import { useRef, useState } from 'react';
import type { ComponentProps } from 'react';
import { useQuery } from '@tanstack/react-query';
import type { TeamMember } from '../api/types.ts';
import { dayAndClock, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { quoted } from '../language/text.ts';
import { Facts } from '../parts/facts.tsx';
import { Failed, Skeleton } from '../parts/waiting.tsx';
import { useSignedIn } from '../session/session.tsx';
import { LANGUAGE_TEXTS } from '../texts/content.ts';
import { ROLES } from '../texts/session.ts';
import { TEAM, TEAM_ACTION_TEXTS } from '../texts/team.ts';
import { Acts } from './acts.tsx';
import { absenceWords, idOf, mayDo, seenWords, standingOf, standInWords, TONES } from './people.ts';
import { historyRead } from './reads.ts';
import type { Of } from './reads.ts';
import { PANE, rolesOf, Sign, standingText } from './rows.tsx';
import styles from './team.module.css';

export interface MemberProps {
  of: Of;
  member: TeamMember;
  /** The whole team: those who may stand in. */
  members: readonly TeamMember[];
  why: string | undefined;
}

/** One of the team: how they stand, what may be done about it, and what was done before. */
export function Member({ of, member, members, why }: MemberProps) {
  const { t } = useLanguage();
  const { session } = useSignedIn();
  const title = useRef<HTMLHeadingElement>(null);
  const now = today();
  const standing = standingOf(member, now);
  const absence = absenceWords(member, { t, today: now });
  return (
    <div className={styles.member}>
      <div>
        <h2 id={PANE} ref={title} tabIndex={-1}>
          {member.displayName}
        </h2>
        <p className={styles.quiet}>{rolesOf(member, t)}</p>
      </div>
      <div role="status" className={styles.standing}>
        <p className={styles[TONES[standing]]}>
          <Sign standing={standing} />
          {standing === 'away' ? absence : t(standingText(standing, member))}
        </p>
        {absence && standing !== 'away' && <p>{absence}</p>}
        {absence && <p className={styles.quiet}>{standInWords(member, members, t)}</p>}
      </div>
      <Acts
        of={of}
        member={member}
        members={members}
        may={mayDo(session, of, member)}
        onDone={() => title.current?.focus()}
      />
      {member.leaveTime === undefined ? <Known member={member} /> : <p>{seenWords(member, t)}</p>}
      <History of={of} member={member} why={why} />
    </div>
  );
}

const Known = ({ member }: { member: TeamMember }) => <Facts facts={useFacts(member)} />;

type Told = ComponentProps<typeof Facts>['facts'];

function useFacts({ idnpEnd, lastSignInTime, inviteTime, language, synthetic }: TeamMember): Told {
  const { t } = useLanguage();
  return [
    [t(TEAM.lastSeen), lastSignInTime ? dayAndClock(lastSignInTime) : t(TEAM.neverSeen)],
    idnpEnd !== undefined && [t(TEAM.idnpEnd), `•••• ••••• ${idnpEnd}`],
    inviteTime !== undefined && [t(TEAM.invitedAt), dayAndClock(inviteTime)],
    language !== undefined && [t(TEAM.language), t(LANGUAGE_TEXTS[language])],
    synthetic === true && [t(TEAM.kind), t(TEAM.synthetic)],
  ];
}

function History({ of, member, why }: Pick<MemberProps, 'of' | 'member' | 'why'>) {
  const { t, language } = useLanguage();
  const history = useQuery(historyRead(of, idOf(member), why));
  const [all, setAll] = useState(false);
  const actions = history.data?.actions ?? [];
  const shown = all ? actions : actions.slice(0, FIRST);
  const nameOf = (by: string) => history.data?.operators.find(({ name }) => name === by)?.displayName ?? by;
  return (
    <section className={styles.history}>
      <h3>{t(TEAM.history)}</h3>
      {history.isPending && <Skeleton lines={3} />}
      {history.isError && <Failed error={history.error} onAgain={() => void history.refetch()} />}
      {history.data && actions.length === 0 && <p className={styles.quiet}>{t(TEAM.noHistory)}</p>}
      <ol>
        {shown.map(({ time, by, action, centre, roles, why: reason }, at) => (
          <li key={`${time} ${at}`}>
            <time dateTime={time}>{dayAndClock(time)}</time>
            <span>
              <strong>{t(TEAM_ACTION_TEXTS[action])}</strong>
              {roles && roles.length > 0 && `: ${roles.map((role) => t(ROLES[role])).join(', ')}`}
              {of === 'staff' && centre && ` (${centre.replace('centres/', '')})`}
              <span>{nameOf(by)}</span>
              {reason && <span>{quoted(reason, language)}</span>}
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

const FIRST = 8;
