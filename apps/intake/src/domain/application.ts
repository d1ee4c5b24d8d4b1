import type {
  Content,
  DeskAlertKind,
  HandOver,
  HistoryKind,
  Language,
  Outcome,
  Person,
  Requirements,
  State,
  NotificationMethod,
  Timer,
} from '@cups/application';
import type { QueueStatus } from './queue.ts';
import type { Term } from './terms.ts';

/** The stored document of an application, which is the domain's shape as well. */

export type Text = Partial<Record<Language, string>>;

/** A paper asked for that the person cannot get, and why; without a reason where the desk only said that nothing more comes. */
export interface UnavailableDocument {
  kind: string;
  reason?: string;
}

/** Frozen at submit, already valid against the form of the version it was filed under. */
export interface Submission {
  number: number;
  submitTime: Date;
  content: Omit<Content, 'contact'>;
  answersRequest?: string;
  dueDate?: string;
  /** Papers asked for that are not in it. */
  unavailable?: UnavailableDocument[];
}

/** A paper that an agency asks for. */
export interface RequestedDocument {
  kind: string;
  /** The agency's words about it. */
  note?: string;
}

/** What an agency gives out. */
export interface Result {
  resultKind?: string;
  resultNumber?: string;
  /** With which anybody can verify it. */
  verificationCode?: string;
  /** yyyy-MM-dd */
  validUntil?: string;
}

export interface DocumentRequest {
  /** Event id of the message that asked. */
  id: string;
  requestTime: Date;
  evidenceKinds: string[];
  documents?: RequestedDocument[];
  message?: Text;
  answerBy: string;
  /** The day that the agency named, where it was moved. */
  askedAnswerBy?: string;
  /** Kinds that were brought already, while others are awaited. */
  supplied?: string[];
  unavailable?: UnavailableDocument[];
}

/** How a rejection can be appealed, as the agency says. */
export interface Appeal {
  how: Text;
  /** yyyy-MM-dd, the last day. */
  until?: string;
}

export interface Decision extends Result {
  approved: boolean;
  reason?: Text;
  decideTime: Date;
  correctTime?: Date;
  correctReason?: Text;
  revokeTime?: Date;
  revokeReason?: Text;
  /** Of a rejection only. */
  appeal?: Appeal;
}

/** One row of the history: who, when it was claimed to happen, when it was recorded, what caused it, what it answers. */
export interface ActionRecord {
  kind: HistoryKind;
  by: string;
  occurTime: Date;
  recordTime: Date;
  cause: string;
  answers?: string;
  fromState: State;
  toState: State;
  submission?: number;
  /** The person's own words when withdrawing. */
  reason?: string;
  /** The agency's words. */
  words?: Text;
  result?: Result;
  documents?: RequestedDocument[];
  /** What was not taken as the agency sent it, codes. */
  changes?: string[];
  /** Why a message was refused, or a delivery waits or failed. */
  code?: string;
  /** Names of fields of a refused message. */
  fields?: string[];
  /** centres/{code} at whose desk it was done, where that took the application over. */
  centre?: string;
  /** operators/{id} to whom it was assigned. */
  operator?: string;
  /** How the person was told. */
  how?: NotificationMethod;
}

/** A word to colleagues. */
export interface Note {
  text: string;
  /** operators/{id} */
  by: string;
  occurTime: Date;
  recordTime: Date;
}

/** That the fee was paid. */
export interface Payment {
  receiptNumber: string;
  /** Of `currency`, in minor units. */
  amountMinor: number;
  /** ISO 4217. */
  currency: string;
  /** When it was paid, by the receipt. */
  payTime: Date;
  /** operators/{id} who noted it, and when. */
  by: string;
  noteTime: Date;
}

/** That the person was told something. */
export interface PersonNotification {
  time: Date;
  /** operators/{id} */
  by: string;
  how: NotificationMethod;
  /** The state of the application then, or notices/{id}. */
  about: string;
}

/** Something to look at. Notes of one kind and cause are one note that counts, so that many push no other out. */
export interface DeskAlert {
  kind: DeskAlertKind;
  /** When the last of them was recorded. */
  recordTime: Date;
  /** A code that says more. */
  cause?: string;
  /** How often; absent means once. */
  count?: number;
  /** When somebody at the desk said that it is dealt with; one that comes again is new again. */
  seenTime?: Date;
  /** operators/{id} */
  seenBy?: string;
}

