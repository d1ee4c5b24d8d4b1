/** What a fleet run did, and what the platform has afterwards. The checker compares them. */

/** A write that a desk took: its strict transaction was committed, or the platform has answered. */
export interface TakenWrite {
  desk: number;
  /** Idempotency-Key. */
  key: string;
  /** ID of the application. */
  application: string;
  /** Kind of the write, as the outbox names it. */
  kind: string;
  /** Order at the desk, from 1. */
  sequence: number;
  /** Whether the platform was unreachable. */
  isOffline: boolean;
  /** Whether a full disk refused it at first. It then has its number, and claims a desk time, only once it is stored. */
  wasUnstored?: boolean;
  /** Text of a note, or the contact of an edit; unique. */
  text?: string;
  /** Why the platform refused it. */
  refusal?: string;
  /** Whether the clerk decided about the refusal. The desk then writes a note instead. */
  isDecided?: boolean;
}

/** A receipt that a desk printed. */
export interface PrintedReceipt {
  desk: number;
  application: string;
  trackingNumber: string;
}

/** A scan whose bytes a desk stored, for an application that it filed. */
export interface TakenScan {
  desk: number;
  application: string;
  /** SHA-256 of its bytes in hexadecimal; unique. */
  sha256: string;
  /** Whether the platform was unreachable. */
  isOffline: boolean;
}

/** A document as the platform has it. */
export interface FoundDocument {
  /** documents/{id} */
  name: string;
  application: string;
  sha256: string;
  state: string;
}

/** An application as the platform has it. */
export interface FoundApplication {
  id: string;
  state: string;
  trackingNumber: string;
  /** Request ID of the create. */
  createdBy: string;
  /** Telephone number of the contact. */
  contact: string;
  /** Oldest first. */
  history: FoundAction[];
  /** Texts of the notes, oldest first. */
  notes: string[];
  /** documents/{id} of the scans that it names. */
  copies: string[];
}

export interface FoundAction {
  kind: string;
  /** Request ID. */
  cause: string;
  recordTime: number;
  deskTime?: { sequence: number; isBounded: boolean };
}

export interface FoundChains {
  /** Number of acts whose place in a chain was checked. */
  acts: number;
  /** Kinds of breaks, each with the device. */
  breaks: string[];
}

export interface FleetRecord {
  taken: TakenWrite[];
  receipts: PrintedReceipt[];
  scans: TakenScan[];
  applications: FoundApplication[];
  documents: FoundDocument[];
  /** Names of the mandates that identity recorded. */
  mandates: ReadonlySet<string>;
  /** Number of writes and scans that still wait at each desk. */
  waiting: { desk: number; writes: number; scans: number }[];
  /** Applications that the platform returned for a tracking number of a receipt. */
  tracked: { trackingNumber: string; application: string | undefined }[];
  /** What the platform has of the chains of acts. */
  chains: FoundChains;
  /** Kinds of faults that happened, with their number. */
  faults: Record<string, number>;
}
