import type { CORRECTABLE_MEMBERS } from '@cups/application';
import type {
  Contact,
  Content,
  DeskAlertKind,
  ErasureReason,
  Evidence,
  HandOver,
  HistoryKind,
  Language,
  Outcome,
  Person,
  Requirements,
  RestrictionReason,
  State,
  NotificationMethod,
  Timer,
} from '@cups/application';
import type { DeskTime } from '@cups/contracts';
import type { RetentionCategory } from '@cups/contracts/retention';
import type { Complaint, ComplaintRow } from './complaints.ts';
import type { Escalation, EscalationOverrides } from './escalation.ts';
import type { ExpectedDecision } from './expected-decision.ts';
import type { QueueStatus } from './queue.ts';
import type { Term } from './terms.ts';

/** A member of the content that a correction may change. */
export type CorrectableMember = (typeof CORRECTABLE_MEMBERS)[number];

/** The application document, both as stored and as the domain uses it. */

export type Text = Partial<Record<Language, string>>;

/**
 * A requested document that the applicant cannot provide. The reason is absent if the desk only closed the request.
 */
export interface UnavailableDocument {
  kind: string;
  reason?: string;
}

/** Evidence of a submission, with the SHA-256 of the uploaded bytes of its copy. */
export type FrozenEvidence = Evidence & { copySha256?: string };

/** A document that evidence names in `copy`. The service documents holds its content. */
export interface DocumentReference {
  /** documents/{id} */
  name: string;
  /** A code of the catalog. */
  kind: string;
  /** In bytes. */
  uploadSize: number;
  /** Of the uploaded bytes, lower-case hexadecimal. */
  uploadSha256: string;
  state: 'uploading' | 'checking' | 'ready' | 'refused' | 'erased';
  /** Facts of the check; absent before. */
  mediaType?: string;
  /** Of the checked content, in bytes. */
  size?: number;
  /** Of the checked content, lower-case hexadecimal. */
  sha256?: string;
  pages?: number;
  scan?: 'not-scanned' | 'clean';
  /** Why it was refused, a code of the service documents. */
  refusal?: string;
}

/** A document that the agency issued as a result. The service documents holds its content. */
export interface ResultDocument {
  /** documents/{id} */
  document: string;
  mediaType: string;
  /** In bytes. */
  size: number;
  /** Lower-case hexadecimal. */
  sha256: string;
  pages: number;
  /** Set once the content was erased at the end of its term. */
  erased?: true;
}

/** Facts of the mandate of a submission, frozen with it. */
export interface FrozenMandate {
  /** mandates/{id} */
  name: string;
  grantTime: Date;
  /** First instant after the term. */
  expireTime: Date;
  textVersion: string;
  /** Of the text that the person was shown, lower-case hexadecimal. */
  textSha256: string;
}

/** The frozen content of one submission, valid against the form of its service version. */
export interface Submission {
  number: number;
  submitTime: Date;
  content: Omit<Content, 'contact'> & { evidence?: FrozenEvidence[] };
  answersRequest?: string;
  dueDate?: string;
  /** Requested documents that it does not include. */
  unavailable?: UnavailableDocument[];
  /** Absent in submissions without a mandate, which only earlier releases wrote. */
  mandate?: FrozenMandate;
  /** For a correction: the members that differ from the submission before. */
  correctedFields?: CorrectableMember[];
}

export interface RequestedDocument {
  kind: string;
  note?: string;
}

/** The result document that an agency issues. */
export interface Result {
  resultKind?: string;
  resultNumber?: string;
  /** Code with which anyone can verify the document. */
  verificationCode?: string;
  /** yyyy-MM-dd */
  validUntil?: string;
  documents?: ResultDocument[];
  /** Address (https) where anyone can verify the document. */
  verificationUrl?: string;
}

export interface DocumentRequest {
  /** ID of the requesting message. */
  id: string;
  requestTime: Date;
  evidenceKinds: string[];
  documents?: RequestedDocument[];
  message?: Text;
  answerBy: string;
  /** The date that the agency named, if intake moved it. */
  requestedAnswerBy?: string;
  /** Set once the date has passed: only what was supplied before, without a line, may still arrive. */
  isAnswerDatePassed?: true;
  /** Kinds already supplied while others are pending. */
  suppliedKinds?: string[];
  unavailable?: UnavailableDocument[];
}

export interface Appeal {
  instructions: Text;
  /** yyyy-MM-dd, the last day. */
  deadline?: string;
}

