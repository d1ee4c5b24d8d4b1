import type { Write } from './write.ts';

/** The centre of an act, also of one that an earlier release stored without it. */

/** Returns centres/{code}; undefined if neither the act nor its grant has it. */
export const centreOfAct = ({ centre, grant }: Pick<Write, 'centre' | 'grant'>): string | undefined =>
  centre ?? centreOfGrant(grant);

/** Returns the centre of an offline grant. Its signature is for the platform; here it comes from the platform itself. */
export function centreOfGrant(grant: string | undefined): string | undefined {
  try {
    const [, payload = ''] = (grant ?? '').split('.');
    const claims = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { centre?: unknown };
    return typeof claims.centre === 'string' ? claims.centre : undefined;
  } catch {
    return undefined;
  }
}
