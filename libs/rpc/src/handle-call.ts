import { randomUUID } from 'node:crypto';
import type { DataVersions, Log, Span, Tracer } from '@cups/contracts';
import { ensureTraceparent } from '@cups/contracts/node';
import { isProblem, Problem, violation } from '@cups/problem';
import { status } from '@grpc/grpc-js';
import type { ServiceDefinition, StatusObject } from '@grpc/grpc-js';
import { assertAccess } from './access.ts';
import type { AccessRow } from './access.ts';
import {
  createContext,
  deadlineOf,
  isPastDeadline,
  offlineClaimOf,
  requestIdOf,
  tokensOf,
  traceparentOf,
} from './call.ts';
import type { RawCall } from './call.ts';
import { spiffeIdOf } from './certificate.ts';
import type { Context, ServiceName, Session } from './context.ts';
import type { CountCall, Pool } from './metrics.ts';
import { problemToStatus } from './status.ts';
import { readDataVersions } from './data-version-metadata.ts';
import type { Keys } from './tokens.ts';

/** Dependencies and limits shared by all calls of a server. */
export interface ServerContext {
  keys: Pick<Keys, 'verifyService' | 'verifySession'>;
  /** Returns the service in the caller's certificate; undefined without TLS. */
  certified: ((call: RawCall) => string | undefined) | undefined;
  /** Known versions of data files; undefined where they are not exchanged. */
  versions: DataVersions | undefined;
  log: Log;
  tracer: Tracer | undefined;
  maxInFlight: number;
  requireDeadline: boolean;
  /** Number of running calls. */
  inFlight: Record<Pool, number>;
  count: CountCall;
}

export interface RegisteredMethod {
  /** `IntakeService.GetApplication` */
  name: string;
  row: AccessRow;
  rpc: (request: unknown, context: Context) => Promise<unknown>;
  types: ServiceDefinition[string];
  /** Returns the request fields with unknown enum values. */
  unknownEnums: (request: object) => string[];
}

/** Sends the encoded response of a call, or its status. */
export type Respond = (error: StatusObject | null, bytes?: Buffer) => void;

/** What is known of a call so far, for its log line. */
interface CallProgress {
  requestId: string;
  traceparent: string;
  caller?: ServiceName;
  session?: Session;
  /** Time that the call has waited idly, in ms. */
  idleMs: number;
}

interface CallOutcome {
  code: status;
  reason?: string;
  errorId?: string | undefined;
}

/**
 * Handles one call: admission, deadline, the caller's token, the session, the access row, then the handler. Writes
 * one log line, one count and one duration.
 */
export async function handleCall(
  server: ServerContext,
  method: RegisteredMethod,
  call: RawCall,
  respond: Respond,
): Promise<void> {
  const started = performance.now();
  const pool: Pool = method.row.tenancy === 'service' ? 'service' : 'desk';
  const span = server.tracer && startSpan(server.tracer, method, call);
  const traceparent = span?.traceparent ?? ensureTraceparent(traceparentOf(call));
  const progress: CallProgress = { requestId: requestIdOf(call), traceparent, idleMs: 0 };
  let outcome: CallOutcome = { code: status.OK };
  server.inFlight[pool]++;
  try {
    assertAdmitted(server, pool, call);
    const waitIdle = createIdleWait(server.inFlight, pool, progress);
    const work = () => executeCall(server, method, call, { progress, waitIdle });
    const bytes = await (span ? span.run(work) : work());
    respond(null, bytes);
  } catch (error) {
    const problem = isProblem(error) ? error : toInternalProblem(server.log, method.name, progress.requestId, error);
    const answered = problemToStatus(problem);
    outcome = { code: answered.code, reason: problem.reason, errorId: problem.metadata['errorId'] };
    respond(answered);
  } finally {
    server.inFlight[pool]--;
    // The status that the caller saw if it cancelled or its deadline passed.
    if (call.cancelled) outcome.code = isPastDeadline(call) ? status.DEADLINE_EXCEEDED : status.CANCELLED;
    recordCall(server, method.name, progress, outcome, performance.now() - started - progress.idleMs);
    span?.end({
      'rpc.response.status_code': status[outcome.code],
      'error.type': FAULT_CODES.includes(outcome.code) ? (outcome.reason ?? status[outcome.code]) : undefined,
    });
  }
}

/** Codes of faults of the server; other codes are refusals. */
const FAULT_CODES: readonly status[] = [status.INTERNAL, status.UNKNOWN, status.UNAVAILABLE, status.DEADLINE_EXCEEDED];

function startSpan(tracer: Tracer, { types: { path } }: RegisteredMethod, call: RawCall): Span | undefined {
  const name = path.slice(1);
  return tracer.start('server', name, { 'rpc.system.name': 'grpc', 'rpc.method': name }, traceparentOf(call));
}

