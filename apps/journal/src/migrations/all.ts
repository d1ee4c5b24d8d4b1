import { defineMigrations } from '@cups/store';

/** Changes of what this service stores, in order. A migration that was released is never changed. */
export const migrations = defineMigrations([]);
