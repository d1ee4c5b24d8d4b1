import { mapValues, renameCollection, renameFields, replaceIndexes } from '@cups/store';
import type { Migration } from '@cups/store';

/** Stored names become the terms of the glossary. */
export const standardNames: Migration = {
  number: 1,
  name: 'standard-names',
  exclusive: true,
  operations: [
    renameCollection('looks', 'accessLog'),
    ...renameFields('applications', {
      'decision.appeal.how': 'instructions',
      'decision.appeal.until': 'deadline',
      deskNotes: 'deskAlerts',
      'documentRequest.askedAnswerBy': 'requestedAnswerBy',
      'documentRequest.supplied': 'suppliedKinds',
      'handOver.paperKind': 'idDocumentKind',
      'handOver.paperNumber': 'idDocumentNumber',
      'history[].by': 'actor',
      'history[].how': 'method',
      'history[].words': 'agencyText',
      'notes[].by': 'author',
      'payment.by': 'recordedBy',
      'payment.noteTime': 'recordTime',
      'queue.actOn': 'actionDate',
      'queue.news': 'agencyUpdateTime',
      'queue.place': 'stage',
      'queue.ring': 'notifySince',
      'queue.runsOut': 'deadline',
      told: 'personNotifications',
      'told[].by': 'operator',
      'told[].how': 'method',
      'told[].time': 'notifyTime',
    }),
    ...mapValues('applications', {
      'deskNotes[].kind': { 'delivery-waits': 'delivery-deferred' },
      'history[].kind': { tell: 'notify-person', 'delivery-waits': 'delivery-deferred' },
      'queue.place': { 'at-agency': 'with-agency', 'to-confirm': 'awaiting-outcome' },
    }),
    ...replaceIndexes('applications', {
      'centre_1_queue.place_1_queue.since_1__id_1': 'centre_1_queue.stage_1_queue.since_1__id_1',
      'centre_1_queue.actOn_1__id_1': 'centre_1_queue.actionDate_1__id_1',
      'centre_1_queue.news_1__id_1': 'centre_1_queue.agencyUpdateTime_1__id_1',
      'centre_1_queue.runsOut_1__id_1': 'centre_1_queue.deadline_1__id_1',
      'centre_1_queue.ring_1__id_1': 'centre_1_queue.notifySince_1__id_1',
    }),
    ...renameFields('looks', { by: 'operator' }),
    ...mapValues('looks', {
      kind: { file: 'details' },
    }),
    ...renameFields('parkedEvents', {
      'drop.by': 'actor',
      'drop.why': 'reason',
    }),
  ],
};
