import type { JournalAction } from '@cups/contracts/journal';

/**
 * How a restore covers each kind of acknowledged write: the events of all topics, and the acts that the journal records. A
 * test fails for a kind that is in neither table.
 */

/** What check and repair do about events that a store lacks. */
export type EventCover =
  /** Each consumer counts them: passed ones are read again, and those that are nowhere are named. */
  | 'counted'
  /** As counted; those of operators that the producer lacks are named too. */
  | 'counted-and-named'
  /** The state of the document is compared with that of its references, and the last event is read again. */
  | 'compared'
  /** The producer applies them again. */
  | 'applied-again'
  /** The producer cannot: each one is named. */
  | 'named'
  /** The producer erases again. */
  | 'erased-again';

export const EVENT_COVER: Readonly<Record<string, EventCover>> = {
  'cups.intake.v1.ApplicationSubmitted': 'counted-and-named',
  'cups.intake.v1.DocumentsSupplied': 'counted-and-named',
  'cups.intake.v1.ApplicationWithdrawn': 'counted-and-named',
  'cups.intake.v1.ResultHandedOver': 'counted-and-named',
  'cups.intake.v1.ApplicationClosed': 'counted-and-named',
  // Their acts are named from the journal.
  'cups.intake.v1.ApplicationInProgress': 'counted',
  'cups.intake.v1.DocumentsRequested': 'counted',
  'cups.intake.v1.ApplicationDecided': 'counted',
  'cups.intake.v1.ResultArrived': 'counted',
  'cups.intake.v1.ResultChanged': 'counted',
  'cups.intake.v1.ApplicationExpired': 'counted',
  'cups.intake.v1.PersonNotified': 'counted',
  'cups.intake.v1.DeskAlertRaised': 'counted',
  'cups.intake.v1.CollectionCentreChosen': 'counted',
  'cups.intake.v1.ContactChanged': 'counted',
  'cups.intake.v1.ApplicationCorrected': 'counted',
  'cups.intake.v1.ApplicationPassedOn': 'counted',
  'cups.intake.v1.AgencyUndecided': 'counted',
  'cups.intake.v1.ApplicationEscalated': 'counted',
  'cups.intake.v1.ApplicationMessageSent': 'counted',
  'cups.intake.v1.ApplicationComplaintChanged': 'counted',
  'cups.intake.v1.ApplicationErased': 'erased-again',
  'cups.agencybridge.v1.DeliveryAcknowledged': 'counted',
  'cups.agencybridge.v1.DeliveryProgressed': 'counted',
  'cups.agencybridge.v1.DeliveryDocumentsRequested': 'counted',
  'cups.agencybridge.v1.DeliveryDecided': 'counted',
  'cups.agencybridge.v1.DeliveryResultCorrected': 'counted',
  'cups.agencybridge.v1.DeliveryResultRevoked': 'counted',
  'cups.agencybridge.v1.DeliveryPassedOn': 'counted',
  'cups.agencybridge.v1.DeliveryCancelled': 'counted',
  'cups.agencybridge.v1.DeliveryFailed': 'counted',
  'cups.agencybridge.v1.DeliveryDeferred': 'counted',
  'cups.agencybridge.v1.DeliveryMessageRefused': 'counted',
  'cups.agencybridge.v1.DeliveryMessageReceived': 'counted',
  'cups.agencybridge.v1.DeliveryMessageFailed': 'counted',
  'cups.documents.v1.DocumentChecked': 'compared',
  'cups.documents.v1.DocumentRefused': 'compared',
  'cups.documents.v1.DocumentErased': 'erased-again',
  'cups.identity.v1.MandateGranted': 'named',
  'cups.identity.v1.MandateRevoked': 'applied-again',
  'cups.identity.v1.MandateExpired': 'applied-again',
  // The act is named from the journal.
  'cups.identity.v1.MandateCodeRequested': 'counted',
  // Each is an act of the other table.
  'cups.journal.v1.EntryRecorded': 'counted-and-named',
};

/** What a restore does about an act of the journal that a document lacks. */
export type ActCover =
  /** Nobody can repeat it but those who did it. */
  | 'named'
  /** A consumer reads its cause again, or a timer is due again. */
  | 'read-again'
  /** As read-again, if the agency has topics; the replies of others are named. */
  | 'read-again-or-named'
  /** The restore does it again, or names it where its document is missing. */
  | 'applied-again'
  | 'erased-again'
  /** It changed no data; the journal has it. */
  | 'read';

