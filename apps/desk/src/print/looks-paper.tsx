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

/** Who looked at an application and when: the person may ask for it at any time. */
export function LooksPaper({ application, registry, looks, nameOf }: LooksParts) {
  const heads = [PRINT.looksWhen, PRINT.looksWho, PRINT.looksWhat];
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
            {looks.map(({ by, lookTime, kind }, i) => (
              <tr key={i}>
                <td>{moment(lookTime, registry.centre.timeZone)}</td>
                <td>{nameOf(by)}</td>
                <td>
                  <Two words={LOOK_TEXTS[kind]} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Paper>
  );
}
