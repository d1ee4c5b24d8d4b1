import { mapValues, renameFields, replaceIndexes } from '@cups/store';
import type { Migration } from '@cups/store';

/** Stored names become the terms of the glossary. */
export const standardNames: Migration = {
  number: 1,
  name: 'standard-names',
  exclusive: true,
  operations: [
    ...renameFields('operators', {
      endedBefore: 'revokeTime',
      'history[].awaits': 'isPending',
      'history[].by': 'actor',
      'history[].why': 'reason',
      places: 'workplaces',
      'places[].awaited': 'pendingInvitation',
      'places[].awaited.by': 'invitedBy',
      'places[].awaited.time': 'inviteTime',
    }),
    ...mapValues('operators', {
      'history[].action': { absent: 'absence-recorded', back: 'absence-ended', 'looked-at': 'viewed' },
      status: { gone: 'former' },
    }),
    ...replaceIndexes('operators', { 'places.centre_1__id_1': 'workplaces.centre_1__id_1' }),
    ...renameFields('parkedEvents', {
      'drop.by': 'actor',
      'drop.why': 'reason',
    }),
    ...renameFields('signInAttempts', {
      again: 'forceAuthn',
      kept: 'attemptState',
      'kept.index': 'sessionIndex',
    }),
    ...mapValues('signInAttempts', {
      kind: { statement: 'used-message' },
    }),
    ...renameFields('sessions', {
      idleTime: 'idleExpireTime',
      index: 'sessionIndex',
      only: 'assertedRights',
      strong: 'multiFactor',
    }),
    ...replaceIndexes('sessions', { index_1: 'sessionIndex_1' }),
  ],
};
