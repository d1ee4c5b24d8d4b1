import { useState } from 'react';
import type { CSSProperties } from 'react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Search } from 'lucide-react';
import { Link } from 'wouter';
import type { AgencyQueueRow, AgencyStage } from '../api/types.ts';
import { operatorName } from '../application/operator-name.ts';
import { KeyCap } from '../keys/key-cap.tsx';
import { useKeys } from '../keys/keys.tsx';
import { useRowKeys } from '../keys/use-row-keys.ts';
import { daysBetween, shortDate, today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import { Button } from '../parts/button.tsx';
import { CheckBox } from '../parts/choice.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { EmptyState, LoadError, Skeleton } from '../parts/load-states.tsx';
import rowStyles from '../parts/rows.module.css';
import { Screen, Title } from '../parts/screen.tsx';
import columnStyles from '../queue/rows.module.css';
import { StatusIcon, toneClass } from '../queue/status-icon.tsx';
import type { Tone } from '../queue/row-texts.ts';
import queueStyles from '../queue/queue.module.css';
import { isAgencyManager } from '../session/roles.ts';
import { useSignedIn } from '../session/session.tsx';
import { AGENCY_PAGE, AGENCY_STAGE_TEXTS } from '../texts/agency-page.ts';
import { AGENCY_WORKLOAD } from '../texts/agency-workload.ts';
import { CONVERSATION } from '../texts/conversation.ts';
import { QUEUE } from '../texts/queue.ts';
import { formatBucketCount } from '../queue/bucket-count.ts';
import { distinctRows, findRows, isSearchable } from './find-rows.ts';
import { AGENCY_STAGES, agencyQueueQuery, agencySearchQuery } from './queries.ts';
import styles from './agency-page.module.css';

/** What the clerks of an agency have to do: one stage at a time, the shortest term first. */

/** From this many days before its end, a term is marked. */
const DUE_SOON_DAYS = 2;

export default function AgencyQueue() {
  const { t } = useLanguage();
  const [stage, setStage] = useState<AgencyStage>('to-acknowledge');
  const [isMine, setMine] = useState(false);
  const list = useRowKeys();
  const isManager = isAgencyManager(useSignedIn().session.operator);
  const [text, setText] = useState('');
  const isSearch = isSearchable(text);
  const stageQuery = useInfiniteQuery(agencyQueueQuery(stage, isMine));
  const searchQuery = useQuery(Object.assign({ enabled: isSearch }, agencySearchQuery(isMine)));
  const query = isSearch ? searchQuery : stageQuery;
  const pages = (isSearch ? searchQuery.data : stageQuery.data?.pages) ?? [];
  const operators = pages.flatMap((page) => page.operators ?? []);
  const nameOf = (operator: string) => operatorName(operators, operator, t);
  const all = distinctRows(pages.flatMap(({ deliveries }) => deliveries));
  const rows = isSearch ? findRows(all, text, nameOf) : all;
  const counts = new Map(stageQuery.data?.pages[0]?.counts.map((entry) => [entry.stage, entry.count]));
  return (
    <Screen flush>
      <div className={queueStyles.head}>
        <Title>{t(AGENCY_PAGE.title)}</Title>
        {isManager && <Link href="/workload">{t(AGENCY_WORKLOAD.title)}</Link>}
      </div>
      <StageNav
        stage={isSearch ? undefined : stage}
        counts={counts}
        onChoose={(next) => (setStage(next), setText(''))}
      />
      <div className={styles.filter}>
        <Field label={t(AGENCY_PAGE.search)}>
          <TextInput
            start={<Search size={20} aria-hidden="true" />}
            small
            value={text}
            onChange={setText}
            maxLength={100}
          />
        </Field>
        <CheckBox checked={isMine} onChange={setMine}>
          {t(AGENCY_PAGE.mine)}
        </CheckBox>
      </div>
      {query.isPending && <Skeleton />}
      {query.isError && rows.length === 0 && <LoadError error={query.error} onRetry={() => void query.refetch()} />}
      {query.data && rows.length === 0 && (
        <EmptyState>{t(isSearch ? AGENCY_PAGE.notFound : AGENCY_PAGE.none)}</EmptyState>
      )}
      <div ref={list}>
        <ul style={COLUMN_WIDTHS}>
          {rows.map((row) => (
            <QueueRow key={row.delivery.name} row={row} nameOf={nameOf} isSearch={isSearch} />
          ))}
        </ul>
      </div>
      {!isSearch && stageQuery.hasNextPage && (
        <div className={queueStyles.more}>
          <Button onClick={() => void stageQuery.fetchNextPage()} busy={stageQuery.isFetchingNextPage}>
            {t(QUEUE.more)}
          </Button>
        </div>
      )}
    </Screen>
  );
}

const COLUMN_WIDTHS = { '--todo': '200px', '--date': '174px' } as CSSProperties;

interface StageNavProps {
  /** The shown stage; undefined during a search in all of them. */
  stage: AgencyStage | undefined;
  counts: ReadonlyMap<AgencyStage, number>;
  onChoose: (stage: AgencyStage) => void;
}

function StageNav({ stage, counts, onChoose }: StageNavProps) {
  const { t } = useLanguage();
  useKeys(
    AGENCY_STAGES.map((numbered, at) => ({
      code: `Digit${at + 1}`,
      label: AGENCY_STAGE_TEXTS[numbered],
      run: () => onChoose(numbered),
    })),
  );
  return (
    <nav aria-label={t(AGENCY_PAGE.lists)} className={styles.stages}>
      {AGENCY_STAGES.map((item, at) => (
        <button
          key={item}
          type="button"
          aria-current={item === stage ? 'true' : undefined}
          onClick={() => onChoose(item)}
        >
          <KeyCap code={`Digit${at + 1}`} quiet />
          <span>{t(AGENCY_STAGE_TEXTS[item])}</span>
          <span className={styles.count}>{formatBucketCount(counts.get(item))}</span>
        </button>
      ))}
    </nav>
  );
}

interface QueueRowProps {
  row: AgencyQueueRow;
  nameOf: (operator: string) => string;
  /** Shows the stage: a search finds rows of all stages. */
  isSearch: boolean;
}

function QueueRow({ row, nameOf, isSearch }: QueueRowProps) {
  const { t } = useLanguage();
  const { applicant, serviceTitle, delivery } = row;
  const { name, stage, dueDate, assignee, agencyReference, deskMessageTime } = delivery;
  const isOpen = stage !== 'decided' && stage !== 'ended';
  const days = dueDate && isOpen ? daysBetween(today(), dueDate) : undefined;
  const tone = toneOf(days);
  return (
    <li>
      <Link href={`/${name}`} data-row={name} className={`${rowStyles.row} ${columnStyles.columns}`}>
        <StatusIcon name={isOpen ? 'agency' : 'ended'} tone={tone} />
        <span className={columnStyles.who}>
          <strong>{personName(applicant)}</strong>
          <span>
            {[isSearch && stage && t(AGENCY_STAGE_TEXTS[stage]), t(serviceTitle)].filter(Boolean).join(' · ')}
          </span>
        </span>
        <span className={columnStyles.todo}>
          <strong>{assignee ? nameOf(assignee) : t(AGENCY_PAGE.unassigned)}</strong>
          <span>
            {agencyReference}
            {deskMessageTime && <strong className={styles.unread}> {t(CONVERSATION.unread)}</strong>}
          </span>
        </span>
        <span className={columnStyles.date}>
          <span className={toneClass(tone)}>
            {dueDate ? t(AGENCY_PAGE.dueBy, { day: shortDate(dueDate) }) : t(AGENCY_PAGE.noTerm)}
          </span>
          <span>{days !== undefined && days < 0 ? t(AGENCY_PAGE.late) : ''}</span>
        </span>
      </Link>
    </li>
  );
}

/** @param days until the end of the term, negative after it; undefined without one */
function toneOf(days: number | undefined): Tone {
  if (days === undefined || days > DUE_SOON_DAYS) return 'none';
  return days < 0 ? 'trouble' : 'citizen';
}
