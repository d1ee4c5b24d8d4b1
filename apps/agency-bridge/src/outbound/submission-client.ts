import { submissionName, parseResourceName } from '@cups/contracts';
import type { Log } from '@cups/contracts';
import type { GetSubmissionResponse__Output } from '@cups/contracts/gen/cups/intake/v1/GetSubmissionResponse.ts';
import { isProblem } from '@cups/problem';
import { latestSendTime } from '../domain/copies.ts';
import type { Copies } from '../domain/copies.ts';
import { toRequest } from './request-encoder.ts';
import type { Delivery, FetchResult, PendingSubmission } from '../domain/delivery.ts';

/**
 * Fetches an immutable submission from intake by name, as training or real.
 * @throws Problem
 */
export type GetSubmission = (
  name: string,
  training: boolean,
  requestId: string,
) => Promise<GetSubmissionResponse__Output>;

/** Response of intake, or why it was not called. */
export type SubmissionResponse =
  GetSubmissionResponse__Output | 'NOT_FOUND' | 'TRAINING_MISMATCH' | 'UNAVAILABLE' | 'AGENCY_UNKNOWN';

/** Identifies whose submission to fetch. */
export type SubmissionRef = Pick<Delivery, 'application' | 'agency' | 'training'>;

/** While intake is unavailable, it is called once per interval. */
const RETRY_INTERVAL_MS = 500;

/** Fetches submissions from intake, and limits calls while it is unavailable. */
export class SubmissionClient {
  readonly #get: GetSubmission;
  readonly #isAgency: (code: string) => boolean;
  readonly #log: Log;
  #unavailableUntil = 0;

  constructor(get: GetSubmission, isAgency: (code: string) => boolean, log: Log) {
    this.#get = get;
    this.#isAgency = isAgency;
    this.#log = log;
  }

  /** Fetches a submission. Fetches nothing for an agency without a file, so that personal data stays in intake. */
  async fetch(
    { application, agency, training = false }: SubmissionRef,
    pending: PendingSubmission,
  ): Promise<SubmissionResponse> {
    if (!this.#isAgency(agency)) return 'AGENCY_UNKNOWN';
    if (Date.now() < this.#unavailableUntil) return 'UNAVAILABLE';
    const name = submissionName(parseResourceName('applications', application), pending.submission);
    try {
      const response = await this.#get(name, training, pending.correlationId);
      this.#unavailableUntil = 0;
      return response;
    } catch (error) {
      const { kind, reason } = isProblem(error) ? error : { kind: 'INTERNAL', reason: 'INTERNAL' };
      if (kind === 'NOT_FOUND') return 'NOT_FOUND';
      if (reason === 'TRAINING_MISMATCH') return reason;
      if (this.#unavailableUntil === 0) this.#log.warn({ event: 'intake-unavailable', reason });
      // An error of this submission alone must not block the others.
      if (kind === 'UNAVAILABLE' || kind === 'DEADLINE') this.#unavailableUntil = Date.now() + RETRY_INTERVAL_MS;
      return 'UNAVAILABLE';
    }
  }
}

/** Returns what a response means for the delivery. A submission whose copies are coming waits for them. */
export function toFetchResult(
  delivery: Delivery,
  pending: PendingSubmission,
  response: SubmissionResponse,
  copies: Copies,
  now: Date,
): FetchResult {
  if (response === 'AGENCY_UNKNOWN') return { kind: 'deferred', cause: response };
  if (response === 'UNAVAILABLE') return { kind: 'unavailable' };
  if (response === 'TRAINING_MISMATCH') return { kind: 'failed', cause: response, fields: ['training'] };
  if (response === 'NOT_FOUND') return { kind: 'failed', cause: 'SUBMISSION_NOT_FOUND', fields: [] };
  const request = toRequest(response, pending.submission, delivery, copies);
  if (request.kind !== 'request' || request.coming === 0 || pending.isReplay) return request;
  const until = latestSendTime(pending.fileTime ?? delivery.queueTime);
  return now < until ? { kind: 'waiting', until } : request;
}
