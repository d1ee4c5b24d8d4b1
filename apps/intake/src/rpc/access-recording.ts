import { centreOf, centresOf, sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { AccessLogEntry, AccessKind, AccessLog } from '../store/access-log.ts';

/** The look of the caller at something, now. */
export function accessLogEntry(context: Context, kind: AccessKind, time: Date): AccessLogEntry {
  return { by: sessionOf(context).operator, centre: centreOf(context), kind, time };
}

/** One look at the list of each centre, told to the log as well: a line for each row would drown what was really read. */
export async function recordListAccess(accessLog: AccessLog, context: Context, time: Date): Promise<void> {
  const centres = centresOf(context);
  for (const centre of centres) context.recordAccess(centre);
  await accessLog.write(centres.map(centreCodeOf), accessLogEntry(context, 'list', time));
}

/** The code in the name of a centre, under which looks at its list are kept. */
export const centreCodeOf = (centre: string): string => centre.slice('centres/'.length);
