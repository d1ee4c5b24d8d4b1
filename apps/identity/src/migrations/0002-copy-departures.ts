import type { Migration } from '@cups/store';

/**
 * Backfills `departures` of teams beside `leaving`, while replicas of the previous release still write only `leaving`.
 * `formerFields` of the collection keeps both until a later release reads `departures` and drops `leaving`.
 */
export const copyDepartures: Migration = {
  number: 2,
  name: 'copy-departures',
  exclusive: false,
  operations: [{ collection: 'teams', op: 'copy-field', path: 'leaving', to: 'departures' }],
};
