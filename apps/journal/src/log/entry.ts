import { canonicalJson } from '@cups/contracts/node';

/** Entries of the log, and their records: salt and text. */

/** What a service did with personal data, or a key of the log. Codes, IDs and times only. */
export interface Entry {
  /** Service that committed it. */
  source: string;
  /** Document of the service that counts its entries. */
  subject: string;
  /** From 1, without gaps within a subject. */
  sequence: number;
  /** ID of the event. */
  id: string;
  time: Date;
  /** ID of the event or request that caused it, or ''. */
  cause: string;
  /** Resource whose data it is. */
  resource: string;
  action: string;
  actor: string;
  /** The following are '' where they do not apply. */
  centre: string;
  ground: string;
  reason: string;
  result: string;
  /** SHA-256 of the changed content and its salt, hexadecimal. */
  contentHash: string;
  /** Number of rows that were removed, in an entry about many. */
  count?: number;
  /** Key that signs checkpoints from this entry on, of an entry of the journal itself. */
  verifier: string;
  /** Missing entries that an administrator dismissed, of an entry of the journal itself. */
  dismissed?: DismissedEntries;
}

/** Numbers of a document. The name is that of its service and its own, as the verifier reports it. */
export interface DismissedEntries {
  name: string;
  first: number;
  last: number;
}

export const SALT_BYTES = 16;
/** Members that an entry leaves out when they are ''. */
const OPTIONAL = ['centre', 'ground', 'reason', 'result', 'contentHash', 'verifier'] as const;

/** Returns the text of an entry: canonical JSON (RFC 8785). */
function formatEntry(entry: Entry): string {
  const members: Record<string, unknown> = { ...entry, time: entry.time.toISOString() };
  for (const name of OPTIONAL) if (entry[name] === '') delete members[name];
  return canonicalJson(members);
}

/** Reads the text of an entry that `formatEntry` wrote. */
export function parseEntry(text: string): Entry {
  const members = JSON.parse(text) as Omit<Entry, 'time'> & { time: string };
  const absent = Object.fromEntries(OPTIONAL.map((name) => [name, '']));
  return Object.assign(absent, members, { time: new Date(members.time) });
}

/** Returns the record of an entry: its salt, then its text. */
export const toRecord = (entry: Entry, salt: Buffer): Buffer => Buffer.concat([salt, Buffer.from(formatEntry(entry))]);

/** Returns salt and text of a record. */
export const splitRecord = (record: Buffer): { salt: Buffer; text: string } => ({
  salt: record.subarray(0, SALT_BYTES),
  text: record.toString('utf8', SALT_BYTES),
});

/** Returns what identifies an entry; those of one source and subject are in order of their sequence. */
export const entryKey = ({ source, subject, sequence }: Pick<Entry, 'source' | 'subject' | 'sequence'>): string =>
  `${streamOf({ source, subject })}${String(sequence).padStart(SEQUENCE_DIGITS, '0')}`;

/** Returns the beginning of the keys of a source and subject. No subject has the separator. */
export const streamOf = ({ source, subject }: Pick<Entry, 'source' | 'subject'>): string => `${source}|${subject}|`;

/** Returns the parts of a key. */
export const parseEntryKey = (key: string): { stream: string; sequence: number } => ({
  stream: key.slice(0, -SEQUENCE_DIGITS),
  sequence: Number(key.slice(-SEQUENCE_DIGITS)),
});

/** Digits of the largest safe integer. */
const SEQUENCE_DIGITS = 16;
