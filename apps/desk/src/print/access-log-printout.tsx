import { accessKindText } from '@cups/application/texts';
import { ACCESS_LIST_HEADS, changeText, positionsText } from '../access-list/acts.ts';
import type { ActGroup, PositionCounts } from '../access-list/acts.ts';
import { nameActor } from '../application/operator-name.ts';
import type { Application, ApplicationDetails, Catalog } from '../api/types.ts';
import { ACCESS_LIST } from '../texts/access-list.ts';
import { ServiceSubject } from './application-printout.tsx';
import { formatInstant } from './format-instant.ts';
import { agencyName, toPrintoutSetting } from './catalog-lookups.ts';
import { JournalSeal } from './journal-seal.tsx';
import { Printout, Bilingual } from './printout.tsx';
import styles from './printout.module.css';

interface AccessLogPrintoutProps {
  application: Application;
  catalog: Catalog;
  groups: readonly ActGroup[];
  /** Display names of operators. */
  operators: ApplicationDetails['operators'];
  /** Newest checkpoint of the journal; empty if it was unavailable. */
  checkpoint: string;
  /** SHA-256 of the file of this list. */
  listHash: string;
}

/** Who read and changed an application, grouped by actor and 15 minutes, and the state of the journal. */
export function AccessLogPrintout(props: AccessLogPrintoutProps) {
  const { application, catalog, groups, operators, checkpoint, listHash } = props;
  return (
    <Printout setting={toPrintoutSetting(catalog, application)} title={<Bilingual message={ACCESS_LIST.title} />}>
      <ServiceSubject filed={application} />
      {groups.length === 0 && (
        <p>
          <Bilingual message={ACCESS_LIST.none} />
        </p>
      )}
      {groups.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              {ACCESS_LIST_HEADS.map((head) => (
                <th key={head.ro} scope="col">
                  <Bilingual message={head} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map((group) => (
              <Row key={group.key} group={group} catalog={catalog} operators={operators} />
            ))}
          </tbody>
        </table>
      )}
      <JournalSeal checkpoint={checkpoint} listHash={listHash} />
    </Printout>
  );
}

function Row({
  group: { actor, first, last, reads, changes, count, positions },
  catalog,
  operators,
}: Pick<AccessLogPrintoutProps, 'catalog' | 'operators'> & { group: ActGroup }) {
  const clock = (time: string) => formatInstant(time, catalog.centre.timeZone);
  return (
    <tr>
      <td>{clock(first)}</td>
      <td>{clock(last)}</td>
      <td>
        <Bilingual message={nameActor(actor, operators, (name) => agencyName(catalog, name))} />
      </td>
      <td>
        {[...reads.map(accessKindText), ...changes.map(changeText)].map((message, at) => (
          <div key={at}>
            <Bilingual message={message} />
          </div>
        ))}
      </td>
      <td>{count}</td>
      <td>
        <PositionLines positions={positions} />
      </td>
    </tr>
  );
}

function PositionLines({ positions: { recorded, waiting, absent, unknown } }: { positions: PositionCounts }) {
  const lines = [
    waiting > 0 && ([ACCESS_LIST.waiting, waiting] as const),
    absent > 0 && ([ACCESS_LIST.absent, absent] as const),
    unknown > 0 && ([ACCESS_LIST.unknown, unknown] as const),
  ];
  return (
    <>
      {positionsText(recorded)}
      {lines.map(
        (line) =>
          line && (
            <div key={line[0].ro}>
              <Bilingual message={line[0]} params={{ n: String(line[1]) }} />
            </div>
          ),
      )}
    </>
  );
}
