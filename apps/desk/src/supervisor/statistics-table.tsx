import { useState } from 'react';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import { CENTRE_STATUS_TEXTS, SUPERVISOR } from '../texts/supervisor.ts';
import { durationText } from './duration.ts';
import { sortLines } from './statistics-lines.ts';
import type { Column, StatisticsLine, SortOrder } from './statistics-lines.ts';
import { NeedMetRate } from './need-met-rate.tsx';
import type { GroupBy } from './queries.ts';
import { ScrollRegion } from './scroll-region.tsx';
import styles from './supervisor.module.css';

interface StatisticsTableProps {
  lines: readonly StatisticsLine[];
  groupBy: GroupBy;
  /** The line marked on the map too. */
  marked: string | undefined;
  onMark: (key: string | undefined) => void;
}

const CENTRE_COLUMNS: readonly Column[] = ['status', 'wave'];
/** Text columns align left, figures right. */
const TEXT_COLUMNS: readonly Column[] = ['name', ...CENTRE_COLUMNS];
const cellClass = (column: Column) => (TEXT_COLUMNS.includes(column) ? undefined : styles.figure);
const HEADS: Record<Column, Text> = {
  name: SUPERVISOR.name,
  status: SUPERVISOR.status,
  wave: SUPERVISOR.wave,
  filed: SUPERVISOR.filed,
  open: SUPERVISOR.open,
  overdue: SUPERVISOR.overdue,
  deskSeconds: SUPERVISOR.desk,
  agencySeconds: SUPERVISOR.agency,
  citizenSeconds: SUPERVISOR.citizen,
  needMet: SUPERVISOR.met,
};

/** Statistics per centre, service or agency, sortable by column. */
export function StatisticsTable({ lines, groupBy, marked, onMark }: StatisticsTableProps) {
  const { t } = useLanguage();
  const [order, setOrder] = useState<SortOrder>({ column: 'filed', descending: true });
  const columns = (Object.keys(HEADS) as Column[]).filter(
    (column) => groupBy === 'centre' || !CENTRE_COLUMNS.includes(column),
  );
  const sort = (column: Column) =>
    setOrder({ column, descending: order.column === column ? !order.descending : column !== 'name' });
  return (
    <ScrollRegion label={t(SUPERVISOR.title)}>
      <table className={styles.table}>
        <caption>{t(SUPERVISOR.median)}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column} column={column} order={order} onSort={() => sort(column)} />
            ))}
          </tr>
        </thead>
        <tbody>
          {sortLines(lines, order).map((line) => (
            <tr
              key={line.key}
              data-marked={line.key === marked || undefined}
              onMouseEnter={() => onMark(line.key)}
              onMouseLeave={() => onMark(undefined)}
            >
              <th scope="row">
                {line.name}
                {line.more && <span>{line.more}</span>}
              </th>
              {columns.slice(1).map((column) => (
                <td key={column} className={cellClass(column)}>
                  <Cell line={line} column={column} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

function Head({ column, order, onSort }: { column: Column; order: SortOrder; onSort: () => void }) {
  const { t } = useLanguage();
  const isSorted = order.column === column;
  const Arrow = order.descending ? ArrowDown : ArrowUp;
  const sort = order.descending ? 'descending' : 'ascending';
  return (
    <th scope="col" className={cellClass(column)} aria-sort={isSorted ? sort : undefined}>
      <button type="button" onClick={onSort}>
        {t(HEADS[column])}
        {isSorted && <Arrow size={14} aria-hidden="true" />}
      </button>
    </th>
  );
}

function Cell({ line: { centre, counts }, column }: { line: StatisticsLine; column: Column }) {
  const { t, language } = useLanguage();
  switch (column) {
    case 'name':
      return null;
    case 'status':
      return centre ? t(CENTRE_STATUS_TEXTS[centre.status]) : null;
    case 'wave':
      return centre?.wave ?? null;
    case 'needMet':
      return <NeedMetRate counts={counts} />;
    case 'overdue':
      return <span className={counts.overdue > 0 ? styles.late : undefined}>{counts.overdue}</span>;
    case 'filed':
    case 'open':
      return counts[column];
    default:
      return durationText(counts[column], language);
  }
}
