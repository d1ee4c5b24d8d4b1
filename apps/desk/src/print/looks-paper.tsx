import { groupAccesses } from '@cups/application';
import { LOOK_TEXTS } from '@cups/application/texts';
import type { Application, Look, Registry } from '../api/types.ts';
import { PRINT } from '../texts/print.ts';
import { ServiceSubject } from './application-paper.tsx';
import { moment } from './moment.ts';
import { settingOf } from './named.ts';
import { Paper, Two } from './paper.tsx';
import styles from './paper.module.css';

interface LooksParts {
  application: Application;
  registry: Registry;
  looks: readonly Look[];
  /** The name for people of operators/{id}. */
  nameOf: (by: string) => string;
}

/** Who looked at an application and when, by operator and 15 minutes: the person may ask for it at any time. */
export function LooksPaper({ application, registry, looks, nameOf }: LooksParts) {
  const heads = [PRINT.looksFirst, PRINT.looksLast, PRINT.looksWho, PRINT.looksWhat, PRINT.looksCount];
  const clock = (time: string) => moment(time, registry.centre.timeZone);
  return (
    <Paper setting={settingOf(registry, application)} title={<Two words={PRINT.looksTitle} />}>
      <ServiceSubject filed={application} />
      {looks.length === 0 && (
        <p>
          <Two words={PRINT.looksNone} />
        </p>
      )}
      {looks.length > 0 && (
        <table className={styles.table}>
          <thead>
            <tr>
              {heads.map((head) => (
                <th key={head.ro} scope="col">
                  <Two words={head} />
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groupAccesses(looks).map(({ first, last, count, kinds }) => (
              <tr key={`${last.by} ${first.lookTime}`}>
                <td>{clock(first.lookTime)}</td>
                <td>{clock(last.lookTime)}</td>
                <td>{nameOf(last.by)}</td>
                <td>
                  {kinds.map((kind) => (
                    <div key={kind}>
                      <Two words={LOOK_TEXTS[kind]} />
                    </div>
                  ))}
                </td>
                <td>{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Paper>
  );
}
