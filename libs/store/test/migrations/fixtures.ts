import { defineMigrations } from '../../src/index.ts';

/** Two migrations of a made-up service: an exclusive one, and one beside running services. */
export const MIGRATIONS = defineMigrations([
  {
    number: 1,
    name: 'standard-names',
    exclusive: true,
    operations: [
      { collection: 'looks', op: 'rename-field', path: 'time', to: 'accessTime' },
      { op: 'rename-collection', from: 'looks', to: 'accessLog' },
      { collection: 'cases', op: 'rename-field', path: 'history[].by', to: 'actor' },
      { collection: 'cases', op: 'map-value', path: 'history[].kind', map: { tell: 'notify-person' } },
      { collection: 'cases', op: 'map-value', path: 'schemaVersion', map: { 1: 2 } },
      { collection: 'cases', op: 'index', drop: 'place_1', added: 'stage_1' },
    ],
  },
  {
    number: 2,
    name: 'copy-leaving',
    exclusive: false,
    operations: [{ collection: 'cases', op: 'copy-field', path: 'leaving', to: 'departures' }],
  },
]);
