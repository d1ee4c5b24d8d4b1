import { isResourceName } from '@cups/contracts';
import type { Log } from '@cups/contracts';
import type { Document__Output } from '@cups/contracts/gen/cups/documents/v1/Document.ts';
import type { ReleaseDocumentsRequest } from '@cups/contracts/gen/cups/documents/v1/ReleaseDocumentsRequest.ts';
import type { ReleaseDocumentsResponse__Output } from '@cups/contracts/gen/cups/documents/v1/ReleaseDocumentsResponse.ts';
import type { GetSubmissionResponse__Output } from '@cups/contracts/gen/cups/intake/v1/GetSubmissionResponse.ts';
import { isProblem } from '@cups/problem';
import { subjectOf } from '@cups/agency-contract';
import { NO_COPIES } from '../domain/copies.ts';
import type { Copies, Copy } from '../domain/copies.ts';
import { findObstacle } from './request-encoder.ts';
import type { SubmissionRef } from './submission-client.ts';

/**
 * Binds documents to a delivery, so that its agency may read them.
 * @throws Problem
 */
export type ReleaseDocuments = (
  request: ReleaseDocumentsRequest,
  requestId: string,
) => Promise<ReleaseDocumentsResponse__Output>;

/** While the service documents is unavailable, it is called once per interval. */
const RETRY_INTERVAL_MS = 2_000;

/** Releases the copies of submissions to their agencies, and returns their state. */
export class CopiesClient {
  readonly #release: ReleaseDocuments;
  readonly #log: Log;
  #unavailableUntil = 0;

  constructor(release: ReleaseDocuments, log: Log) {
    this.#release = release;
    this.#log = log;
  }

  /**
   * Releases the copies of a submission; makes no call if it has none, or if it is not sent. Never throws: copies of
   * which documents does not answer are `coming`.
   */
  async release(submission: GetSubmissionResponse__Output, about: SubmissionRef, requestId: string): Promise<Copies> {
    const documents = submittedDocuments(submission);
    if (documents.length === 0 || findObstacle(submission, about)) return NO_COPIES;
    const unknown: Copies = {
      byDocument: new Map(documents.map(({ name }) => [name, { state: 'coming' }])),
      isReleased: false,
    };
    if (Date.now() < this.#unavailableUntil) return unknown;
    const delivery = subjectOf(about.application, about.agency);
    try {
      const request = { delivery, agency: `agencies/${about.agency}`, documents };
      const { documents: released } = await this.#release(request, requestId);
      this.#unavailableUntil = 0;
      return { byDocument: new Map(released.map((document) => [document.name, toCopy(document)])), isReleased: true };
    } catch (error) {
      const { kind, reason } = isProblem(error) ? error : { kind: 'INTERNAL', reason: 'INTERNAL' };
      if (this.#unavailableUntil === 0) this.#log.warn({ event: 'documents-unavailable', resource: delivery, reason });
      // An error of this submission alone must not block the others.
      if (kind === 'UNAVAILABLE' || kind === 'DEADLINE') this.#unavailableUntil = Date.now() + RETRY_INTERVAL_MS;
      return unknown;
    }
  }
}

/** Returns the documents that evidence names, once each. Copies of earlier releases are marks of the centre. */
function submittedDocuments({ content }: GetSubmissionResponse__Output): { name: string; uploadSha256: string }[] {
  const named = (content?.evidence ?? []).filter(({ copy }) => isResourceName('documents', copy));
  const digests = new Map(named.map(({ copy, copySha256 }) => [copy, copySha256]));
  return [...digests].map(([name, uploadSha256]) => ({ name, uploadSha256 }));
}

/** Converts a document to what the contract says of a copy. */
function toCopy({ state, mediaType, size, sha256, pages, scan }: Document__Output): Copy {
  if (state === 'STATE_REFUSED' || state === 'STATE_ERASED') return { state: 'refused' };
  if (state !== 'STATE_READY') return { state: 'coming' };
  const facts: Copy = { state: 'available', sha256, bytes: Number(size), mediaType };
  if (pages > 0) facts.pages = pages;
  if (scan !== 'SCAN_UNSPECIFIED') facts.scan = scan === 'SCAN_CLEAN' ? 'clean' : 'not-scanned';
  return facts;
}
