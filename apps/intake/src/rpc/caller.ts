import type { Documents } from '@cups/store';
import { parseResourceName } from '@cups/contracts';
import { centresOf, sessionOf } from '@cups/rpc';
import type { Context, PersonHasher } from '@cups/rpc';
import type { Viewer } from '../convert/application.ts';
import type { IsPartyTo } from '../domain/command.ts';
import type { RpcDeps } from './deps.ts';
import { notFound } from '../domain/problems.ts';
import type { StoredApplication } from '../store.ts';

/** What tells the guards of an operator. */
export type GuardDeps = Pick<RpcDeps, 'persons' | 'workingTimes'>;

export function toViewer(context: Context, deps: GuardDeps, now: Date): Viewer {
  const { operator, roles } = sessionOf(context);
  return { operator, roles, now, ...createGuardChecks(context, deps) };
}

/** Returns the checks on which the guards of an application depend. */
export function createGuardChecks(context: Context, { persons, workingTimes }: GuardDeps) {
  const acceptsCorrections = (agency: string) => workingTimes.acceptsCorrections(agency);
  const acceptsMessages = (agency: string) => workingTimes.acceptsMessages(agency);
  return { isPartyTo: createPartyCheck(context, persons), acceptsCorrections, acceptsMessages };
}

/**
 * Returns a check whether the caller is applicant or represented person. It is false if identity does not know the
 * caller's IDNP.
 */
function createPartyCheck(context: Context, persons: PersonHasher): IsPartyTo {
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