export interface Decision extends Result {
  approved: boolean;
  reason?: Text;
  decideTime: Date;
  correctTime?: Date;
  correctReason?: Text;
  revokeTime?: Date;
  revokeReason?: Text;
  /** Only for rejections. */
  appeal?: Appeal;
  /** Set while a paper result is on its way to the centre. Decisions of earlier releases lack it. */
  awaitsArrival?: true;
  /** When the paper result arrived, if the desk confirmed it. */
  arrivalTime?: Date;
}

/** How the person stated the wish to withdraw. */
export interface WithdrawalStatement {
  /** Whether the person signed the printed statement. */
  isSigned: boolean;
  /** Why it was not signed; absent if it was. */
  unsignedReason?: string;
}

/** One history entry: actor, claimed time, recorded time, cause, and the message it answers. */
export interface ActionRecord {
  kind: HistoryKind;
  actor: string;
  occurTime: Date;
  recordTime: Date;
  cause: string;
  answers?: string;
  fromState: State;
  toState: State;
  submission?: number;
  reason?: string;
  /** Proof of the person's will, of a withdrawal that stated one. */
  statement?: WithdrawalStatement;
  /** The agency's text. */
  agencyText?: Text;
  result?: Result;
  /** Documents that an agency requested, or that were refused. */
  documents?: RequestedDocument[];
  /** Codes of changes that the platform made to the agency's message. */
  changes?: string[];
  /** Code: why a message was refused, or a delivery is deferred or failed. */
  code?: string;
  /** Invalid fields of a refused message, or corrected members. */
  fields?: string[];
  /** agencies/{code} to which an agency passed the application on, or to which it went. */
  agency?: string;
  /** centres/{code} of the actor, if it is not the application's: it inherited the application, or hands it over. */
  centre?: string;
  /** operators/{id} of the assignee. */
  operator?: string;
  /** Method of a notification of the applicant. */
  method?: NotificationMethod;
  /** Contact before and after a change of the contact. */
  formerContact?: Contact;
  contact?: Contact;
  /** mandates/{id} under which it was done, or which was revoked. */
  mandate?: string;
  /** Number of the message that was written, if it is stored. */
  messageNumber?: number;
  /** Number of the complaint. */
  complaintNumber?: number;
  /** Day on which the agency expects to decide, yyyy-MM-dd. */
  expectedDecisionDate?: string;
  /** Set if the mandate had been revoked before, which intake learned only later. The action stands. */
  mandateRevoked?: true;
  /** Set if the actor released the act from quarantine: operators/{id} who made it, and when. */
  released?: { operator: string; deskTime: Date };
  /** Set if it was done without a line: the time of the desk, beside that of recording. */
  deskTime?: DeskTime;
}

/** Which part of the history the archive holds. */
export interface HistoryArchive {
  /** Number of archived rows: the oldest ones. */
  count: number;
  /** Numbers of archived rows without a copy in the document, by kind. */
  removed: Partial<Record<HistoryKind, number>>;
  /** Record time of the newest of them that no operator caused. */
  updateTime?: Date;
}

export interface Note {
  text: string;
  /** operators/{id} */
  author: string;
  occurTime: Date;
  recordTime: Date;
}

/** A message between the desk and an agency. */
export interface ConversationMessage {
  /** Within the application, from 1. */
  number: number;
  /** agencies/{code} to which or from which it was written. */
  agency: string;
  /** operators/{id} of the desk, or the agency. */
  author: string;
  /** One line. */
  text: string;
  language?: Language;
  /** Claimed time. */
  sendTime: Date;
  recordTime: Date;
  /** Number of the message of the desk that it answers. */
  answers?: number;
}

export interface Payment {
  receiptNumber: string;
  /** In minor units of `currency`. */
  amountMinor: number;
  /** ISO 4217 code. */
  currency: string;
  /** Payment time according to the receipt. */
  payTime: Date;
  /** operators/{id} who recorded it. */
  recordedBy: string;
  recordTime: Date;
}

/** A notification that a colleague gave by phone, in person or by slip. */
export interface PersonNotification {
  notifyTime: Date;
  /** operators/{id} */
  operator: string;
  method: NotificationMethod;
  /** Either notices/{id} or the state of the application at that time. */
  about: string;
}

/** An event that needs the desk's attention. Alerts of one kind and cause merge into one with a count. */
export interface DeskAlert {
  kind: DeskAlertKind;
  recordTime: Date;
  /** A code with details. */
  cause?: string;
  /** Number of occurrences; absent means 1. */
  count?: number;
  /** When an operator marked it as seen; a new occurrence clears this. */
  seenTime?: Date;
  /** operators/{id} */
  seenBy?: string;
}

