import { centreOf, centresOf, sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { AccessKind, AccessLog, NewAccess } from '../store/access-log.ts';

export function accessLogEntry(context: Context, kind: AccessKind, time: Date): NewAccess {
  const { operator } = sessionOf(context);
  return { entry: { operator, centre: centreOf(context), kind, time }, cause: toAccessCause(context) };
}

/** Returns the cause of an access: the call. */
export const toAccessCause = ({ requestId, traceparent }: Context): NewAccess['cause'] => ({ requestId, traceparent });

/**
 * Records one list access per centre, in the store and in the service log. An entry per row would hide the reads of
 * details.
 */
export async function recordListAccess(accessLog: AccessLog, context: Context, time: Date): Promise<void> {
  const centres = centresOf(context);
  for (const centre of centres) context.recordAccess(centre);
  await accessLog.write(centres.map(centreCodeOf), accessLogEntry(context, 'list', time));
}

/** Returns the code of centres/{code}, the subject of list accesses. */
export const centreCodeOf = (centre: string): string => centre.slice('centres/'.length);