export const ACT_COVER: Readonly<Record<JournalAction, ActCover>> = {
  'read-details': 'read',
  'read-search': 'read',
  'read-submission': 'read',
  'read-history': 'read',
  'read-person': 'read',
  'read-notices': 'read',
  'read-slip': 'read',
  'read-document': 'read',
  'read-document-facts': 'read',
  'read-collection': 'read',
  'read-copy': 'read',
  'read-quarantine': 'read',
  'read-offline-copy': 'read',
  'read-offline': 'read',
  'export-person': 'read',
  'read-list': 'read',
  'read-staff': 'read',
  'read-staff-list': 'read',
  open: 'named',
  edit: 'named',
  submit: 'named',
  withdraw: 'named',
  renew: 'named',
  'supply-documents': 'named',
  'hand-over': 'named',
  'confirm-outcome': 'named',
  correct: 'named',
  'record-payment': 'named',
  'confirm-arrival': 'named',
  'choose-collection-centre': 'named',
  'change-contact': 'named',
  'correct-submission': 'named',
  'consent-to-passing-on': 'named',
  'refuse-passing-on': 'named',
  'assign-agency': 'named',
  'send-message': 'named',
  'prepare-complaint': 'named',
  'record-complaint': 'named',
  'record-complaint-answer': 'named',
  note: 'named',
  assign: 'named',
  'mark-seen': 'named',
  'notify-person': 'named',
  'quarantine-act': 'named',
  'release-act': 'named',
  'reject-act': 'named',
  'omit-scans': 'named',
  acknowledged: 'read-again',
  progressed: 'read-again',
  'documents-requested': 'read-again',
  approved: 'read-again',
  rejected: 'read-again',
  'result-corrected': 'read-again',
  'result-revoked': 'read-again',
  'passed-on': 'read-again',
  'message-sent': 'read-again',
  'message-failed': 'read-again',
  'delivery-cancelled': 'read-again',
  'delivery-failed': 'read-again',
  'delivery-deferred': 'read-again',
  'message-refused': 'read-again',
  'message-unknown': 'read-again',
  'draft-untouched': 'read-again',
  'answer-date-passed': 'read-again',
  'agency-escalation': 'read-again',
  other: 'named',
  'restrict-processing': 'named',
  'end-restriction': 'named',
  'request-erasure': 'applied-again',
  'erase-application': 'erased-again',
  'remove-rows': 'read-again',
  'document-refused': 'read-again',
  'create-document': 'named',
  'accept-document': 'read-again',
  'check-document': 'read-again',
  'delete-document': 'erased-again',
  'release-document': 'named',
  'hold-documents': 'applied-again',
  'end-hold': 'applied-again',
  'erase-document': 'erased-again',
  'erase-documents': 'erased-again',
  'grant-mandate': 'named',
  'revoke-mandate': 'applied-again',
  'send-mandate-code': 'named',
  'print-mandate-code': 'named',
  'confirm-mandate-code': 'named',
  'issue-mandate-code': 'named',
  'expire-mandate': 'applied-again',
  'erase-mandate': 'erased-again',
  'mandate-revoked': 'read-again',
  'compose-notice': 'read-again',
  'send-notice': 'read-again',
  'print-notice': 'named',
  'fail-notice': 'read-again',
  'erase-notices': 'erased-again',
  'send-request': 'read-again',
  'record-reply': 'read-again-or-named',
  'redrive-delivery': 'named',
  'replay-delivery': 'named',
  'erase-delivery': 'erased-again',
  'invite-staff': 'named',
  'change-staff': 'named',
  'suspend-staff': 'applied-again',
  'reinstate-staff': 'applied-again',
  'remove-staff': 'applied-again',
  'erase-staff': 'erased-again',
  'register-device': 'named',
  'revoke-device': 'applied-again',
};

/** What is compared of each topic. `{agency}` stands for a code. */
export const TOPIC_COVER: Readonly<Record<string, string>> = {
  'cups.applications': 'its events',
  'cups.deliveries': 'its events',
  'cups.documents': 'its events',
  'cups.mandates': 'its events',
  // Identity reads the files of centres again and publishes what differs.
  'cups.centres': 'nothing: the files of centres are the source',
  'cups.journal.intake': 'its acts',
  'cups.journal.identity': 'its acts',
  'cups.journal.documents': 'its acts',
  'cups.journal.notifications': 'its acts',
  'cups.journal.agency-bridge': 'its acts',
  // The journal compares its log with it when it starts.
  'cups.checkpoints': 'the log of the journal',
  'training.requests': 'the newest submission of each delivery',
  'training.replies': 'the replies that their delivery lacks',
  'agency.{agency}.requests': 'the newest submission of each delivery',
  'agency.{agency}.replies': 'the replies that their delivery lacks',
};
