/** Bounds of documents, the only list of them. Sizes in bytes. */

/** Part of a content that is sealed, stored and uploaded as one; only the last one is shorter. */
export const CHUNK_BYTES = 65_536;
export const MAX_DOCUMENT_BYTES = 10 * 1024 * 1024;
export const MAX_PAGES = 30;
/** Evidence of an application, without erased and refused documents. */
export const MAX_EVIDENCE_DOCUMENTS = 20;
/** Results of a delivery, without erased and refused documents. */
export const MAX_RESULT_DOCUMENTS = 20;
/** Documents that a list returns. */
export const MAX_LISTED_DOCUMENTS = 40;
/** Bytes that one read returns. */
export const MAX_READ_BYTES = 1024 * 1024;
/** Documents of a decision. */
export const MAX_ACCEPTED_DOCUMENTS = 5;
/** Documents of a submission. */
export const MAX_RELEASED_DOCUMENTS = 40;
/**
 * Time from the opening of an upload to its abandonment. A desk may be without a line for 72 hours after it has opened one.
 */
export const UPLOAD_LIFETIMES_MS = { evidence: 96 * 60 * 60 * 1000, result: 24 * 60 * 60 * 1000 } as const;
/** A check that fails is repeated this often. */
export const MAX_CHECK_RETRIES = 3;
