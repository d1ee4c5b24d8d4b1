import { mapValues, renameCollection, renameFields } from '@cups/store';
import type { Migration } from '@cups/store';

/** Stored names become the terms of the glossary. */
export const standardNames: Migration = {
  number: 1,
  name: 'standard-names',
  exclusive: true,
  operations: [
    renameCollection('tellings', 'unmatchedReplies'),
    ...renameFields('deliveries', {
      askTime: 'lastRequestTime',
      asks: 'documentRequests',
      'asks[].place': 'position',
      heardTime: 'lastReplyTime',
      'pending[].again': 'isReplay',
      refused: 'reportedIssues',
      waitCause: 'deferCause',
    }),
    ...renameFields('tellings', {
      gathered: 'batches',
      'gathered[].about': 'position',
      seen: 'offsets',
      told: 'recentReports',
    }),
    ...mapValues('tellings', {
      'timer.kind': { tell: 'report' },
    }),
    ...renameFields('parkedEvents', {
      'drop.by': 'actor',
      'drop.why': 'reason',
    }),
  ],
};
