import { refusal } from './cloudevents.ts';
import type { ReadRefusal } from './cloudevents.ts';
import type { IncomingMessage, Payload } from './kafka.ts';
import { REFERENCE_TYPES } from './messages.ts';
import { readReferenceMessage } from './reference-data.ts';
import { CHECKPOINT_HEADERS_SCHEMA, REFERENCE_SCHEMAS } from './schemas.ts';

/** Signed checkpoints of the journal: one compacted topic for all agencies, keyed by the origin of the log. */

/** Topic name, without the installation's prefix. */
export const CHECKPOINTS_TOPIC = 'cups.checkpoints';
/** `ce_source` of checkpoints. */
export const CHECKPOINT_SOURCE = '/cups/journal';
/** Maximum size of a checkpoint message, in bytes of JSON. */
const MAX_CHECKPOINT_BYTES = 16 * 1024;

/** A checkpoint. Only `note` is signed; the other members repeat it for readers without a verifier. */
export type JournalCheckpoint = {
  /** Name of the log. */
  origin: string;
  /** Number of entries. */
  size: number;
  /** SHA-256, base64. */
  root: string;
  /** RFC 3339. */
  time: string;
  /** Signed note (c2sp.org/tlog-checkpoint): lines of origin, size, root and time. */
  note: string;
  /** Size of the checkpoint published before. */
  previousSize?: number;
  /** Proof that the tree begins with the tree of `previousSize` (RFC 9162, 2.1.4): hashes in base64. */
  consistency?: string[];
};
export type CheckpointReadResult = { ok: true; checkpoint: JournalCheckpoint } | ReadRefusal;

const SCHEMA = REFERENCE_SCHEMAS[REFERENCE_TYPES.journalCheckpoint];

/** Returns the parts of a message that follow from the checkpoint. Does not validate the content. */
export function toCheckpointPayload(checkpoint: JournalCheckpoint): Payload & { type: string; subject: string } {
  return {
    key: checkpoint.origin,
    type: REFERENCE_TYPES.journalCheckpoint,
    subject: checkpoint.origin,
    dataschema: SCHEMA.$id,
    datacontenttype: 'application/json',
    value: Buffer.from(JSON.stringify(checkpoint)),
  };
}

/**
 * Reads a Kafka message of `cups.checkpoints`, ignoring unknown properties. Never throws, and verifies no signature. A
 * caller ignores a message refused with UNKNOWN_TYPE: it belongs to a later contract version.
 */
export function fromCheckpointMessage(message: IncomingMessage): CheckpointReadResult {
  const read = readReferenceMessage(message, {
    type: REFERENCE_TYPES.journalCheckpoint,
    headers: CHECKPOINT_HEADERS_SCHEMA,
    maxBytes: MAX_CHECKPOINT_BYTES,
    subjectPrefix: '',
  });
  if (!read.ok) return read;
  const checkpoint = read.content as JournalCheckpoint;
  return checkpoint.origin === read.key ? { ok: true, checkpoint } : refusal('KEY_MISMATCH');
}
