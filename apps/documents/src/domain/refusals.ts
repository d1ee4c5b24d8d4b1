/**
 * Causes of a refused document, the only list of them. A cause is stored with the document, published in
 * DocumentRefused and shown at the desk, so that a code is never renamed.
 */
export const REFUSAL_CODES = [
  /** No byte was uploaded. */
  'EMPTY',
  /** More bytes than a document may have, before or after its images were encoded again. */
  'TOO_LARGE',
  /** Neither PDF, JPEG, PNG nor TIFF by content. */
  'TYPE_UNSUPPORTED',
  /** A HEIC or HEIF photograph: the phone can save it as JPEG. */
  'HEIC',
  /** The content does not follow its own format. */
  'DAMAGED',
  'TOO_MANY_PAGES',
  /** A page has more pixels than the check decodes. */
  'TOO_MANY_PIXELS',
  /** The PDF contains JavaScript, or a form that can contain it (XFA). */
  'PDF_SCRIPT',
  /** The PDF starts a program. */
  'PDF_LAUNCH_ACTION',
  /** The PDF contains another file, or a player of one. */
  'PDF_EMBEDDED_FILE',
  'PDF_ENCRYPTED',
  /** The malware scanner recognised the content. */
  'MALWARE',
  /** The uploaded bytes do not have the declared SHA-256. */
  'DIGEST_MISMATCH',
  /** The upload was not completed in time. */
  'UPLOAD_ABANDONED',
  /** The check itself failed repeatedly: the content may be harmless, but nobody has seen that. */
  'CHECK_FAILED',
  /** The named document does not exist, or belongs to another application. */
  'DOCUMENT_UNKNOWN',
] as const;

export type RefusalCode = (typeof REFUSAL_CODES)[number];

export const isRefusalCode = (value: unknown): value is RefusalCode => REFUSAL_CODES.some((code) => code === value);
