import type { Violation } from '@cups/problem';
import { createShapeValidator } from './validator.ts';
import { CONTENT_SCHEMA, MAX_EVIDENCE } from './content-schema.ts';

/** What a desk notes about an application beside its content: words to colleagues, papers that cannot be had, the payment of the fee. */

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

/** What is wrong with what is said of papers that the person cannot get: each has a code, and a reason of one line. */
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

/** What a receipt of the fee says. */
export interface ReceiptFields {
  receiptNumber: string;
  /** An integer of minor units, with the code of its currency. */
  amount: { amountMinor: number; currency: string };
}

/** What is wrong with a receipt. Values are never echoed. */
export function validateReceipt(receipt: ReceiptFields): Violation[] {
  return validateReceiptShape(receipt);
}

/** What is wrong with a word to colleagues: it is one line of 1 to 500 characters. Values are never echoed. */
export function validateNote(note: { text: string }): Violation[] {
  return validateNoteShape(note);
}
