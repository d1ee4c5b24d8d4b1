import type { Documents } from '@cups/store';
import { parseResourceName } from '@cups/contracts';
import { centresOf, sessionOf } from '@cups/rpc';
import type { Context, PersonHasher } from '@cups/rpc';
import type { Viewer } from '../convert/application.ts';
import type { IsPartyTo } from '../domain/command.ts';
import { notFound } from '../domain/problems.ts';
import type { StoredApplication } from '../store.ts';

/** The caller as the viewer of applications. */
export function toViewer(context: Context, persons: PersonHasher, now: Date): Viewer {
  const { operator, roles } = sessionOf(context);
  return { operator, roles, now, isPartyTo: createPartyCheck(context, persons) };
}

/** Tells of which applications the caller is applicant or represented, as far as identity says who they are. */
export function createPartyCheck(context: Context, persons: PersonHasher): IsPartyTo {
  const { person } = sessionOf(context);
  return ({ applicant, represented }) =>
    [applicant?.idnp, represented?.idnp].some((idnp) => idnp !== undefined && persons.matches(person, idnp));
}

/**
 * An application of the caller's centre, or of one that it took over; the look at it is recorded.
 * @throws Problem INVALID_ARGUMENT when the name is none, NOT_FOUND when there is none of that name at the centre
 */
export async function getCentreApplication(
  applications: Documents<StoredApplication>,
  name: string,
  context: Context,
): Promise<StoredApplication> {
  const app = await applications.get(parseResourceName('applications', name), {
    scope: { centre: centresOf(context) },
  });
  if (!app) throw notFound();
  context.recordAccess(name);
  return app;
}
