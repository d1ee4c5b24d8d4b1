import { LRUCache } from 'lru-cache';
import type { AcceptResultDocumentsRequest } from '@cups/contracts/gen/cups/documents/v1/AcceptResultDocumentsRequest.ts';
import type { AcceptResultDocumentsResponse__Output } from '@cups/contracts/gen/cups/documents/v1/AcceptResultDocumentsResponse.ts';
import { isProblem, Problem } from '@cups/problem';
import type { ResultDocument } from '../domain/agency-update.ts';
import type { ReplyRefusal } from '../domain/reply.ts';

/**
 * Returns the checked documents of a result.
 * @throws Problem RESULT_DOCUMENT_INVALID, DOCUMENT_NOT_READY
 */
export type AcceptResultDocuments = (
  request: AcceptResultDocumentsRequest,
  requestId: string,
) => Promise<AcceptResultDocumentsResponse__Output>;

/** A check takes seconds. A reply whose documents are not checked after this time is refused. */
const MAX_WAIT_MS = 5 * 60_000;
/** Maximum number of waiting replies whose first attempt is remembered. */
const MAX_WAITING = 10_000;

const INVALID: ReplyRefusal = {
  cause: 'RESULT_DOCUMENT_INVALID',
  fields: ['result.documents'],
  violations: [{ field: 'result.documents', rule: 'RESULT_DOCUMENT_INVALID' }],
};

/** Looks up the documents that a decision or a correction names. */
export class ResultDocuments {
  readonly #accept: AcceptResultDocuments;
  readonly #now: () => Date;
  /** First attempt of each reply whose documents are being checked, by delivery and reply. */
  readonly #waitingSince = new LRUCache<string, number>({ max: MAX_WAITING });

  constructor(accept: AcceptResultDocuments, now: () => Date) {
    this.#accept = accept;
    this.#now = now;
  }

  /**
   * @param delivery deliveries/{id}
   * @param reply ID of the agency's message
   * @param ids of the documents
   * @returns their facts, or the refusal of the reply
   * @throws Problem UNAVAILABLE while documents is unavailable or checks one of them; the consumer repeats the reply
   */
  async accept(
    { delivery, reply, ids }: { delivery: string; reply: string; ids: string[] },
    requestId: string,
  ): Promise<{ documents: ResultDocument[] } | { refusal: ReplyRefusal }> {
    const key = `${delivery} ${reply}`;
    try {
      const names = ids.map((id) => `documents/${id}`);
      const { documents } = await this.#accept({ delivery, documents: names }, requestId);
      this.#waitingSince.delete(key);
      return {
        documents: documents.map(({ name, mediaType, size, sha256, pages }) => ({
          document: name,
          mediaType,
          size: Number(size),
          sha256,
          pages,
        })),
      };
    } catch (error) {
      const reason = isProblem(error) ? error.reason : undefined;
      if (reason !== 'RESULT_DOCUMENT_INVALID' && reason !== 'DOCUMENT_NOT_READY') throw error;
      if (reason === 'DOCUMENT_NOT_READY') this.#assertExpired(key);
      this.#waitingSince.delete(key);
      return { refusal: INVALID };
    }
  }

  /** @throws Problem UNAVAILABLE if the reply may wait longer */
  #assertExpired(key: string): void {
    const now = this.#now().getTime();
    const since = this.#waitingSince.get(key) ?? now;
    this.#waitingSince.set(key, since);
    if (now - since >= MAX_WAIT_MS) return;
    throw new Problem({ reason: 'UPSTREAM_UNAVAILABLE', message: 'A document of the result is being checked.' });
  }
}
