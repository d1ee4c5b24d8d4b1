import type { Log } from '@cups/contracts';
import { ensureRequestId as idOf } from '@cups/contracts/node';
import type { Metadata, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import type { Context, ServiceName, Session } from './context.ts';

/** A call whose request is not decoded yet: its own RPC, or part of a bundle. */
export interface RawCall extends Pick<ServerUnaryCall<Buffer, Buffer>, 'request' | 'getAuthContext'> {
  readonly metadata: Pick<Metadata, 'get'>;
  readonly cancelled: boolean;
  /** The bundle that carries the call; absent for a call that is its own RPC. */
  readonly carrier?: ServerWritableStream<Buffer, Buffer>;
  getDeadline(): Date | number;
  once(name: 'cancelled', listener: () => void): unknown;
}

export function tokensOf({ metadata }: RawCall): { service: string | undefined; session: string | undefined } {
  const authorization = metadataText(metadata, 'authorization');
  const service = authorization?.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : undefined;
  return { service, session: metadataText(metadata, 'x-cups-session') };
}

/** Returns the claim of an act without a line, not verified. */
export const offlineClaimOf = ({ metadata }: RawCall): string | undefined => metadataText(metadata, 'cups-offline');

/** Returns the caller's request ID, or a new one. */
export function requestIdOf({ metadata }: RawCall): string {
  return idOf(metadataText(metadata, 'x-request-id'));
}

/** Returns the caller's `traceparent`, not validated. */
export const traceparentOf = ({ metadata }: RawCall): string | undefined => metadataText(metadata, 'traceparent');

/** Returns the deadline in milliseconds; Infinity without one. */
export function deadlineOf(call: RawCall): number {
  const deadline = call.getDeadline();
  return typeof deadline === 'number' ? deadline : deadline.getTime();
}

export function isPastDeadline(call: RawCall): boolean {
  return deadlineOf(call) <= Date.now();
}

/** What is known of an admitted call. */
export interface AdmittedCall {
  requestId: string;
  traceparent: string;
  caller: ServiceName;
  session: Session | undefined;
  sessionToken: string | undefined;
  offline: string | undefined;
  method: string;
  log: Log;
}

/** Builds the context of a call. @param acts what the handler tells the server during the call */
export function createContext(
  call: RawCall,
  admitted: AdmittedCall,
  acts: Pick<Context, 'recordAccess' | 'waitIdle'>,
): Context {
  let signal: AbortSignal | undefined;
  let log: Log | undefined;
  const { requestId, traceparent, caller, session, sessionToken, offline, method } = admitted;
  return {
    requestId,
    caller,
    method,
    ...(session && { session }),
    ...(sessionToken && { sessionToken }),
    ...(offline && { offline }),
    // Date cannot represent Infinity, so this uses its maximum.
    deadline: new Date(Math.min(deadlineOf(call), 8.64e15)),
    traceparent,
    ...acts,
    // Both are created on demand: most calls need neither.
    get signal() {
      return (signal ??= createAbortSignal(call));
    },
    get log() {
      return (log ??= admitted.log.child({ requestId, method, caller, operator: session?.operator }));
    },
  };
}

function createAbortSignal(call: RawCall): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  else call.once('cancelled', () => controller.abort());
  return controller.signal;
}

function metadataText(metadata: RawCall['metadata'], key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
