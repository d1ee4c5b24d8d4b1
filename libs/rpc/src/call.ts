import type { Log } from '@cups/contracts';
import { requestIdOf as idOf, traceparentOf } from '@cups/contracts/node';
import type { Metadata, ServerUnaryCall } from '@grpc/grpc-js';
import type { Context, ServiceName, Session } from './context.ts';

/** A call as it came, its message still bytes. */
export type Call = ServerUnaryCall<Buffer, Buffer>;

/** The tokens of a call. */
export function tokensOf({ metadata }: Call): { service: string | undefined; session: string | undefined } {
  const authorization = text(metadata, 'authorization');
  const service = authorization?.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : undefined;
  return { service, session: text(metadata, 'x-cups-session') };
}

/** The id of the request that a call belongs to: its caller's, or a new one. */
export function requestIdOf({ metadata }: Call): string {
  return idOf(text(metadata, 'x-request-id'));
}

/** When a call must be answered, in milliseconds; Infinity without a deadline. */
export function deadlineOf(call: Call): number {
  const deadline = call.getDeadline();
  return typeof deadline === 'number' ? deadline : deadline.getTime();
}

/** Whether the time of a call is over. */
export function isLate(call: Call): boolean {
  return deadlineOf(call) <= Date.now();
}

/** What is known of a call when it is let in. */
export interface Admitted {
  requestId: string;
  caller: ServiceName;
  session: Session | undefined;
  sessionToken: string | undefined;
  method: string;
  log: Log;
}

/** The context of a call for its handler. @param look what becomes of a look at personal data */
export function contextOf(call: Call, admitted: Admitted, look: Context['look']): Context {
  let signal: AbortSignal | undefined;
  let log: Log | undefined;
  const { requestId, caller, session, sessionToken, method } = admitted;
  return {
    requestId,
    caller,
    method,
    ...(session && { session }),
    ...(sessionToken && { sessionToken }),
    // Date has no Infinity; the last one it has will do.
    deadline: new Date(Math.min(deadlineOf(call), 8.64e15)),
    traceparent: traceparentOf(text(call.metadata, 'traceparent')),
    look,
    // Both are made only for those who ask: most calls do not.
    get signal() {
      return (signal ??= signalOf(call));
    },
    get log() {
      return (log ??= admitted.log.child({ requestId, method, caller, operator: session?.operator }));
    },
  };
}

function signalOf(call: Call): AbortSignal {
  const controller = new AbortController();
  if (call.cancelled) controller.abort();
  else call.once('cancelled', () => controller.abort());
  return controller.signal;
}

function text(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
