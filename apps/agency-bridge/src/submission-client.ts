import { submissionName, parseResourceName } from '@cups/contracts';
import type { Log } from '@cups/contracts';
import type { GetSubmissionResponse__Output } from '@cups/contracts/gen/cups/intake/v1/GetSubmissionResponse.ts';
import { isProblem } from '@cups/problem';
import { toRequest } from './agency/request.ts';
import type { Delivery, FetchResult, PendingSubmission } from './domain/delivery.ts';

/** Asks intake for a frozen submission by its name, as one of a training or a real one; throws a Problem. */
export type GetSubmission = (
  name: string,
  training: boolean,
  requestId: string,
) => Promise<GetSubmissionResponse__Output>;

/** What intake answered: a submission, or that there is none, or nothing; or why it was not asked. */
export type SubmissionResponse =
  GetSubmissionResponse__Output | 'NOT_FOUND' | 'TRAINING_MISMATCH' | 'AWAY' | 'AGENCY_UNKNOWN';

/** Whose submission is asked for. */
export type SubmissionRef = Pick<Delivery, 'application' | 'agency' | 'training'>;

/** ms; while intake is away, it is asked by one event in so long. */
const RETRY_INTERVAL_MS = 500;

/** Gets frozen submissions from intake, and leaves it alone while it does not answer. */
export class SubmissionClient {
  readonly #get: GetSubmission;
  readonly #isAgency: (code: string) => boolean;
  readonly #log: Log;
  #awayUntil = 0;

  constructor(get: GetSubmission, isAgency: (code: string) => boolean, log: Log) {
    this.#get = get;
    this.#isAgency = isAgency;
    this.#log = log;
  }

  /** For an agency that has no file nothing is fetched: personal data stay where they are. */
  async fetch(
    { application, agency, training = false }: SubmissionRef,
    pending: PendingSubmission,
  ): Promise<SubmissionResponse> {
    if (!this.#isAgency(agency)) return 'AGENCY_UNKNOWN';
    if (Date.now() < this.#awayUntil) return 'AWAY';
    const name = submissionName(parseResourceName('applications', application), pending.submission);
    try {
      const answer = await this.#get(name, training, pending.correlationId);
      this.#awayUntil = 0;
      return answer;
    } catch (error) {
      const { kind, reason } = isProblem(error) ? error : { kind: 'INTERNAL', reason: 'INTERNAL' };
      if (kind === 'NOT_FOUND') return 'NOT_FOUND';
      if (reason === 'TRAINING_MISMATCH') return reason;
      if (this.#awayUntil === 0) this.#log.warn({ event: 'intake-away', reason });
      // An error about this submission alone must not keep the others from being asked for.
      if (kind === 'UNAVAILABLE' || kind === 'DEADLINE') this.#awayUntil = Date.now() + RETRY_INTERVAL_MS;
      return 'AWAY';
    }
  }
}

/** What an answer means for the delivery that waits for it. */
export function toFetchResult(
  delivery: Delivery,
  { submission }: PendingSubmission,
  answer: SubmissionResponse,
): FetchResult {
  if (answer === 'AGENCY_UNKNOWN') return { kind: 'waits', cause: answer };
  if (answer === 'AWAY') return { kind: 'away' };
  if (answer === 'TRAINING_MISMATCH') return { kind: 'failed', cause: answer, fields: ['training'] };
  if (answer === 'NOT_FOUND') return { kind: 'failed', cause: 'SUBMISSION_NOT_FOUND', fields: [] };
  return toRequest(answer, submission, delivery);
}
