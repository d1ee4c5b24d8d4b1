import { compileOperations, assertRepeatable, type Direction, type FieldOperation } from './operations.ts';

/** Renames a collection with its indexes. */
export interface RenameCollection {
  op: 'rename-collection';
  from: string;
  to: string;
}

/** Drops indexes by their names; services create missing ones themselves. */
export interface DropIndex {
  op: 'index';
  /** Dropped upwards. */
  drop?: string;
  /** Dropped downwards. */
  added?: string;
}

/** Operations name a collection as it is called before the migration. */
export type MigrationOperation = ((FieldOperation | DropIndex) & { collection: string }) | RenameCollection;

/** @param names new names by the paths of the former ones */
export const renameFields = (collection: string, names: Readonly<Record<string, string>>): MigrationOperation[] =>
  Object.entries(names).map(([path, to]) => ({ collection, op: 'rename-field', path, to }));

/** @param maps new values by former ones, by path */
export const mapValues = (
  collection: string,
  maps: Readonly<Record<string, Readonly<Record<string, string | number>>>>,
): MigrationOperation[] => Object.entries(maps).map(([path, map]) => ({ collection, op: 'map-value', path, map }));

/** @param names indexes that replace the dropped ones, by the names of these */
export const replaceIndexes = (collection: string, names: Readonly<Record<string, string>>): MigrationOperation[] =>
  Object.entries(names).map(([drop, added]) => ({ collection, op: 'index', drop, added }));

export const renameCollection = (from: string, to: string): MigrationOperation => ({
  op: 'rename-collection',
  from,
  to,
});

/** A numbered change of what one service stores. */
export interface Migration {
  /** From 1, without gaps. */
  number: number;
  /** In kebab case. */
  name: string;
  /** Whether all writers must be stopped: they read or write only one of the two forms. */
  exclusive: boolean;
  /**
   * The lowest migration that a running service must know once this one has begun. By default its own number if it is
   * exclusive, otherwise 0: services of the previous release keep running.
   */
  requires?: number;
  operations: readonly MigrationOperation[];
}

/** `0001-standard-names` */
export const migrationId = ({ number, name }: Pick<Migration, 'number' | 'name'>): string =>
  `${String(number).padStart(4, '0')}-${name}`;

export const requiredNumber = ({ number, exclusive, requires }: Migration): number =>
  requires ?? (exclusive ? number : 0);

/** One resumable part of a migration. */
export type MigrationStep =
  | { kind: 'rename-collection'; from: string; to: string }
  | { kind: 'drop-index'; collection: string; index: string }
  | { kind: 'documents'; collection: string; change: <D extends object>(document: D) => D };

/**
 * Returns the steps of a migration in order. Upwards: collections, indexes, documents. Downwards: documents, indexes,
 * collections. Each step may run twice.
 */
export function planSteps(migration: Migration, direction: Direction): MigrationStep[] {
  const renames = migration.operations.filter((one) => one.op === 'rename-collection');
  const currentName = (collection: string) => renames.find(({ from }) => from === collection)?.to ?? collection;
  const collections = renames.map(({ from, to }): MigrationStep => {
    return { kind: 'rename-collection', from: direction === 'up' ? from : to, to: direction === 'up' ? to : from };
  });
  const indexes = migration.operations.flatMap((one): MigrationStep[] => {
    if (one.op !== 'index') return [];
    const index = direction === 'up' ? one.drop : one.added;
    return index === undefined ? [] : [{ kind: 'drop-index', collection: currentName(one.collection), index }];
  });
  const documents = [...groupFieldOperations(migration)].map(([collection, operations]): MigrationStep => {
    return {
      kind: 'documents',
      collection: currentName(collection),
      change: compileOperations(operations, direction),
    };
  });
  return direction === 'up'
    ? [...collections, ...indexes, ...documents]
    : [...documents, ...indexes, ...collections.reverse()];
}

/** Returns the field operations by collection. */
function groupFieldOperations({ operations }: Migration): Map<string, FieldOperation[]> {
  const groups = new Map<string, FieldOperation[]>();
  for (const one of operations) {
    if (one.op === 'rename-collection' || one.op === 'index') continue;
    groups.set(one.collection, [...(groups.get(one.collection) ?? []), one]);
  }
  return groups;
}

/**
 * Returns the migrations if they are numbered from 1 without gaps and may be repeated.
 * @throws Error that names the wrong migration
 */
export function defineMigrations(migrations: readonly Migration[]): readonly Migration[] {
  for (const [at, migration] of migrations.entries()) {
    if (migration.number !== at + 1) throw new Error(`Migration ${migrationId(migration)} must have number ${at + 1}.`);
    for (const [collection, operations] of groupFieldOperations(migration)) {
      try {
        assertRepeatable(operations);
      } catch (error) {
        throw new Error(`Migration ${migrationId(migration)}, ${collection}: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  }
  return migrations;
}
