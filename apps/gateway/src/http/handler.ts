import type { ParameterLocation } from '@cups/problem';
import type { CallContext, Session } from '@cups/rpc';

/** What a handler gets: everything in it has passed the document. */
export interface HandlerRequest {
  context: CallContext;
  session: Session | undefined;
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  /** Of Idempotency-Key; empty where the operation takes none. */
  requestId: string;
  /** Of If-Match, or empty. */
  etag: string;
  /** Of X-Cups-Reason, still percent-encoded; undefined where it is not sent. */
  reason: string | undefined;
  /** Whether the page asks by itself: what it has already is shown to nobody anew. */
  isPoll: boolean;
}

/** What a handler gives: `body` goes out as JSON, `text` as it is: a page, or what Content-Type says. */
export interface HandlerResponse {
  /** Members of `body` that its ETag leaves out: a client that knows the rest has nothing to learn from them. */
  etagExcludedMembers?: readonly string[];
  /** Done before anything is shown, and left out where the client has it already (304). */
  beforeSend?: (() => Promise<unknown>) | undefined;
  /** Whether a client that prefers so is spared the body: it says nothing that the client has not sent or does not read from the headers. */
  canBeMinimal?: boolean;
  status?: number;
  headers?: Record<string, string>;
  /** As Set-Cookie has them; where there is one only, it may stand in the headers. */
  cookies?: string[];
  body?: unknown;
  text?: string;
}

export type Handler = (request: HandlerRequest) => Promise<HandlerResponse> | HandlerResponse;

type Json = Record<string, unknown>;
/** One operation of openapi.yaml. */
export interface Operation {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** As in the document: /api/v1/applications/{id}. */
  path: string;
  /** True when it needs no session. */
  isPublic: boolean;
  /** Answered in an overload as well: not counted among the requests at once. */
  bypassesAdmission: boolean;
  /** Signs out: neither identity's word nor the limit of the session stands in its way. */
  endsSession: boolean;
  /** The same for everybody: a cache may keep it, and asks each time whether it is still so. */
  isShared: boolean;
  /** A limit of its own beside that of the address, counted for each address and for all together. */
  limit: 'tracking' | undefined;
  body: 'none' | 'optional' | 'required';
  /** The largest size of the body. */
  maxBodyBytes: number;
  /**
   * Where a field stands that a neighbour names, when this operation has it in its query or path: neighbours know of no HTTP.
   * @param field a JSON pointer into the neighbour's message
   */
  locateField(field: string): ParameterLocation | undefined;
  /**
   * Query and params are coerced in place.
   * @throws Problem for a header, or with all violations of path, query and body; of a body with many members, with the first
   */
  validateRequest(parts: {
    params: Json;
    query: Json;
    header: (name: string) => string | undefined;
    body: unknown;
    /** How many names and items the body holds. */
    members: number;
  }): void;
  /** What is wrong with an answer, or undefined. For tests: compiled at its first use. */
  validateResponse(status: number, contentType: string, body: unknown): string | undefined;
}
