import { centreOf, centresOf, sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { Look, LookKind, Looks } from '../store/looks.ts';

/** The look of the caller at something, now. */
export function lookOf(context: Context, kind: LookKind, time: Date): Look {
  return { by: sessionOf(context).operator, centre: centreOf(context), kind, time };
}

/** One look at the list of each centre, told to the log as well: a line for each row would drown what was really read. */
export async function lookAtList(looks: Looks, context: Context, time: Date): Promise<void> {
  const centres = centresOf(context);
  for (const centre of centres) context.look(centre);
  await looks.write(centres.map(codeOf), lookOf(context, 'list', time));
}

/** The code in the name of a centre, under which looks at its list are kept. */
export const codeOf = (centre: string): string => centre.slice('centres/'.length);
