import type { Documents } from '@cups/store';
import { parseResourceName } from '@cups/contracts';
import { centresOf, sessionOf } from '@cups/rpc';
import type { Context, PersonHasher } from '@cups/rpc';
import type { Viewer } from '../convert/application.ts';
import type { IsPartyTo } from '../domain/command.ts';
import { notFound } from '../domain/problems.ts';
import type { StoredApplication } from '../store.ts';

export function toViewer(context: Context, persons: PersonHasher, now: Date): Viewer {
  const { operator, roles } = sessionOf(context);
  return { operator, roles, now, isPartyTo: createPartyCheck(context, persons) };
}

/**
 * Returns a check whether the caller is applicant or represented person. It is false if identity does not know the
 * caller's IDNP.
 */
export function createPartyCheck(context: Context, persons: PersonHasher): IsPartyTo {
  const { person } = sessionOf(context);
  return ({ applicant, represented }) =>
    [applicant?.idnp, represented?.idnp].some((idnp) => idnp !== undefined && persons.matches(person, idnp));
}

/**
 * Returns an application of the caller's centre, or of a centre that it inherited. Records the access.
 * @throws Problem INVALID_ARGUMENT for an invalid name, NOT_FOUND if the centre has no such application
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
