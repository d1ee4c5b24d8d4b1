import { useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { createSearch } from '@cups/application/search';
import type { SearchTerms } from '@cups/application/search';
import styles from './search-hits.module.css';

/** The parts of a field that chooses one of many by typing: what matches, which hit is marked, and the list. */

const MAX_HITS = 8;

/** What can be chosen. The code is unique in its list. */
interface Choosable {
  name: string;
  code: string;
}

/**
 * Returns the items that match, best first, at most 8; none without a query.
 * @param items the same array until they change
 * @param termsOf the same function in each render
 */
export function useSearchHits<Item>(
  items: readonly Item[],
  termsOf: (item: Item) => SearchTerms,
  query: string,
): Item[] {
  const search = useMemo(() => createSearch(items, termsOf), [items, termsOf]);
  return useMemo(() => {
    const scores = search(query) ?? new Map<Item, number>();
    return [...scores]
      .sort(([, a], [, b]) => b - a)
      .slice(0, MAX_HITS)
      .map(([item]) => item);
  }, [search, query]);
}

interface MarkedHit<Item> {
  /** The hit that Enter takes: the best, until arrows mark another; undefined without hits. */
  chosen: Item | undefined;
  /** Moves the mark. @returns whether the key was an arrow that did */
  moveMark: (event: KeyboardEvent) => boolean;
}

export function useMarkedHit<Item extends Choosable>(hits: readonly Item[]): MarkedHit<Item> {
  const [marked, setMarked] = useState<string>();
  const chosen = hits.find(({ name }) => name === marked) ?? hits[0];
  return {
    chosen,
    moveMark(event) {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (by === undefined || !chosen) return false;
      event.preventDefault();
      setMarked(hits[Math.min(Math.max(hits.indexOf(chosen) + by, 0), hits.length - 1)]?.name);
      return true;
    },
  };
}

/** Returns the attributes that connect the field with its list, for screen readers. @param list ID of the list */
export const comboboxAttributes = <Item extends Choosable>(
  list: string,
  hits: readonly Item[],
  chosen: Item | undefined,
) => ({
  role: 'combobox',
  'aria-expanded': hits.length > 0,
  'aria-controls': list,
  'aria-autocomplete': 'list' as const,
  'aria-activedescendant': chosen && optionId(list, chosen),
});

const optionId = (list: string, { code }: Choosable): string => `${list}-${code}`;

interface HitListProps<Item> {
  id: string;
  label: string;
  hits: readonly Item[];
  chosen: Item | undefined;
  /** Returns the name of a hit, and what tells it from others. */
  describe: (hit: Item) => readonly [name: string, more: string];
  onChoose: (hit: Item) => void;
}

export function HitList<Item extends Choosable>({ id, label, hits, chosen, describe, onChoose }: HitListProps<Item>) {
  return (
    <ul id={id} role="listbox" aria-label={label} className={styles.hits}>
      {hits.map((hit) => {
        const [name, more] = describe(hit);
        return (
          <li
            key={hit.name}
            id={optionId(id, hit)}
            role="option"
            aria-selected={hit === chosen}
            // Keeps the focus in the field.
            onMouseDown={(event) => {
              event.preventDefault();
              onChoose(hit);
            }}
          >
            <strong>{name}</strong>
            <span>{more}</span>
          </li>
        );
      })}
    </ul>
  );
}