/** What is kept of the version of the public service in each application; the rest is read by `versionId`. */
export interface ServiceCopy {
  versionId: string;
  title: Text;
  /** yyyy-MM-dd, the last day on which it may be filed. */
  validTo?: string;
}

export interface Application {
  _id: string;
  schemaVersion: number;
  revision: number;
  eventSeq: number;
  createTime: Date;
  updateTime: Date;
  timer?: { kind: Timer; due: Date; claimedUntil?: Date } | null;

  centre: string;
  centreName: string;
  centreKind: string;
  openedBy: string;
  publicService: string;
  serviceVersion: string;
  service: ServiceCopy;
  agency: string;
  state: State;
  trackingNumber: string;
  corrects?: string;
  /** Of a training: it reaches no agency and no person. Set when it is opened and never again; absent means real. */
  training?: boolean;
  /** What the desk filled in; empty at first. */
  content: Content;

  submitTime?: Date;
  dueDate?: string;
  dueTime?: Date;
  noDueDateReason?: 'no-term' | 'awaiting-payment' | 'clock-stopped' | 'calendar-unknown';
  /** Unit of the term that runs. */
  termUnit?: Term['unit'];
  /** What is left of the term while the clock stands. */
  termLeft?: Term;
  submissions: Submission[];
  documentRequest?: DocumentRequest;
  agencyReference?: string;
  /** What the agency last reported. */
  progress?: { note: string; time: Date };
  decision?: Decision;
  handOver?: HandOver & { handOverTime: Date };
  outcome?: Outcome;
  history: ActionRecord[];
  /** Repeated messages of the agency that the history keeps no more. */
  omittedMessages?: number;
  deskNotes: DeskAlert[];
  /** When somebody at the desk last said that the news about it is dealt with. */
  seenTime?: Date;
  /** When the person was told something by word of mouth, or by a slip that was given out. */
  told?: PersonNotification[];
  /** operators/{id} who takes care of it. */
  assignee?: string;
  /** Where it stands in the queue of its desk; derived at each write, absent once it has ended. */
  queue?: QueueStatus;
  /** Keyed hashes by which it is found: of beginnings of the names, the telephone, and parts of its number; derived as well. */
  names?: string[];
  /** Of the fee; a term that counts from payment starts with it. */
  payment?: Payment;
  /** Among colleagues, oldest first. */
  notes?: Note[];
}

/**
 * What a row of a list shows: whose, which service, where it stands, what to do by when. No contact, no paper, no number of
 * a person, a paper or a result, no words of an agency and no tracking number: those are read in the file, one by one.
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
> & {
  content?: {
    /**
     * The number tells whether it is the reader's own, and goes no further; of who was found by a name its end and the year
     * of birth, read by that search alone, tell people of one name apart.
     */
    applicant?: Pick<Person, 'givenName' | 'familyName' | 'idnp' | 'birthDate'>;
    represented?: Pick<Person, 'idnp'>;
    contact?: { phone?: string };
  };
  documentRequest?: Pick<DocumentRequest, 'answerBy'>;
  decision?: Pick<Decision, 'approved' | 'decideTime' | 'correctTime' | 'revokeTime'>;
  deskNotes: Pick<DeskAlert, 'kind' | 'recordTime'>[];
  payment?: Pick<Payment, 'payTime'>;
};

/** What a public service gives. */
export type OutputKind = 'paper' | 'electronic' | 'payment';

/**
 * A version of a public service as intake copied it from the catalog when a draft was opened. Never changed once
 * written: `_id` holds the hash of its content, so that a corrected file gives a new copy and old drafts keep theirs.
 */
export interface ServiceVersion extends Requirements {
  _id: string;
  publicService: string;
  version: string;
  title: Text;
  agency: string;
  validTo?: string;
  /** What the service gives; absent in copies of older releases. */
  outputs?: OutputKind[];
  costOptions: (Requirements['costOptions'][number] & {
    fee?: { amountMinor: number; currency: string };
    term?: Term & { from: 'submission' | 'payment' };
  })[];
  /** JSON Schema 2020-12 of the answers. */
  form: Record<string, unknown>;
}
