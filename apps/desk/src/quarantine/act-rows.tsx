import type { QuarantinedAct } from '../api/types.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import rows from '../parts/rows.module.css';
import { actText, QUARANTINE } from '../texts/quarantine.ts';
import styles from './quarantine.module.css';

interface ActRowsProps {
  acts: readonly QuarantinedAct[];
  /** Display names of operators. */
  names: ReadonlyMap<string, string>;
  selected: string | undefined;
  onSelect: (id: string) => void;
}

/** The open acts, grouped by centre and application. */
export function ActRows({ acts, names, selected, onSelect }: ActRowsProps) {
  const { t } = useLanguage();
  const groups = groupActs(acts);
  return (
    <nav aria-label={t(QUARANTINE.title)} className={styles.list}>
      {[...groups].map(([key, group]) => (
        <section key={key} aria-labelledby={headingId(key)}>
          <h2 id={headingId(key)} className={styles.group}>
            {idOf(group[0]!.centre)} · {applicationLabel(group[0]!, t)}
          </h2>
          {group.map((act) => (
            <button
              key={act.id}
              type="button"
              className={rows.row}
              aria-current={act.id === selected || undefined}
              onClick={() => onSelect(act.id)}
            >
              <span>
                <strong>{t(actText(act.kind))}</strong>
                <span>
                  {names.get(act.operator) ?? idOf(act.operator)} · {formatDayAndTime(act.deskTime)}
                </span>
              </span>
            </button>
          ))}
        </section>
      ))}
    </nav>
  );
}

const headingId = (key: string): string => `acts-of-${key.replaceAll(/[^\w]/gu, '-')}`;

/** The list names no person: reading about one is recorded. */
const applicationLabel = ({ trackingNumber }: QuarantinedAct, t: ReturnType<typeof useLanguage>['t']): string =>
  trackingNumber ? `${t(QUARANTINE.application)} ${trackingNumber}` : t(QUARANTINE.newApplication);

/** Groups acts by centre and application, in the order of the first act of each. */
function groupActs(acts: readonly QuarantinedAct[]): Map<string, QuarantinedAct[]> {
  const groups = new Map<string, QuarantinedAct[]>();
  for (const act of acts) {
    const key = `${act.centre} ${act.application}`;
    groups.set(key, [...(groups.get(key) ?? []), act]);
  }
  return groups;
}

const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
