import type { State } from '@cups/application';
import type { EscalationStep } from '@cups/application/escalation';

/** What a run of the chaos test observed: acknowledged by the platform, and found in it afterwards. */

export type Action =
  | 'create'
  | 'edit'
  | 'submit'
  | 'withdraw'
  | 'supply-documents'
  | 'consent-to-passing-on'
  | 'hand-over'
  | 'confirm-outcome';

/** A write that the platform acknowledged. */
export interface AcknowledgedWrite {
  application: string;
  action: Action;
  requestId: string;
  /** As in the response. */
  revision: number;
  state: State;
}

/** An acknowledged write, sent again unchanged after all faults. */
export interface RepeatedWrite {
  application: string;
  /** `reply`: of a clerk of the agency. */
  action: Action | 'reply';
  requestId: string;
  /** `done again`: a success that was not a replay, or that names another application. */
  answer: 'replayed' | 'done again' | 'refused';
}

/** An application in intake's store. */
export interface ObservedApplication {
  id: string;
  agency: string;
  state: State;
  revision: number;
  eventSeq: number;
  /** Request ID of the create. */
  createdBy: string;
  /** Numbers of the frozen submissions. */
  submissions: number[];
  /** Scans that the submissions name. */
  copies: FrozenCopy[];
  /** Documents that evidence or a submission names. */
  documents: DocumentReference[];
  history: ObservedAction[];
  /** Sequence of the last event that intake counted of the delivery at `agency`. */
  deliverySeq: number;
  /** Agencies that passed it on, in order. @default none */
  formerAgencies?: string[];
  /** Number of the submission that `agency` received first. @default 1 */
  firstSubmission?: number;
  /** Whether nobody has decided yet which agency receives it. @default false */
  isUndecided?: boolean;
  /** Steps of the clock of a silent agency that fired, in order. @default none */
  escalations?: { step: EscalationStep; agency: string; dueDate?: string }[];
}

/** A row of an application's history. */
export interface ObservedAction {
  kind: string;
  cause: string;
  /** mandates/{id} under which it was done. */
  mandate?: string;
  /** Whether intake marked that the mandate had been revoked. */
  isMandateRevoked?: boolean;
  /** When intake recorded it, ms since the epoch. */
  recordTime?: number;
}

/** A mandate that the person revoked as a whole. */
export interface ObservedRevocation {
  /** mandates/{id} */
  mandate: string;
  /** When intake learned of it, ms since the epoch. */
  recordTime: number;
}

/** An entry of the journal, or its event, in the order of the log or of the partition. */
export interface ObservedEntry {
  /** Service. */
  source: string;
  /** Document of the service that counts its entries. */
  subject: string;
  sequence: number;
  /** ID of the event. */
  id: string;
}

export interface ObservedJournal {
  entries: ObservedEntry[];
  /** Entries as the services published them. */
  events: ObservedEntry[];
  /** Documents of the services with the number of entries that they committed. */
  streams: (Pick<ObservedEntry, 'source' | 'subject'> & { lastSequence: number })[];
  /** Published checkpoints, in the order of the topic. The root is Base64. */
  checkpoints: { size: number; root: string; isSigned: boolean }[];
  /** What the verifier found. */
  findings: string[];
}

/** A scan that a submission names. */
export interface FrozenCopy {
  submission: number;
  /** When the submission was filed, ms since the epoch. */
  fileTime: number;
  /** ID of the document. */
  document: string;
  /** SHA-256 of the uploaded bytes; absent if it was not frozen. */
  uploadSha256?: string;
}

/** Intake's reference to a document. */
export interface DocumentReference {
  /** ID of the document. */
  document: string;
  state: string;
  /** SHA-256 of the uploaded bytes. */
  uploadSha256: string;
  /** SHA-256 of the checked content; absent before the check and after a refusal. */
  sha256?: string;
}

/** A record in the store of documents. */
export interface ObservedDocument extends Omit<DocumentReference, 'document'> {
  id: string;
  purpose: 'evidence' | 'result';
  eventSeq: number;
  /** Request ID of the creation: Idempotency-Key of the upload. */
  createdBy: string;
  refusal?: string;
  /** Whether its deletion was requested and has not ended. */
  isDeleting: boolean;
}

