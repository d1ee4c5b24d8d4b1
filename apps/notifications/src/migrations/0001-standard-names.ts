import { mapValues, renameFields } from '@cups/store';
import type { Migration } from '@cups/store';

/** Stored names become the terms of the glossary. */
export const standardNames: Migration = {
  number: 1,
  name: 'standard-names',
  exclusive: true,
  operations: [
    ...renameFields('threads', {
      'notices[].held': 'throttled',
      'notices[].replaces': 'replacedCount',
      'notices[].to': 'emailAddress',
      'notices[].toldHow': 'notifyMethod',
      'notices[].toldTime': 'notifyTime',
    }),
    ...mapValues('threads', {
      'notices[].failCause': {
        overtaken: 'superseded',
        'intake-away': 'intake-unavailable',
        'smtp-away': 'smtp-unavailable',
      },
    }),
    ...renameFields('parkedEvents', {
      'drop.by': 'actor',
      'drop.why': 'reason',
    }),
  ],
};
