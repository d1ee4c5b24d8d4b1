/** A request to the agency API that did not succeed. */
export class AgencyApiError extends Error {
  override readonly name = 'AgencyApiError';
  /** HTTP status; 0 without a response. */
  readonly status: number;
  /** Code such as DOCUMENT_NOT_READY or invalid_client, or CONNECTION_FAILED, DIGEST_MISMATCH, RESPONSE_INVALID. */
  readonly reason: string;
  /** How long the platform asks to wait before the next try. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, reason: string, retryAfterMs?: number) {
    super(`The agency API answered ${status}: ${reason}.`);
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }

  /** Whether the same request can succeed later without a change. */
  get isTransient(): boolean {
    return [0, 408, 429].includes(this.status) || this.status >= 500;
  }
}

const MAX_RETRY_AFTER_SECONDS = 3600;

/** Reads the error of a response. Its text stays out of the error: it could quote the request. */
export async function readError(response: Response): Promise<AgencyApiError> {
  const after = Number(response.headers.get('retry-after') ?? NaN);
  const seconds = after >= 0 ? Math.min(after, MAX_RETRY_AFTER_SECONDS) : undefined;
  const body = (await response.json().catch(() => undefined)) as { reason?: unknown; error?: unknown } | undefined;
  const reason = body?.reason ?? body?.error;
  const isCode = typeof reason === 'string' && /^\w{1,60}$/.test(reason);
  return new AgencyApiError(
    response.status,
    isCode ? reason : `HTTP_${response.status}`,
    seconds === undefined ? undefined : seconds * 1000,
  );
}