/** An upload that a desk began. */
export interface ObservedUpload {
  /** Idempotency-Key. */
  key: string;
  application: string;
  /** IDs of the documents that the platform named for the key. */
  documents: string[];
  /** Whether the platform acknowledged all bytes. */
  isAcknowledged: boolean;
  /** Offsets below an acknowledged one, which the platform returned later. */
  regressions: number[];
  /** SHA-256 of the bytes that the desk sent. */
  uploadSha256: string;
  /** Whether the content must be the uploaded bytes. */
  isUnchanged: boolean;
  /** Why the check must refuse it; absent for a valid file. */
  refusal?: string;
  /** Whether an acknowledged write names it in evidence. */
  isAttached: boolean;
  /** Whether the platform acknowledged its removal. */
  isRemoved: boolean;
  /** SHA-256 of what the desk reads at the end; absent without content. */
  contentSha256?: string;
}

/** An application as the desk shows it. */
export interface DeskApplication {
  id: string;
  state: State;
  revision: number;
}

export interface ObservedDelivery {
  /** `<application>-<agency>` */
  id: string;
  application: string;
  state: string;
  eventSeq: number;
  /** Sequence of the last application event that the bridge counted. */
  applicationSeq: number;
}

export interface ObservedThread {
  /** The application's ID. */
  id: string;
  /** Sequence of the last application event that notifications counted. */
  applicationSeq: number;
  notices: { id: string; state: string; cause?: string }[];
}

/** An event on an internal topic, in the order of its partition. */
export interface ObservedEvent {
  topic: string;
  partition: number;
  subject: string;
  sequence: number;
  id: string;
  /** Without the package. */
  type: string;
  /** On cups.deliveries: ID of the agency's message. */
  messageId?: string;
}

/** A submission on an agency's topic or in its feed, in the order of its partition or feed. */
export interface ObservedRequest {
  id: string;
  application: string;
  /** ID of the delivery. */
  delivery: string;
  /** As the agency numbers it. */
  submission: number;
  /** When it was sent, ms since the epoch. */
  time: number;
  /** Absent in a feed, which stores no content. */
  copies?: SentCopy[];
}

/** An entry in the feed of an agency that pulls. */
export interface ObservedFeedEntry {
  agency: string;
  position: number;
  /** Outbox entry from which it comes. */
  key: string;
}

/** A scan as its agency receives it. */
export interface SentCopy {
  /** ID of the document. */
  document: string;
  state: string;
  /** SHA-256 of the checked content; absent for one that is coming or refused. */
  sha256?: string;
}

/** A message or reply of an agency, over any channel, that the contract allows and that is about its own delivery. */
export interface ObservedReply {
  id: string;
  delivery: string;
  isDecision: boolean;
}

export interface ObservedProcess {
  name: string;
  ready: boolean;
  /** Whether it answers the liveness probe within two seconds. */
  lives: boolean;
  /** Whether it reports a stuck consumer. */
  stuck: boolean;
}

export interface ChaosRecord {
  acknowledged: AcknowledgedWrite[];
  repeats: RepeatedWrite[];
  atDesk: DeskApplication[];
  applications: ObservedApplication[];
  deliveries: ObservedDelivery[];
  threads: ObservedThread[];
  uploads: ObservedUpload[];
  documents: ObservedDocument[];
  /** Objects, keys and records without a document that remain after the sweep, one sentence each. */
  orphans: string[];
  events: ObservedEvent[];
  journal: ObservedJournal;
  revocations: ObservedRevocation[];
  requests: ObservedRequest[];
  replies: ObservedReply[];
  feeds: ObservedFeedEntry[];
  /** How each agency works: `kafka`, `pull` or `page`, by code. */
  channels: Readonly<Record<string, string>>;
  /** Applications whose legal term was made to pass. */
  elapsed: string[];
  /** IDs of messages that the platform must not apply. */
  hostile: string[];
  /** Documents with pending or blocked events. */
  outboxes: { resource: string; waiting: number; isBlocked: boolean }[];
  /** Subjects with parked events. */
  parked: string[];
  groups: { group: string; topic: string; partition: number; lag: number }[];
  /** Topics with the expected and the actual number of groups that read each partition. */
  readers: { topic: string; wanted: number; groups: number }[];
  processes: ObservedProcess[];
  /** Processes that exited or failed to start, outside the plan. */
  endedByThemselves: string[];
  /** Log files and topics that contain personal data and must not. */
  personal: string[];
  /** Valid writes that were refused for good, as `409 REASON create`. */
  refused: { what: string; application: string }[];
  /** Responses of 500, as `500 POST /applications/{id}/submit`. */
  raw: { what: string; count: number }[];
}
