import { createHash } from 'node:crypto';
import { normalizeTrackingNumber } from '@cups/application';
import { Problem } from '@cups/problem';
import type { Documents, SealedFields, Store, StoredDocument } from '@cups/store';
import type { MandateFields } from '../domain/mandate.ts';
import type { SealedDetails } from './details.ts';

/** The collection of mandates. Everything about people is sealed; the rest are names, codes and times. */

/**
 * 2 sealed the details under a data key for each mandate too, whose destruction erases them. 3 has only the hash of the
 * mandate's own code. 4 has the hashes of the representative.
 */
export const MANDATE_SCHEMA_VERSION = 4;
/** Few requests name a mandate: its creation and revocations. */
const MAX_REQUEST_RECORDS = 20;

/** The ID is a ULID. */
export interface StoredMandate extends Omit<MandateFields, '_id' | 'timer'>, StoredDocument {
  /** The details, and the keyed hashes of the numbers of its people. The details are absent once they are erased. */
  person: Omit<SealedDetails, 'sealed'> & { sealed?: string };
  /** Hash of the mandate's own code, which nobody can read again. */
  codeHash: string;
  /** When the people were erased. */
  eraseTime?: Date;
}
export type MandateDocuments = Documents<StoredMandate>;

const scopeSchema = { publicServices: [String], themes: [String] };

/** @param keys data keys by mandate; without them, as in tools that measure, the person keys alone seal the details */
export function openMandates(store: Store, keys?: SealedFields['keys']): MandateDocuments {
  return store.documents<StoredMandate>({
    collection: 'mandates',
    schema: {
      centre: { type: String, required: true },
      training: { type: Boolean, required: true },
      ground: { type: String, required: true },
      scope: scopeSchema,
      term: { type: String, required: true },
      application: String,
      grantTime: { type: Date, required: true },
      expireTime: { type: Date, required: true },
      deskTime: {
        time: Date,
        device: String,
        sequence: Number,
        previous: String,
        anchorTime: Date,
        isBounded: Boolean,
      },
      grantedBy: { type: String, required: true },
      text: { version: String, language: String, sha256: String },
      printTime: Date,
      supportingCode: {
        channel: String,
        hash: String,
        sendTime: Date,
        expireTime: Date,
        wrongTries: Number,
        confirmTime: Date,
        id: String,
        sentBy: String,
        confirmedBy: String,
        delivery: String,
        address: String,
        mail: String,
      },
      mailTimes: { type: [Date], default: undefined },
      state: { type: String, required: true },
      revocations: [
        { scope: scopeSchema, time: Date, actor: String, receipt: String, whole: Boolean, request: String },
      ],
      remindTime: Date,
      person: {
        sealed: String,
        kid: String,
        hash: [String],
        keys: String,
        representativeHash: { type: [String], default: undefined },
      },
      codeHash: { type: String, required: true },
      eraseTime: Date,
    },
    sealed: keys && { keys, fields: ['person.sealed', 'supportingCode.mail', 'supportingCode.address'] },
    schemaVersion: MANDATE_SCHEMA_VERSION,
    indexes: [
      { fields: { centre: 1, _id: -1 }, query: 'the mandates of a centre, newest first' },
      { fields: { centre: 1, state: 1, expireTime: 1 }, query: 'the mandates of a centre that end soon' },
      { fields: { 'person.hash': 1 }, query: 'the mandates of a person' },
      { fields: { 'person.representativeHash': 1 }, sparse: true, query: 'the mandates through a representative' },
      { fields: { application: 1 }, sparse: true, query: 'the mandates for one application, at its erasure' },
      { fields: { codeHash: 1 }, unique: true, query: 'the mandate of a code, at each visit of its holder' },
    ],
    keepRequests: () => MAX_REQUEST_RECORDS,
    existsReason: 'ALREADY_EXISTS',
    absentMessage: 'Mandate not found.',
  });
}

/** Hashes a code. It has 65 random bits, so nobody can find it by trying; the hash needs no key. */
export const hashCode = (code: string): string => createHash('sha256').update(code).digest('base64url');

/** Returns the mandate of a code in any notation. @throws Problem NOT_FOUND */
export async function findByCode(mandates: MandateDocuments, text: string): Promise<StoredMandate> {
  const code = normalizeTrackingNumber(text);
  const found = code ? await mandates.findOne({ codeHash: hashCode(code) }, { scope: 'service' }) : undefined;
  if (!found) throw mandateNotFound();
  return found;
}

export const mandateNotFound = (): Problem => new Problem({ reason: 'NOT_FOUND', message: 'Mandate not found.' });

/** Returns the query of the mandates of a person, for themselves or as the representative. @param hashes by all keys */
export const filterOfPerson = (hashes: readonly string[]): object => ({
  $or: [{ 'person.hash': { $in: hashes } }, { 'person.representativeHash': { $in: hashes } }],
});

/** Rows of an erasure that was interrupted stay below the version, and are few. */
const MAX_OLD_ROWS = 50;

/**
 * Asserts that each mandate has the hashes of all its people: no answer to a person is incomplete.
 * @throws Problem STORE_UNAVAILABLE until those of an earlier release have them
 */
export async function assertPeopleFindable(mandates: MandateDocuments): Promise<void> {
  const filter = { schemaVersion: { $lt: MANDATE_SCHEMA_VERSION }, 'person.sealed': { $exists: true } };
  const found = await mandates.find(filter, { scope: 'service', limit: MAX_OLD_ROWS });
  if (found.some(({ person }) => person.sealed !== undefined))
    throw new Problem({ reason: 'STORE_UNAVAILABLE', message: 'Mandates are being prepared for the search.' });
}
