import type { Request, Response } from 'express';
import type { ParameterLocation } from '@cups/problem';
import type { CallContext, Session } from '@cups/rpc';

/** The connection to the client, for operations that read their body or write content themselves. */
export interface ClientConnection {
  readonly req: Request;
  readonly res: Response;
  /** As {@link Exchange.waitForClient}. */
  waitForClient<T>(wait: () => Promise<T>): Promise<T>;
  /** As {@link Exchange.waitForUpstream}. */
  waitForUpstream<T>(maxMs: number, wait: () => Promise<T>): Promise<T>;
}

/** Content that is sent piece by piece. */
export interface ContentStream {
  /** Size in bytes. */
  length: number;
  /** Not read for HEAD. */
  pieces: () => AsyncIterable<Uint8Array>;
  /** Runs when the response has ended, however it ended. */
  release?: () => void;
}

/** Input of a handler, validated against openapi.yaml. */
export interface HandlerRequest {
  context: CallContext;
  session: Session | undefined;
  params: Record<string, string>;
  query: Record<string, unknown>;
  body: unknown;
  /** From Idempotency-Key; empty for operations without it. */
  requestId: string;
  /** From If-Match, or empty. */
  etag: string;
  /** Verified grant of a device, for operations that need one instead of a session; otherwise empty. */
  offlineGrant: string;
  /** From Cups-Reason, still percent-encoded; undefined without the header. */
  reason: string | undefined;
  /** From Cups-Session-Key: the key of the page, which binds its session. */
  sessionKey: string | undefined;
  /** Whether the page polls: the response shows a person nothing that was not shown before. */
  isPoll: boolean;
  client: ClientConnection;
}

/** Result of a handler: `body` is sent as JSON, `text` unchanged as a page or as its Content-Type. */
export interface HandlerResponse {
  /** Members of `body` that the ETag ignores, because their change alone is of no interest. */
  etagExcludedMembers?: readonly string[];
  /** Runs before the response is sent; skipped for 304. */
  beforeSend?: (() => Promise<unknown>) | undefined;
  /** Whether a client may omit the body: it holds only what the client sent or reads from the headers. */
  canBeMinimal?: boolean;
  status?: number;
  headers?: Record<string, string>;
  /** Set-Cookie values; a single one may be in `headers`. */
  cookies?: string[];
  body?: unknown;
  text?: string;
  /** Sent as its Content-Type, instead of `body` or `text`. */
  content?: ContentStream;
}

export type Handler = (request: HandlerRequest) => Promise<HandlerResponse> | HandlerResponse;

type Json = Record<string, unknown>;
/** An operation of openapi.yaml. */
export interface Operation {
  id: string;
  method: 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete';
  /** As in openapi.yaml: /api/v1/applications/{id}. */
  path: string;
  /** Whether it needs no session. */
  isPublic: boolean;
  /** Whether its caller is the machine of an agency, with an access token instead of a cookie. */
  isForAgencies: boolean;
  /** Whether its authority is the offline grant of a device, instead of a cookie. */
  isForDevices: boolean;
  /** Whether it skips the limit of concurrent requests, so that it works in an overload. */
  bypassesAdmission: boolean;
  /** Whether it signs out: it skips session revalidation and the session's rate limit. */
  endsSession: boolean;
  /** Whether the response is the same for everybody: caches may store it, and revalidate it each time. */
  isShared: boolean;
  /** An additional rate limit: unknown tracking numbers of an address, or taken ones of a session; and both in total. */
  limit: 'tracking' | 'taken-numbers' | undefined;
  /** Whether its request may carry a claim of an act that was done without a line. */
  takesOfflineClaim: boolean;
  body: 'none' | 'optional' | 'required';
  /** Media type of a body that the handler reads piece by piece; undefined for JSON. */
  streamedMediaType: string | undefined;
  /** Media types of its body. */
  mediaTypes: string[];
  /** Maximum size of the body in bytes. */
  maxBodyBytes: number;
  /**
   * Returns the location of a field when the operation has it in its query or path. Upstream services do not know
   * HTTP.
   * @param field JSON pointer into the upstream request message
   */
  locateField(field: string): ParameterLocation | undefined;
  /**
   * Validates a request, and coerces query and path parameters in place.
   * @throws Problem with the violation of a header, or all violations of path, query and body; large bodies report
   *   the first only
   */
  validateRequest(parts: {
    params: Json;
    query: Json;
    header: (name: string) => string | undefined;
    body: unknown;
    /** Number of names and items in the body. */
    members: number;
  }): void;
  /** Returns the violation of a response, or undefined. For tests: compiled at its first use. */
  validateResponse(status: number, contentType: string, body: unknown): string | undefined;
}