/** Fields of the service version that every application stores. `versionId` refers to the full copy. */
export interface ServiceCopy {
  versionId: string;
  title: Text;
  /** yyyy-MM-dd, the last day of filing. */
  validTo?: string;
}

/** An agency that passed an application on. */
export interface FormerAgency {
  /** agencies/{code} */
  agency: string;
  time: Date;
}

/** Why an application that was passed on could not go to the other agency at once. */
export type PassingOnCause = 'not-covered' | 'circle' | 'too-many-steps' | 'agency-unknown';

/** An application that was passed on, and has no agency until the person or a supervisor has decided. */
export interface PassingOn {
  /** agencies/{code} that is competent according to the agency. */
  competentAgency: string;
  reason?: Text;
  cause: PassingOnCause;
  passTime: Date;
  /** Since when a supervisor may decide. */
  superviseTime: Date;
}

/** Alerts and notifications of the person that an application shows: the newest. */
export const [SHOWN_ALERTS, SHOWN_NOTIFICATIONS] = [50, 50];

export interface Application {
  _id: string;
  schemaVersion: number;
  revision: number;
  eventSeq: number;
  createTime: Date;
  updateTime: Date;
  timer?: { kind: Timer | 'retention'; due: Date; claimedUntil?: Date } | null;

  centre: string;
  centreName: string;
  centreKind: string;
  openedBy: string;
  publicService: string;
  serviceVersion: string;
  service: ServiceCopy;
  /** agencies/{code} that has it; while `passingOn` is set, the one that passed it on. */
  agency: string;
  /** The agencies that passed it on, in order; absent without any. */
  formerAgencies?: FormerAgency[];
  /** Set while nobody has decided which agency receives it. No agency may read it then. */
  passingOn?: PassingOn;
  /**
   * The submission that the agency received first, and its term, after another agency passed the application on. `time`: since
   * when it has the application; absent in documents of earlier releases.
   */
  firstSubmission?: { number: number; dueDate?: string; time?: Date };
  state: State;
  trackingNumber: string;
  corrects?: string;
  /** Set if the draft was opened without a line: `createTime` is its arrival. */
  deskTime?: DeskTime;
  /** True for training applications, which never reach an agency or applicant. Set on creation and never changed. */
  training?: boolean;
  content: Content;
  /** Salt of the hashes of this application in the journal: 32 hexadecimal digits. It is as personal as the content. */
  journalSalt?: string;
  /** The documents that evidence or a submission names, oldest first; absent without any. */
  documents?: DocumentReference[];
  /** documents/{id} that the desk deleted: they cannot be named again, whatever documents still lists. */
  detachedDocuments?: string[];

  /** centres/{code} of another centre where the result is collected, with its name; absent for the own centre. */
  collectionCentre?: string;
  collectionCentreName?: string;

  submitTime?: Date;
  dueDate?: string;
  dueTime?: Date;
  noDueDateReason?: 'no-term' | 'awaiting-payment' | 'clock-stopped' | 'calendar-unknown';
  termUnit?: Term['unit'];
  /** The remaining term while the clock is stopped. */
  termLeft?: Term;
  submissions: Submission[];
  documentRequest?: DocumentRequest;
  /** Steps of the clock of the agency that have fired, oldest first. */
  escalations?: Escalation[];
  agencyReference?: string;
  progress?: { note: string; time: Date };
  /** Absent without one, after the decision and after the end. */
  expectedDecision?: ExpectedDecision;
  decision?: Decision;
  handOver?: HandOver & {
    handOverTime: Date;
    /** SHA-256 of each result document that was handed over; absent without any. */
    documentSha256s?: string[];
  };
  outcome?: Outcome;
  /** The newest rows, oldest first, after copies of archived ones that rules read; see history.ts. */
  history: ActionRecord[];
  /** Absent while all rows are in the document. */
  historyArchive?: HistoryArchive;
  /** Number of repeated agency messages dropped from the history. */
  omittedMessages?: number;
  deskAlerts: DeskAlert[];
  /** When an operator last marked the application's updates as seen. */
  seenTime?: Date;
  /** Notifications by phone, in person or by slip, oldest first. */
  personNotifications?: PersonNotification[];
  /** operators/{id} of the assignee. */
  assignee?: string;
  /** Queue status, derived at each write; absent after the application ends. */
  queue?: QueueStatus;
  /**
   * Keyed hashes for the search: prefixes of names, phone, personal numbers, and parts of the tracking number. Derived at
   * each write.
   */
  names?: string[];
  /** Names of the mandates under which something was done, and of the current one. Derived at each write. */
  mandates?: string[];
  /** Revision of the last change that the statistics do not contain yet. Set in the same write. */
  uncounted?: number;
  /** Payment of the fee; starts a term that counts from payment. */
  payment?: Payment;
  /** Internal notes, oldest first. */
  notes?: Note[];
  /** Messages between desk and agency, oldest first. */
  messages?: ConversationMessage[];
  /** Complaints about an agency, oldest first. */
  complaints?: Complaint[];
  /** While set, the desk only shows, withdraws and hands over, and nothing is erased. */
  restriction?: Restriction;
  /** The person's request to erase the data; they are erased without waiting for the term. */
  erasureRequest?: ErasureRequest;
  /** Set when the erasure starts, before the key is destroyed, so that it continues after a crash. */
  erasure?: ApplicationErasure;
}

