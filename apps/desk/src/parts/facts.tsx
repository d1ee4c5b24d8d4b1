import type { ReactNode } from 'react';
import styles from './facts.module.css';

/** Labels and values in two columns, without empty values. */
export function Facts({
  facts,
}: {
  facts: readonly (readonly [name: string, value: ReactNode] | false | undefined)[];
}) {
  const shownFacts = facts.filter(
    (fact) => fact !== false && fact !== undefined && fact[1] !== '' && fact[1] !== undefined,
  );
  return (
    <dl className={styles.facts}>
      {shownFacts.map((fact, at) => {
        const [name, value] = fact as readonly [string, ReactNode];
        // Two facts may have one name: two documents of a kind.
        return (
          <div key={`${at} ${name}`}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        );
      })}
    </dl>
  );
}
