import type { Documents } from '@cups/store';
import { parseName } from '@cups/contracts';
import { centresOf, sessionOf } from '@cups/rpc';
import type { Context, PersonHashes } from '@cups/rpc';
import type { Viewer } from '../convert/application.ts';
import type { IsPartyTo } from '../domain/acts.ts';
import { absent } from '../domain/refusals.ts';
import type { StoredApplication } from '../store.ts';

/** The caller as the viewer of applications. */
export function viewerOf(context: Context, persons: PersonHashes, now: Date): Viewer {
  const { operator, roles } = sessionOf(context);
  return { me: operator, roles, now, isPartyTo: partyOf(context, persons) };
}

/** Tells of which applications the caller is applicant or represented, as far as identity says who they are. */
export function partyOf(context: Context, persons: PersonHashes): IsPartyTo {
  const { person } = sessionOf(context);
  return ({ applicant, represented }) =>
    [applicant?.idnp, represented?.idnp].some((idnp) => idnp !== undefined && persons.isOf(person, idnp));
}

/**
 * An application of the caller's centre, or of one that it took over; the look at it is recorded.
 * @throws Problem INVALID_ARGUMENT when the name is none, NOT_FOUND when there is none of that name at the centre
 */
export async function ownApplication(
  applications: Documents<StoredApplication>,
  name: string,
  context: Context,
): Promise<StoredApplication> {
  const app = await applications.get(parseName('applications', name), { scope: { centre: centresOf(context) } });
  if (!app) throw absent();
  context.look(name);
  return app;
}