export interface Restriction {
  reason: RestrictionReason;
  /** operators/{id}, or the name of an administrator. */
  operator: string;
  time: Date;
}

export interface ErasureRequest {
  reason: ErasureReason;
  /** operators/{id}, or the name of an administrator. */
  operator: string;
  time: Date;
}

/** The erasure of an application. It is the row of the report too, and names no person. */
export interface ApplicationErasure {
  rule: DataEndRule;
  cause: 'expired' | 'requested';
  startTime: Date;
  /** When the stored data were erased; absent while the erasure is under way. */
  time?: Date;
  /** When the last copy in each topic ends. */
  topicEnds?: TopicEnd[];
  /** mandates/{id} that it named, if the person requested the erasure. */
  mandates?: string[];
}

/** The categories of retention that end applications. */
export type DataEndRule = Extract<RetentionCategory, 'closed-applications' | 'ended-drafts'>;

export interface TopicEnd {
  topic: string;
  /** yyyy-MM-dd, the last day on which the topic may have a copy. */
  day: string;
}

/**
 * Fields of a list row. Rows omit contact details, identifiers, agency texts and the tracking number: those are
 * only in the details.
 */
export type ApplicationRow = Pick<
  Application,
  | '_id'
  | 'centre'
  | 'publicService'
  | 'service'
  | 'agency'
  | 'state'
  | 'training'
  | 'openedBy'
  | 'submitTime'
  | 'dueDate'
  | 'dueTime'
  | 'noDueDateReason'
  | 'assignee'
  | 'queue'
  | 'restriction'
  | 'erasure'
  | 'escalations'
> & {
  content?: {
    /**
     * The IDNP serves only to detect the reader's own application. A search by name also reads the birth date, to
     * tell namesakes apart.
     */
    applicant?: Pick<Person, 'givenName' | 'familyName' | 'idnp' | 'birthDate'>;
    represented?: Pick<Person, 'idnp'>;
    costOption?: string;
    contact?: { phone?: string };
  };
  documentRequest?: Pick<DocumentRequest, 'answerBy'>;
  passingOn?: Pick<PassingOn, 'cause'>;
  complaints?: ComplaintRow[];
  decision?: Pick<Decision, 'approved' | 'decideTime' | 'correctTime' | 'revokeTime' | 'awaitsArrival'>;
  deskAlerts: Pick<DeskAlert, 'kind' | 'recordTime'>[];
  payment?: Pick<Payment, 'payTime'>;
  /** In the queue only. */
  messages?: ConversationMessage[];
};

export type OutputKind = 'paper' | 'electronic' | 'payment';

/**
 * A copy of a service version, taken from the catalog when a draft is opened. Copies are immutable: `_id` contains
 * the content hash, so a corrected version creates a new copy.
 */
export interface ServiceVersion extends Requirements {
  _id: string;
  publicService: string;
  version: string;
  title: Text;
  agency: string;
  validTo?: string;
  /** Theme of the public service, a code; absent in copies written by older releases. */
  theme?: string;
  /** Kinds of result; absent in copies written by older releases. */
  outputs?: OutputKind[];
  costOptions: (Requirements['costOptions'][number] & {
    fee?: { amountMinor: number; currency: string };
    term?: Term & { from: 'submission' | 'payment' };
  })[];
  form: Record<string, unknown>;
  /** Rules of the public service that override those of the agency. */
  escalation?: EscalationOverrides;
}
