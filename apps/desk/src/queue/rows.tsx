import { Fragment } from 'react';
import type { CSSProperties } from 'react';
import { Link } from 'wouter';
import type { ApplicationRow } from '../api/types.ts';
import { isRowUnpaid } from '../application/cost-options.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import rowStyles from '../parts/rows.module.css';
import { useCatalog } from '../session/catalog.ts';
import { GROUPS, QUEUE } from '../texts/queue.ts';
import { useAgencyNames } from './agency-names.ts';
import { resolveGroup, describeRow } from './row-texts.ts';
import type { Group, RowTexts } from './row-texts.ts';
import { StatusIcon, toneClass } from './status-icon.tsx';
import { applicantName, applicationPath } from './row-links.ts';
import styles from './rows.module.css';

interface RowsProps {
  rows: ApplicationRow[];
  /** Shows headings by what is to do. */
  isGrouped?: boolean;
  /** Rows of the notify list show the phone number. */
  isNotifyList?: boolean;
  selected?: string | undefined;
  onSelect: (id: string) => void;
}

/** Rows of two lines: applicant and service, what to do, and the date with its meaning. */
export function Rows({ rows, isGrouped = false, isNotifyList = false, selected, onSelect }: RowsProps) {
  const { t, language } = useLanguage();
  const { short } = useAgencyNames();
  const catalog = useCatalog();
  const isUnpaid = (row: ApplicationRow) => isRowUnpaid(row, catalog);
  const context = { language, today: today(), agency: short, isNotifyList, isUnpaid };
  const textsOf = (row: ApplicationRow) => describeRow(row, context);
  const widths = computeColumnWidths(rows.map(textsOf));
  const groups = isGrouped ? groupRows(rows) : new Map<Group | undefined, ApplicationRow[]>([[undefined, rows]]);
  return (
    <>
      {[...groups].map(([group, members]) => (
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

function groupRows(rows: ApplicationRow[]): Map<Group, ApplicationRow[]> {
  const groups = new Map<Group, ApplicationRow[]>();
  for (const row of rows) {
    const group = resolveGroup(row);
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  return groups;
}
