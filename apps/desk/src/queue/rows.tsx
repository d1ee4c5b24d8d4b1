import { Fragment } from 'react';
import type { CSSProperties } from 'react';
import { Link } from 'wouter';
import type { ApplicationRow, Bucket } from '../api/types.ts';
import { isRowUnpaid } from '../application/cost-options.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import rowStyles from '../parts/rows.module.css';
import { useCatalog } from '../session/catalog.ts';
import { GROUPS, QUEUE } from '../texts/queue.ts';
import { useAgencyNames } from './agency-names.ts';
import { GROUP_ORDER, resolveGroup, describeRow } from './row-texts.ts';
import type { Group, RowTexts } from './row-texts.ts';
import { StatusIcon, toneClass } from './status-icon.tsx';
import { applicantName, applicationPath } from './row-links.ts';
import styles from './rows.module.css';

interface RowsProps {
  rows: ApplicationRow[];
  /** The list of the queue: it decides the headings, and that rows of the notify list show the phone number. */
  bucket?: Bucket;
  selected?: string | undefined;
  onSelect: (id: string) => void;
}

/** Rows of two lines: applicant and service, what to do, and the date with its meaning. */
export function Rows({ rows, bucket, selected, onSelect }: RowsProps) {
  const { t, language } = useLanguage();
  const { short } = useAgencyNames();
  const catalog = useCatalog();
  const isUnpaid = (row: ApplicationRow) => isRowUnpaid(row, catalog);
  const context = { language, today: today(), agency: short, isNotifyList: bucket === 'to-notify', isUnpaid };
  const textsOf = (row: ApplicationRow) => describeRow(row, context);
  const widths = computeColumnWidths(rows.map(textsOf));
  const groups = groupRows(rows, bucket, context.today);
  return (
    <>
      {groups.map(({ group, members }) => (
        <Fragment key={group ?? ''}>
          {group && (
            <h2 className={styles.group}>
              {t(GROUPS[group])} <span>{t(GROUPS[`${group}More`])}</span>
            </h2>
          )}
          <ul style={widths}>
            {members.map((row) => (
              <QueueRow
                key={row.id}
                row={row}
                texts={textsOf(row)}
                selected={row.id === selected}
                onSelect={onSelect}
              />
            ))}
          </ul>
        </Fragment>
      ))}
    </>
  );
}

/** Average width of a letter in a row, in px. */
const LETTER_WIDTH_PX = 9;

/** Computes the maximum width of the text columns, so that names get the rest. */
function computeColumnWidths(texts: readonly RowTexts[]): CSSProperties {
  const longest = (...columns: (keyof RowTexts)[]) =>
    Math.max(0, ...texts.flatMap((rowTexts) => columns.map((column) => rowTexts[column].length)));
  const widths = { '--todo': longest('todo', 'more'), '--date': longest('date', 'dateMore') };
  return Object.fromEntries(Object.entries(widths).map(([name, letters]) => [name, `${letters * LETTER_WIDTH_PX}px`]));
}

interface QueueRowProps {
  row: ApplicationRow;
  texts: RowTexts;
  selected: boolean;
  onSelect: (id: string) => void;
}

function QueueRow({ row, texts, selected, onSelect }: QueueRowProps) {
  const { t } = useLanguage();
  return (
    <li>
      <Link
        href={applicationPath(row)}
        data-row={row.id}
        className={`${rowStyles.row} ${styles.columns}`}
        aria-current={selected ? 'true' : undefined}
        onFocus={() => onSelect(row.id)}
      >
        <StatusIcon name={texts.icon} tone={texts.tone} />
        <span className={styles.who}>
          <strong>{applicantName(row) || t(QUEUE.nobody)}</strong>
          <span>{t(row.serviceTitle)}</span>
        </span>
        <span className={styles.todo}>
          <strong className={toneClass(texts.tone)}>{texts.todo}</strong>
          <span>{texts.more}</span>
        </span>
        <span className={styles.date}>
          <span className={texts.dateTone === 'none' ? undefined : toneClass(texts.dateTone)}>{texts.date}</span>
          <span>{texts.dateMore}</span>
        </span>
      </Link>
    </li>
  );
}

interface RowGroup {
  group?: Group | undefined;
  members: ApplicationRow[];
}

function groupRows(rows: ApplicationRow[], bucket: Bucket | undefined, day: string): RowGroup[] {
  if (!bucket) return [{ members: rows }];
  const groupOf = new Map(rows.map((row) => [row.id, resolveGroup(row, bucket, day)]));
  return [...GROUP_ORDER, undefined]
    .map((group) => ({ group, members: rows.filter(({ id }) => groupOf.get(id) === group) }))
    .filter(({ members }) => members.length > 0);
}
