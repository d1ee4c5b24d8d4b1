import { nameOf } from '@cups/contracts';
import { enumWord, toTimestamp } from '@cups/contracts/proto';
import type { Centre as CentreOut } from '@cups/contracts/gen/cups/identity/v1/Centre.ts';
import type { Operator as OperatorOut } from '@cups/contracts/gen/cups/identity/v1/Operator.ts';
import type { OwnSession } from '@cups/contracts/gen/cups/identity/v1/OwnSession.ts';
import type { Session as SessionOut } from '@cups/contracts/gen/cups/identity/v1/Session.ts';
import type { Session as Claims } from '@cups/rpc';
import { countryOf } from './domain/centres.ts';
import type { Centre } from './domain/centres.ts';
import { centresOfOperator } from './domain/operators.ts';
import type { Operator } from './domain/operators.ts';
import type { StoredSession } from './store.ts';

/** The gRPC border: from what identity knows to cups.identity.v1. */

export function toCentre(centre: Centre): CentreOut {
  return {
    name: nameOf('centres', centre.code),
    displayName: centre.name,
    kind: enumWord('CENTRE_KIND_', centre.kind),
    wave: centre.wave,
    status: enumWord('CENTRE_STATUS_', centre.status),
    district: centre.district ?? '',
    country: countryOf(centre),
    timeZone: centre.timeZone,
    languages: centre.languages,
    agencies: centre.agencies.map((agency) => nameOf('agencies', agency)),
    openApplicationLimit: centre.limits?.openApplications ?? 0,
    etag: `"${centre.hash}"`,
    transferTo: centre.transferTo === undefined ? '' : nameOf('centres', centre.transferTo),
  };
}

export function toOperator(operator: Operator, suspended: boolean): OperatorOut {
  return {
    name: nameOf('operators', operator.id),
    displayName: operator.displayName,
    roles: operator.roles.map((role) => enumWord('ROLE_', role)),
    centre: operator.centre ? nameOf('centres', operator.centre) : '',
    agency: operator.agency ? nameOf('agencies', operator.agency) : '',
    suspended,
    language: operator.language,
    centres: centresOfOperator(operator).map((code) => nameOf('centres', code)),
  };
}

/** An operator as colleagues see them: the name, and nothing of rights. */
export function toOperatorName({ id, displayName }: Operator): OperatorOut {
  return { name: nameOf('operators', id), displayName };
}

/** Where an operator works in a session. */
export interface Place {
  /** The one of now; undefined for who works at none. */
  centre: Centre | undefined;
  /** All where they work. */
  centres: Centre[];
  /** centres/{code} whose applications the one of now took over. */
  takesOver: string[];
}

export function toSession(session: StoredSession, operator: Operator, place: Place): SessionOut {
  const { centre, centres, takesOver } = place;
  return {
    id: session._id,
    operator: toOperator(operator, false),
    createTime: toTimestamp(session.createTime),
    expireTime: toTimestamp(session.expireTime),
    training: centre?.status === 'training',
    takesOver,
    centre: centre ? nameOf('centres', centre.code) : '',
    centres: centres.map(toCentre),
  };
}

/** @param current whether it is the session of the caller */
export const toOwnSession = (session: StoredSession, current: boolean): OwnSession => ({
  id: session._id,
  provider: session.provider,
  createTime: toTimestamp(session.createTime),
  expireTime: toTimestamp(session.expireTime),
  centre: session.centre ? nameOf('centres', session.centre) : '',
  current,
});

/** What the assertion of a session says. */
export function claimsOf(session: StoredSession, operator: Operator, { centre, takesOver }: Place): Claims {
  const claims: Claims = {
    operator: nameOf('operators', operator.id),
    roles: operator.roles,
    sid: session._id,
    expires: session.expireTime,
    language: operator.language,
  };
  if (centre) claims.centre = nameOf('centres', centre.code);
  if (takesOver.length > 0) claims.takesOver = takesOver;
  if (operator.agency) claims.agency = nameOf('agencies', operator.agency);
  return claims;
}
