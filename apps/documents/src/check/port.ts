import type { RefusalCode } from '../domain/refusals.ts';

/** One file to check. */
export interface CheckInput {
  purpose: 'evidence' | 'result';
  /** Sizes in bytes of the page images that the upload consists of, in their order; empty for a single file. */
  pageSizes: readonly number[];
  /** Size of the upload in bytes. */
  size: number;
  /** Reads the upload from its start. The check may read it more than once. */
  read(): AsyncIterable<Buffer>;
  signal?: AbortSignal;
}

/** What the check found in an accepted file. */
export interface CheckedFacts {
  /** application/pdf, image/jpeg or image/png. */
  mediaType: string;
  pages: number;
  scan: 'not-scanned' | 'clean';
  /** The content to store; `unchanged` for a PDF, which is stored byte for byte as uploaded. */
  content: Buffer | 'unchanged';
  /** JPEG of at most 400 × 400 pixels; none for a PDF, whose pages are not rendered. */
  preview?: Buffer;
}

export type CheckResult = { accepted: CheckedFacts } | { refused: RefusalCode };

/** Checks files that strangers wrote, without opening them in this process. */
export interface Checker {
  /** @throws Error if the check itself failed; nothing is known about the file then, and the caller retries. */
  check(input: CheckInput): Promise<CheckResult>;
  /** Ends running checks and releases what the checker holds. */
  close(): Promise<void>;
}
