/**
 * The codes of journal entries, each with its meaning. An entry holds no other words. docs/reference/journal-entries.md
 * lists them; a code never changes its meaning, because the entries of earlier releases remain.
 */

/** What a service did with personal data. */
export const JOURNAL_ACTIONS = {
  // Reads. Those of intake follow the kinds of its access log.
  'read-details': 'Details of one resource were read',
  'read-search': 'The resource was in the results of a search',
  'read-submission': 'A frozen submission was read',
  'read-history': 'The history was read',
  'read-person': 'A form was prefilled with data of the person',
  'read-notices': 'The notices of the application were read',
  'read-slip': 'A slip was read for printing',
  'read-document': 'The content of a document was read',
  'read-document-facts': 'What documents are was read, without their content',
  'read-collection': 'The data for handing over a result for another centre were read',
  'read-copy': 'The resource was part of the copy of all data about a person',
  'read-quarantine': 'An act of a suspended operator was read, with its application',
  'read-offline-copy': 'The file was delivered to a device for work without a line',
  'read-offline': 'The copied file was read on a device without a line, and reported later',
  'export-person': 'A copy of all data about a person was created',
  'read-list': 'A page of the list of a centre was read',
  'read-staff': 'The record of one member of staff was read',
  'read-staff-list': 'The team of a centre or of the platform was read',
  // Actions of the desk on an application.
  open: 'A draft was opened',
  edit: 'A draft was edited',
  submit: 'The application was filed',
  withdraw: 'The application was withdrawn',
  renew: 'The draft was moved to the version of the public service in force',
  'supply-documents': 'Requested documents were supplied',
  'hand-over': 'The result was handed over',
  'confirm-outcome': 'The outcome was confirmed',
  correct: 'A correction was opened',
  'record-payment': 'The payment of the fee was recorded',
  'confirm-arrival': 'The arrival of a paper result was recorded',
  'choose-collection-centre': 'Another centre was chosen to hand over the result',
  'change-contact': 'The contact of the person was changed',
  'correct-submission': 'The filed application was corrected before the decision',
  'consent-to-passing-on': 'The person agreed that another agency receives the application',
  'refuse-passing-on': 'The person refused that another agency receives the application',
  'assign-agency': 'A supervisor decided which agency receives the application',
  'send-message': 'A message was written to the agency',
  'prepare-complaint': 'A complaint about the silent agency was prepared',
  'record-complaint': 'A signed complaint was given to the agency',
  'record-complaint-answer': 'The answer to a complaint was recorded',
  note: 'An internal note was added',
  assign: 'The application was assigned',
  'mark-seen': 'Alerts were marked as seen',
  'notify-person': 'A notification of the person was recorded',
  // Acts of an operator or a device whose rights ended.
  'quarantine-act': 'An act was kept for a decision',
  'release-act': 'A kept act was applied',
  'reject-act': 'A kept act was rejected',
  'omit-scans': 'A kept act was applied without scans that exist no more',
  // Messages of an agency, and reports of the bridge.
  acknowledged: 'The agency acknowledged the application',
  progressed: 'The agency reported progress',
  'documents-requested': 'The agency requested documents',
  approved: 'The agency approved',
  rejected: 'The agency rejected',
  'result-corrected': 'The agency corrected the result',
  'result-revoked': 'The agency revoked the result',
  'passed-on': 'The agency passed the application on',
  'message-sent': 'The agency wrote a message to the desk',
  'message-failed': 'A message could not be sent to the agency',
  'delivery-cancelled': 'The agency stopped its work',
  'delivery-failed': 'The delivery to the agency failed',
  'delivery-deferred': 'The delivery to the agency is deferred',
  'message-refused': 'A message of the agency was refused',
  'message-unknown': 'A message of a later release was recorded',
  // Timers.
  'draft-untouched': 'The draft expired',
  'answer-date-passed': 'The term for the requested documents passed',
  'agency-escalation': 'The agency is late, and the delay was escalated',
  other: 'An action of a later release',
  // The person's rights, and the end of the data.
  'restrict-processing': 'The processing was restricted on request of the person',
  'end-restriction': 'The restriction ended',
  'request-erasure': 'The person requested the erasure',
  'erase-application': 'The key of the application was destroyed',
  'remove-rows': 'Rows were removed at the end of their term',
  // Documents.
  'document-refused': 'A document was refused after filing',
  'create-document': 'A document was created for an upload or a result',
  'accept-document': 'A decision of the agency named the result',
  'check-document': 'The check of a document ended',
  'delete-document': 'The deletion of a document was requested',
  'release-document': 'A document was released to the agency',
  'hold-documents': 'A hold stopped the erasure of the documents',
  'end-hold': 'The hold of the documents ended',
  'erase-document': 'The key of a document was destroyed',
  'erase-documents': 'All documents of an erased application are erased',
  // Mandates.
  'grant-mandate': 'A person granted a mandate to a centre',
  'revoke-mandate': 'A mandate was revoked, wholly or in part',
  'send-mandate-code': 'A one-time code was sent to the person of a mandate',
  'print-mandate-code': 'A one-time code was printed for the person of a mandate',
  'confirm-mandate-code': 'An operator entered the one-time code that the person said',
  'issue-mandate-code': 'The own code of a mandate was issued for a printout, and the former one ended',
  'expire-mandate': 'The term of a mandate ended',
  'erase-mandate': 'The people of a mandate were erased',
  'mandate-revoked': 'The person revoked the mandate of the application',
  // Notices.
  'compose-notice': 'A notice was composed',
  'send-notice': 'A notice was sent',
  'print-notice': 'A slip was printed',
  'fail-notice': 'A notice failed',
  'erase-notices': 'The key of the notices of an application was destroyed',
  // Messages to an agency.
  'send-request': 'A message about the application was prepared for the agency',
  'record-reply': 'A reply of the agency was recorded',
  'redrive-delivery': 'An administrator sent a failed delivery again',
  'replay-delivery': 'An administrator repeated a message to the agency',
  'erase-delivery': 'Texts and parked messages of a delivery were removed',
  // Staff.
  'invite-staff': 'A person was invited',
  'change-staff': 'Roles, workplace or absence of a member of staff changed',
  'suspend-staff': 'A member of staff was suspended',
  'reinstate-staff': 'A suspension ended',
  'remove-staff': 'A member of staff left',
  'erase-staff': 'Name and number of a member of staff who left were erased',
  // Devices of staff.
  'register-device': 'A device got a key share for the work of an operator without a connection',
  'revoke-device': 'A manager or supervisor destroyed the key share of a device',
} as const;
export type JournalAction = keyof typeof JOURNAL_ACTIONS;

