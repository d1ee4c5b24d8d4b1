import type { Violation } from '@cups/problem';
import { createShapeValidator } from './validator.ts';
import { CONTENT_SCHEMA, MAX_EVIDENCE } from './content-schema.ts';

/** Validates casework input: internal notes, unavailable documents and payments. */

/** Maximum characters of a message between desk and agency. */
export const MAX_MESSAGE_LENGTH = 2_000;

const validateNoteShape = createShapeValidator({
  type: 'object',
  properties: { text: Object.assign({}, CONTENT_SCHEMA.$defs.Line, { minLength: 1 }) },
});

const { EvidenceKind, Line, ShortLine } = CONTENT_SCHEMA.$defs;
const validateUnavailableShape = createShapeValidator({
  type: 'object',
  properties: {
    unavailable: {
      type: 'array',
      maxItems: MAX_EVIDENCE,
      items: {
        type: 'object',
        properties: { kind: EvidenceKind, reason: Object.assign({}, Line, { minLength: 1 }) },
      },
    },
  },
});

/** Returns the violations of unavailable documents: each needs a code, and a reason of one line. */
export function validateUnavailable(supply: { unavailable: { kind: string; reason: string }[] }): Violation[] {
  return validateUnavailableShape(supply);
}

const validateReceiptShape = createShapeValidator({
  type: 'object',
  properties: {
    receiptNumber: Object.assign({}, ShortLine, { minLength: 1 }),
    amount: {
      type: 'object',
      properties: {
        amountMinor: { type: 'integer', minimum: 1, maximum: 1_000_000_000 },
        currency: { type: 'string', pattern: '^[A-Z]{3}$' },
      },
    },
  },
});

/** A receipt of the fee. */
export interface ReceiptFields {
  receiptNumber: string;
  /** Integer minor units and an ISO 4217 code. */
  amount: { amountMinor: number; currency: string };
}

/** Returns the violations of a receipt. Values are never included. */
export function validateReceipt(receipt: ReceiptFields): Violation[] {
  return validateReceiptShape(receipt);
}

const validateMessageShape = createShapeValidator({
  type: 'object',
  properties: { text: Object.assign({}, Line, { minLength: 1, maxLength: MAX_MESSAGE_LENGTH }) },
});

/** Returns the violations of a message to an agency: one line of 1 to 2,000 characters. Values are never included. */
export function validateMessage(message: { text: string }): Violation[] {
  return validateMessageShape(message);
}

/** Returns the violations of an internal note: one line of 1 to 500 characters. Values are never included. */
export function validateNote(note: { text: string }): Violation[] {
  return validateNoteShape(note);
}