/** @throws Problem OVERLOADED or DEADLINE_MISSING */
function assertAdmitted({ inFlight, maxInFlight, requireDeadline }: ServerContext, pool: Pool, call: RawCall): void {
  if (inFlight[pool] > maxInFlight) {
    // Jitter, so that rejected callers do not return simultaneously.
    const retryAfterMs = 50 + Math.floor(Math.random() * 150);
    throw new Problem({ reason: 'OVERLOADED', message: 'Too many concurrent calls.', retryAfterMs });
  }
  if (requireDeadline && deadlineOf(call) === Infinity) {
    throw new Problem({ reason: 'DEADLINE_MISSING', message: 'The call has no deadline.' });
  }
}

/** Returns the function that frees the slot of a call while it waits idly, and adds up the time. */
const createIdleWait =
  (inFlight: ServerContext['inFlight'], pool: Pool, progress: CallProgress): Context['waitIdle'] =>
  async (wait) => {
    const started = performance.now();
    inFlight[pool]--;
    try {
      return await wait();
    } finally {
      inFlight[pool]++;
      progress.idleMs += performance.now() - started;
    }
  };

/** Authorises the call and runs its handler. @returns the encoded response */
async function executeCall(
  { keys, certified, versions, log }: ServerContext,
  method: RegisteredMethod,
  call: RawCall,
  { progress, waitIdle }: { progress: CallProgress; waitIdle: Context['waitIdle'] },
): Promise<Buffer> {
  const { row, types, name } = method;
  const { requestId, traceparent } = progress;
  const tokens = tokensOf(call);
  // Before the first await: grpc-js cannot read the certificate of a closed connection.
  const holder = certified?.(call);
  if (!tokens.service) throw new Problem({ reason: 'TOKEN_INVALID', message: 'The service token is missing.' });
  const caller = await keys.verifyService(tokens.service);
  progress.caller = caller;
  if (certified) assertCertificateMatches(caller, holder, call, log);
  readDataVersions(versions, call.metadata);
  const session = tokens.session ? await keys.verifySession(tokens.session) : undefined;
  if (session) progress.session = session;
  assertAccess(row, caller, session);
  let accessCount = 0;
  const recordAccess = (resource?: string): void => {
    accessCount++;
    log.info({
      event: 'personal-data-read',
      method: name,
      requestId,
      caller,
      operator: session?.operator,
      resource,
    });
  };
  const offline = offlineClaimOf(call);
  const admitted = {
    requestId,
    traceparent,
    caller,
    session,
    sessionToken: tokens.session,
    offline,
    method: name,
    log,
  };
  const acts = { recordAccess, waitIdle };
  const response = await method.rpc(parseRequest(method, call.request), createContext(call, admitted, acts));
  const bytes = types.responseSerialize(response);
  if (row.personalData && accessCount === 0) recordAccess();
  return bytes;
}

/**
 * Rejects a token that another service presents.
 * @throws Problem CALLER_MISMATCH, or CANCELLED if the connection closed before its certificate was read
 */
function assertCertificateMatches(caller: ServiceName, holder: string | undefined, call: RawCall, log: Log): void {
  if (holder === caller) return;
  if (holder === undefined && call.cancelled) {
    throw new Problem({ reason: 'CANCELLED', message: 'The connection closed before the call was admitted.' });
  }
  const resource = spiffeIdOf(holder ?? '');
  log.warn({ event: 'caller-mismatch-detected', caller, resource });
  const message = 'The service token does not belong to the service named in the certificate.';
  throw new Problem({ reason: 'CALLER_MISMATCH', message });
}

function parseRequest({ types, unknownEnums }: RegisteredMethod, bytes: Buffer): unknown {
  let request: object;
  try {
    request = types.requestDeserialize(bytes) as object;
  } catch {
    throw new Problem({
      reason: 'INVALID_ARGUMENT',
      message: "The request body does not match the method's request message.",
    });
  }
  const violations = unknownEnums(request).map((field) => violation(field, 'UNKNOWN_VALUE'));
  if (violations.length === 0) return request;
  throw new Problem({ reason: 'INVALID_ARGUMENT', message: 'The request contains unknown values.', violations });
}

/** Replaces an unexpected error by INTERNAL with an ID and without its text. */
function toInternalProblem(log: Log, method: string, requestId: string, error: unknown): Problem {
  const errorId = randomUUID();
  log.error({ event: 'call-failed', method, requestId, errorId, error });
  return new Problem({ reason: 'INTERNAL', message: 'Internal error.', metadata: { errorId } });
}

/** Writes the log line, the count and the duration of a call. */
export function recordCall(
  { count, log }: ServerContext,
  method: string,
  progress: Omit<CallProgress, 'traceparent' | 'idleMs'>,
  outcome: CallOutcome,
  ms: number,
): void {
  const { code, reason, errorId } = outcome;
  count(method, code, reason, ms / 1000);
  log[code === status.INTERNAL ? 'error' : 'info']({
    event: 'request-completed',
    method,
    requestId: progress.requestId,
    caller: progress.caller,
    operator: progress.session?.operator,
    code: status[code],
    reason,
    errorId,
    durationMs: Math.round(ms * 100) / 100,
  });
}