/** On what ground. A mandate is named instead (`mandates/{id}`), where the application has one. */
export const JOURNAL_GROUNDS = {
  session: 'An operator worked for the centre of their session',
  'offline-grant': 'A device handed in acts of its operator, whose rights had ended',
  'own-presence': 'The person was present at the centre',
  mpower: 'A power of attorney in MPower',
  notarial: 'A notarial deed',
  kinship: 'Kinship, shown by a document',
  guardianship: 'Guardianship, shown by a document',
  'agency-decision': 'A decision of the agency that provides the public service',
  'agency-message': 'Another message of that agency',
  'filed-application': 'An application that was filed and goes to its agency',
  'platform-rule': 'A rule that the platform applies by itself, such as a term or a check',
  'retention-rule': 'A rule that ends the data',
  'person-request': 'A request of the person about their data',
  'staff-administration': 'The administration of staff by a manager or supervisor',
  operations: 'A repair by an administrator of the platform',
} as const;
export type JournalGround = keyof typeof JOURNAL_GROUNDS;

/** With what result: `done`, `refused`, or the state of the resource afterwards. */
export const JOURNAL_RESULTS = {
  done: 'Done; the resource has no state that matters',
  refused: 'Refused',
  // States of an application.
  draft: 'The application is a draft',
  submitted: 'The application is filed',
  'in-progress': 'The agency works on it',
  'documents-requested': 'The agency waits for documents',
  ready: 'The result is ready',
  rejected: 'The agency rejected it',
  'handed-over': 'The result is handed over',
  closed: 'The outcome is confirmed',
  withdrawn: 'It is withdrawn',
  expired: 'It expired',
  // States of a document.
  uploading: 'The document is being uploaded',
  checking: 'The document waits for its check',
  erased: 'The document, or the application, is erased',
  // States of a notice.
  compose: 'The notice waits for its contact',
  pending: 'The notice is being sent',
  printable: 'The slip can be printed',
  sent: 'The notice was sent or printed',
  failed: 'The notice, or the delivery, failed',
  // States of a delivery.
  queued: 'The delivery is queued',
  acknowledged: 'The agency acknowledged the delivery',
  answered: 'The agency answered',
  cancelled: 'The delivery is cancelled',
  // States of a mandate that no other resource has.
  revoked: 'The mandate is revoked',
  // States of a member of staff.
  invited: 'The person is invited',
  active: 'The member of staff is active, or the mandate',
  suspended: 'The member of staff is suspended',
  removed: 'The member of staff is removed',
} as const;
export type JournalResult = keyof typeof JOURNAL_RESULTS;

/** Why somebody did it, where an act gives a reason from a list. */
export const JOURNAL_REASONS = {
  // Holds.
  court: 'A court or an investigation asked for it',
  complaint: 'A complaint is open',
  audit: 'An audit is open',
  // Copies of the data about a person.
  'person-request': 'The person asked for it',
  'authority-request': 'An authority asked for it',
} as const;
export type JournalReason = keyof typeof JOURNAL_REASONS;

/** Why an administrator dismissed missing entries. Only the journal itself writes them. */
export const JOURNAL_DISMISSALS = {
  'restored-store': 'A restored store repeated or skipped the numbers',
  'lost-topic': 'Kafka lost messages that were acknowledged',
  'generated-data': 'A test or a migration wrote the documents',
  unexplained: 'The investigation found no cause',
} as const;
export type JournalDismissal = keyof typeof JOURNAL_DISMISSALS;
