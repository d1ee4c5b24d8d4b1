import { Fragment } from 'react';
import type { CSSProperties } from 'react';
import { Link } from 'wouter';
import type { Row } from '../api/types.ts';
import { today } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import rowStyles from '../parts/rows.module.css';
import { GROUPS, QUEUE } from '../texts/queue.ts';
import { useAgencies } from './agencies.ts';
import { groupOf, rowWords } from './row-words.ts';
import type { Group, RowWords } from './row-words.ts';
import { Sign, toneClass } from './sign.tsx';
import { nameOf, pageOf } from './where.ts';
import styles from './rows.module.css';

interface RowsProps {
  rows: Row[];
  /** Under headings by what is to be done. */
  grouped?: boolean;
  /** The list of those to ring. */
  ringing?: boolean;
  selected?: string | undefined;
  onSelect: (id: string) => void;
}

/** Rows of two lines: who and what, what to do, and the date with its meaning. */
export function Rows({ rows, grouped = false, ringing = false, selected, onSelect }: RowsProps) {
  const { t, language } = useLanguage();
  const { short } = useAgencies();
  const wordsOf = (row: Row) => rowWords(row, { language, today: today(), agency: short, ringing });
  const widths = widthsOf(rows.map(wordsOf));
  const groups = grouped ? byGroup(rows) : new Map<Group | undefined, Row[]>([[undefined, rows]]);
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
              <OneRow key={row.id} row={row} words={wordsOf(row)} selected={row.id === selected} onSelect={onSelect} />
            ))}
          </ul>
        </Fragment>
      ))}
    </>
  );
}

/** Of a letter of a row, on average, in px. */
const LETTER = 9;

/** What the columns of a list need at most for what they say, so that names get the rest. */
function widthsOf(words: readonly RowWords[]): CSSProperties {
  const longest = (...of: (keyof RowWords)[]) =>
    Math.max(0, ...words.flatMap((one) => of.map((which) => one[which].length)));
  const widths = { '--todo': longest('todo', 'more'), '--date': longest('date', 'dateMore') };
  return Object.fromEntries(Object.entries(widths).map(([name, letters]) => [name, `${letters * LETTER}px`]));
}

interface OneRowProps {
  row: Row;
  words: RowWords;
  selected: boolean;
  onSelect: (id: string) => void;
}

function OneRow({ row, words, selected, onSelect }: OneRowProps) {
  const { t } = useLanguage();
  return (
    <li>
      <Link
        href={pageOf(row)}
        data-row={row.id}
        className={`${rowStyles.row} ${styles.columns}`}
        aria-current={selected ? 'true' : undefined}
        onFocus={() => onSelect(row.id)}
      >
        <Sign of={words.sign} tone={words.tone} />
        <span className={styles.who}>
          <strong>{nameOf(row) || t(QUEUE.nobody)}</strong>
          <span>{t(row.serviceTitle)}</span>
        </span>
        <span className={styles.todo}>
          <strong className={toneClass(words.tone)}>{words.todo}</strong>
          <span>{words.more}</span>
        </span>
        <span className={styles.date}>
          <span className={words.dateTone === 'none' ? undefined : toneClass(words.dateTone)}>{words.date}</span>
          <span>{words.dateMore}</span>
        </span>
      </Link>
    </li>
  );
}

function byGroup(rows: Row[]): Map<Group, Row[]> {
  const groups = new Map<Group, Row[]>();
  for (const row of rows) {
    const group = groupOf(row);
    groups.set(group, [...(groups.get(group) ?? []), row]);
  }
  return groups;
}
