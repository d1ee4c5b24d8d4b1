import { groupAccessLog } from '@cups/application';
import { ACCESS_KIND_TEXTS } from '@cups/application/texts';
import type { Application, AccessLogEntry, Catalog } from '../api/types.ts';
import { PRINT } from '../texts/print.ts';
import { ServiceSubject } from './application-printout.tsx';
import { formatInstant } from './format-instant.ts';
import { toPrintoutSetting } from './catalog-lookups.ts';
import { JournalSeal } from './journal-seal.tsx';
import { Printout, Bilingual } from './printout.tsx';
import styles from './printout.module.css';

interface AccessLogPrintoutProps {
  application: Application;
  catalog: Catalog;
  entries: readonly AccessLogEntry[];
  /** Returns the display name of operators/{id}. */
  nameOf: (operator: string) => string;
  /** Newest checkpoint of the journal; empty if it was unavailable. */
  checkpoint: string;
  /** SHA-256 of the file of this list. */
  listHash: string;
}

/** The access log of an application, grouped by operator and 15 minutes, and the state of the journal. */
export function AccessLogPrintout({
  application,
  catalog,
  entries,
  nameOf,
  checkpoint,
  listHash,
}: AccessLogPrintoutProps) {
  const heads = [
    PRINT.accessLogFirst,
    PRINT.accessLogLast,
    PRINT.accessLogWho,
    PRINT.accessLogWhat,
    PRINT.accessLogCount,
  ];
  const clock = (time: string) => formatInstant(time, catalog.centre.timeZone);
  return (
    <Printout setting={toPrintoutSetting(catalog, application)} title={<Bilingual message={PRINT.accessLogTitle} />}>
      <ServiceSubject filed={application} />
      {entries.length === 0 && (
        <p>
          <Bilingual message={PRINT.accessLogNone} />
        </p>
      )}
      {entries.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head.ro} scope="col">
                  <Bilingual message={head} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groupAccessLog(entries).map(({ first, last, count, kinds }) => (
              <tr key={`${last.operator} ${first.accessTime}`}>
                <td>{clock(first.accessTime)}</td>
                <td>{clock(last.accessTime)}</td>
                <td>{nameOf(last.operator)}</td>
                <td>
                  {kinds.map((kind) => (
                    <div key={kind}>
                      <Bilingual message={ACCESS_KIND_TEXTS[kind]} />
                    </div>
                  ))}
                </td>
                <td>{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <JournalSeal checkpoint={checkpoint} listHash={listHash} />
    </Printout>
  );
}
