import type { CallContext, Session } from '@cups/service';

/** What a handler gets: everything in it has passed the document. */
export interface Call {
  context: CallContext;
  session: Session | undefined;
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  /** Of Idempotency-Key; empty where the operation takes none. */
  requestId: string;
  /** Of If-Match, or empty. */
  etag: string;
}

/** What a handler gives: `body` goes out as JSON, `html` as a page. */
export interface Answer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  html?: string;
}

export type Handler = (call: Call) => Promise<Answer> | Answer;
