import type { State, Timer } from './life.ts';
import type { Term } from './terms.ts';

/** The stored document of an application, which is the domain's shape as well (law 1 of the design). */

export type Language = 'ro' | 'ru' | 'en';
export type Text = Partial<Record<Language, string>>;

export interface Person {
  idnp: string;
  givenName: string;
  familyName: string;
  /** yyyy-MM-dd */
  birthDate: string;
  language?: Language;
}

export interface Contact {
  email?: string;
  phone?: string;
  /** True when the person has neither: slips are printed for them. */
  none?: boolean;
}

export interface Mandate {
  kind: 'own-presence' | 'mpower' | 'notarial' | 'kinship' | 'guardianship';
  reference?: string;
  date?: string;
}

export interface Evidence {
  kind: string;
  number?: string;
  issueDate?: string;
  originalSeen: boolean;
  copy?: string;
}

export interface Delivery {
  kind: 'at-centre' | 'electronic' | 'post';
  note?: string;
}

/** What the desk fills in; a draft may lack any of it. */
export interface Content {
  applicant?: Partial<Person>;
  contact?: Contact;
  represented?: Partial<Person>;
  mandate?: Mandate;
  answers?: Record<string, unknown>;
  evidence?: Evidence[];
  costOption?: string;
  delivery?: Delivery;
}

/** Frozen at submit, already valid against the form of the version it was filed under (law 8). */
export interface Submission {
  number: number;
  submitTime: Date;
  content: Omit<Content, 'contact'>;
  answersRequest?: string;
  dueDate?: string;
}

export interface DocumentRequest {
  /** Event id of the message that asked. */
  id: string;
  requestTime: Date;
  evidenceKinds: string[];
  message?: Text;
  answerBy: string;
}

export interface Decision {
  approved: boolean;
  reason?: Text;
  resultKind?: string;
  resultNumber?: string;
  decideTime: Date;
  correctTime?: Date;
  revokeTime?: Date;
}

export interface HandOver {
  collectedBy: 'applicant' | 'represented' | 'representative';
  paperKind: string;
  paperNumber?: string;
  handOverTime: Date;
}

export interface Outcome {
  needMet: boolean;
  missing?: string;
}

/** One row of the history: who, when it was claimed to happen, when it was recorded, what caused it, what it answers. */
export interface ActionRecord {
  kind: string;
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
}

/** Something to look at. Notes of one kind and cause are one note that counts, so that many push no other out. */
export interface DeskNote {
  kind: string;
  /** When the last of them was recorded. */
  recordTime: Date;
  /** A code that says more. */
  cause?: string;
  /** How often; absent means once. */
  count?: number;
}

/** What is kept of the version of the public service in each application; the rest is read by `versionId`. */
export interface ServiceCopy {
  versionId: string;
  title: Text;
  /** yyyy-MM-dd, the last day on which it may be filed. */
  validTo?: string;
}

export interface Application extends Content {
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

  submitTime?: Date;
  dueDate?: string;
  dueTime?: Date;
  noDueDateReason?: 'no-term' | 'awaiting-payment' | 'clock-stopped';
  /** Unit of the term that runs. */
  termUnit?: Term['unit'];
  /** What is left of the term while the clock stands. */
  termLeft?: Term;
  submissions: Submission[];
  documentRequest?: DocumentRequest;
  agencyReference?: string;
  decision?: Decision;
  handOver?: HandOver;
  outcome?: Outcome;
  history: ActionRecord[];
  deskNotes: DeskNote[];
}

/** A paper that the provider asks for: always, or when somebody is represented, or for some answers. */
export interface EvidenceRule {
  kind: string;
  required: boolean;
  whenRepresented?: boolean;
  whenAnswer?: { field: string; values: string[] };
}

/**
 * A version of a public service as intake copied it from the catalog when a draft was opened. Never changed once
 * written: `_id` holds the hash of its content, so that a corrected file gives a new copy and old drafts keep theirs.
 */
export interface ServiceVersion {
  _id: string;
  publicService: string;
  version: string;
  title: Text;
  agency: string;
  validTo?: string;
  evidence: EvidenceRule[];
  costOptions: {
    code: string;
    /** Kinds of centre that offer it; empty means all. */
    centreKinds: string[];
    fee?: { amountMinor: number; currency: string };
    term?: Term & { from: 'submission' | 'payment' };
  }[];
  /** JSON Schema 2020-12 of the answers. */
  form: Record<string, unknown>;
}
