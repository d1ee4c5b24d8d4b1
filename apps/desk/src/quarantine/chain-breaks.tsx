import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { LoadError } from '../parts/load-states.tsx';
import { hasDeskRole } from '../session/roles.ts';
import { useSignedIn } from '../session/session.tsx';
import { CHAIN_BREAK_TEXTS, CHAIN_BREAKS } from '../texts/chain-breaks.ts';
import { chainBreaksQuery } from './queries.ts';
import { ScrollRegion } from '../supervisor/scroll-region.tsx';
import styles from './quarantine.module.css';

const HEADS = [
  CHAIN_BREAKS.kind,
  CHAIN_BREAKS.when,
  CHAIN_BREAKS.computer,
  CHAIN_BREAKS.operator,
  CHAIN_BREAKS.application,
] as const;

/** PCs whose acts without a line contradict each other: what, when and which. It shows nothing without any. */
export function ChainBreaks() {
  const { t } = useLanguage();
  const list = useQuery(chainBreaksQuery);
  if (list.isError) return <LoadError error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data || list.data.breaks.length === 0) return null;
  const { breaks, names } = list.data;
  return (
    <section className={styles.details} aria-label={t(CHAIN_BREAKS.title)}>
      <h2>{t(CHAIN_BREAKS.title)}</h2>
      <p className={styles.quiet}>{t(CHAIN_BREAKS.lead)}</p>
      <ScrollRegion label={t(CHAIN_BREAKS.title)}>
        <table className={styles.table}>
          <thead>
            <tr>
              {HEADS.map((head) => (
                <th key={head.en} scope="col">
                  {t(head)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {breaks.map((found) => (
              <tr key={`${found.device} ${found.operator} ${found.kind} ${found.firstTime}`}>
                <th scope="row">
                  {t(CHAIN_BREAK_TEXTS[found.kind])}
                  {found.count > 1 && ` (${found.count})`}
                </th>
                <td>
                  {formatDayAndTime(found.lastTime)} · {t(CHAIN_BREAKS.deskTime)} {formatDayAndTime(found.deskTime)}
                </td>
                <td>
                  {idOf(found.centre)} · …{idOf(found.device).slice(-6)}
                </td>
                <td>{names.get(found.operator) ?? idOf(found.operator)}</td>
                <td>
                  <ApplicationName name={found.application} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </ScrollRegion>
    </section>
  );
}

/** A supervisor opens no applications. */
function ApplicationName({ name }: { name: string }) {
  const { session } = useSignedIn();
  const id = idOf(name);
  const text = `…${id.slice(-6)}`;
  return hasDeskRole(session.operator) ? <Link href={`/applications/${id}`}>{text}</Link> : text;
}

const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
