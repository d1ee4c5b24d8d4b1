import { useState } from 'react';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/text.ts';
import { CENTRE_STATUS_TEXTS, SUPERVISOR } from '../texts/supervisor.ts';
import { durationText } from './duration.ts';
import { sorted } from './figures.ts';
import type { Column, Line, Order } from './figures.ts';
import { Met } from './met.tsx';
import type { By } from './reads.ts';
import { Scrolled } from './scrolled.tsx';
import styles from './supervisor.module.css';

interface TableProps {
  lines: readonly Line[];
  by: By;
  /** Shown on the map too. */
  marked: string | undefined;
  onMark: (key: string | undefined) => void;
}

const OF_CENTRES: readonly Column[] = ['status', 'wave'];
/** Figures are compared by their last digits, words by their first letters. */
const WORDS: readonly Column[] = ['name', ...OF_CENTRES];
const lookOf = (column: Column) => (WORDS.includes(column) ? undefined : styles.figure);
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

/** A line for each centre, service or agency; its heads put it in order. */
export function FiguresTable({ lines, by, marked, onMark }: TableProps) {
  const { t } = useLanguage();
  const [order, setOrder] = useState<Order>({ column: 'filed', descending: true });
  const columns = (Object.keys(HEADS) as Column[]).filter((one) => by === 'centre' || !OF_CENTRES.includes(one));
  const sort = (column: Column) =>
    setOrder({ column, descending: order.column === column ? !order.descending : column !== 'name' });
  return (
    <Scrolled label={t(SUPERVISOR.title)}>
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
          {sorted(lines, order).map((line) => (
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
                <td key={column} className={lookOf(column)}>
                  <Cell line={line} column={column} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

function Head({ column, order, onSort }: { column: Column; order: Order; onSort: () => void }) {
  const { t } = useLanguage();
  const isOrder = order.column === column;
  const Arrow = order.descending ? ArrowDown : ArrowUp;
  const sort = order.descending ? 'descending' : 'ascending';
  return (
    <th scope="col" className={lookOf(column)} aria-sort={isOrder ? sort : undefined}>
      <button type="button" onClick={onSort}>
        {t(HEADS[column])}
        {isOrder && <Arrow size={14} aria-hidden="true" />}
      </button>
    </th>
  );
}

function Cell({ line: { centre, counts }, column }: { line: Line; column: Column }) {
  const { t, language } = useLanguage();
  switch (column) {
    case 'name':
      return null;
    case 'status':
      return centre ? t(CENTRE_STATUS_TEXTS[centre.status]) : null;
    case 'wave':
      return centre?.wave ?? null;
    case 'needMet':
      return <Met counts={counts} />;
    case 'overdue':
      return <span className={counts.overdue > 0 ? styles.late : undefined}>{counts.overdue}</span>;
    case 'filed':
    case 'open':
      return counts[column];
    default:
      return durationText(counts[column], language);
  }
}
