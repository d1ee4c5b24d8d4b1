import { defineMigrations } from '@cups/store';
import { standardNames } from './0001-standard-names.ts';

/** Changes of what this service stores, in order. A migration that was released is never changed. */
export const migrations = defineMigrations([standardNames]);
