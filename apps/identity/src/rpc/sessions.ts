import { isDeepStrictEqual } from 'node:util';
import { resourceName, parseResourceName } from '@cups/contracts';
import type { DataVersions } from '@cups/contracts';
import { fromTimestamp } from '@cups/contracts/proto';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { isProblem, Problem, staleReplica } from '@cups/problem';
import type { Agency } from '@cups/registry';
import { sessionOf } from '@cups/rpc';
import type { Context, Keys, Rpcs, Session as Claims } from '@cups/rpc';
import { createSessionClaims, toOwnSession, toSession } from '../convert.ts';
import type { CentreLookup } from '../centre-lookup.ts';
import type { SessionWorkplace } from '../convert.ts';
import type { Centre } from '../domain/centres.ts';
import { allowedWorkplaces, allowedRoles, hasAllowedRoleAt } from '../domain/assurance.ts';
import type { Assurance } from '../domain/assurance.ts';
import { assertCentreOpen, CENTRE_LIFECYCLE } from '../domain/centre-lifecycle.ts';
import { operatorInSession } from '../domain/operators.ts';
import { assertNotSuspended, assertSessionValid, MAX_SESSION_MS } from '../domain/sessions.ts';
import { findInvitedWorkplace, rolesAt, resolveEmploymentStatus } from '../domain/staff.ts';
import { MAX_INHERITED_CENTRES, findInheritedCentres } from '../domain/centre-transfers.ts';
import type { PersonClaim } from '../person-claim.ts';
import type { IdentityProvider } from '../providers.ts';
import type { Sessions } from '../sessions.ts';
import type { StaffRepository } from '../staff.ts';
import type { StoredOperator, StoredSession } from '../store.ts';

export interface SessionParts {
  centres: () => Map<string, Centre>;
  agencies: () => ReadonlyMap<string, Pick<Agency, 'name'>>;
  providers: Map<string, IdentityProvider>;
  sessions: Sessions;
  staff: StaffRepository;
  keys: Pick<Keys, 'signSession'>;
  sessionMs: number;
  personClaim: PersonClaim;
  /** Finds centres that the caller may know before this replica does. */
  centreLookup: CentreLookup;
  versions: Pick<DataVersions, 'isBehind' | 'mayCome'>;
  now: () => Date;
}

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;

/** Assertions expire in whole seconds, so a shorter one would already be expired. */
const MIN_REMAINING_MS = 1000;

/** Returns the handlers of session methods. */
export function sessionRpcs(
  parts: SessionParts,
): Pick<IdentityRpcs, 'CreateSession' | keyof ReturnType<typeof ownSessionRpcs>> {
  return {
    async CreateSession({ provider: providerName, operator: proof, centre: centreName }, context) {
      const provider = parts.providers.get(providerName);
      if (!provider)
        throw new Problem({ reason: 'IDENTITY_PROVIDER_UNKNOWN', message: 'Identity provider not found.' });
      const centre = centreName === '' ? undefined : parseResourceName('centres', centreName, '/centre');
      const operator = await authenticate(parts, provider, proof.replace(/^operators\//, ''));
      // Test providers check nothing, so a second factor would add nothing.
      return beginSession(parts, { operator, provider: provider.name, centre, multiFactor: true }, context);
    },
    ...ownSessionRpcs(parts),
  };
}

function ownSessionRpcs(
  parts: SessionParts,
): Pick<IdentityRpcs, 'GetSession' | 'SwitchCentre' | 'DeleteSession' | 'ListSessions' | 'EndSession'> {
  const { sessions, keys } = parts;
  return {
    async GetSession({ idleExpireTime }, context) {
      const { session, operator, workplace } = await loadOwnSession(parts, context, MIN_REMAINING_MS);
      const idle = fromTimestamp(idleExpireTime);
      if (idle) await sessions.recordIdleExpireTime(session, idle, context);
      const current = await createSessionAndClaims(workplace.centre?.code, { session, operator, workplace }, parts);
      const isUnchanged = isDeepStrictEqual(comparableClaims(current.claims), comparableClaims(sessionOf(context)));
      return { session: current.session, assertion: isUnchanged ? '' : keys.signSession(current.claims) };
    },

    async SwitchCentre({ centre }, context) {
      const code = parseResourceName('centres', centre, '/centre');
      const { session, operator } = await loadOwnSession(parts, context, MIN_REMAINING_MS);
      const workplaceCodes = allowedWorkplaces(operator, session);
      assertOwnWorkplace(code, workplaceCodes);
      const workplace = await resolveSessionWorkplace(code, workplaceCodes, parts);
      await sessions.switchCentre(session._id, code, context);
      const isInvited = findInvitedWorkplace(operator, code) !== undefined;
      const current = isInvited ? await parts.staff.recordSignIn(operator._id, code, signInCheck(code)) : operator;
      const switched = await createSessionAndClaims(code, { session, operator: current, workplace }, parts);
      return { session: switched.session, assertion: keys.signSession(switched.claims) };
    },

    async DeleteSession(_request, context) {
      await sessions.end(sessionOf(context).sid);
      return {};
    },

    async ListSessions(_request, context) {
      const { session } = await loadOwnSession(parts, context);
      const own = await sessions.listActive(session.operator);
      return { sessions: own.map((other) => toOwnSession(other, other._id === session._id)) };
    },

    async EndSession({ id }, context) {
      const { session } = await loadOwnSession(parts, context);
      if (!(await sessions.endOne(id, session.operator))) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'Session not found.' });
      }
      return {};
    },
  };
}

/** Returns the claims without the expiry, which does not change. */
const comparableClaims = (claims: Claims): object => Object.assign({}, claims, { expires: undefined });

/** The data of a new session. */
export interface SessionStart extends Assurance {
  operator: StoredOperator;
  provider: string;
  /** Code; undefined for the first open workplace. */
  centre: string | undefined;
  /** Session index at the provider, for sign-out. */
  sessionIndex?: string;
  /** Hash of the subject at the provider. */
  subject?: string | undefined;
  /** Latest expiry that the provider allows. */
  notOnOrAfter?: Date | undefined;
}

/**
 * Returns the operator that the provider recognises.
 * @throws Problem of the provider; STALE_REPLICA if the operator may come from a file that this replica has not read
 */
async function authenticate(
  { versions }: SessionParts,
  provider: IdentityProvider,
  proof: string,
): Promise<StoredOperator> {
  try {
    return await provider.signIn(proof);
  } catch (error) {
    const isUnknown = isProblem(error) && error.reason === 'UNAUTHENTICATED';
    if (!isUnknown || !(versions.isBehind('centres') || versions.isBehind('agencies'))) throw error;
    throw staleReplica('This replica has not read the newest files yet.');
  }
}

/**
 * Begins a session of an authenticated operator. Every provider's sign-in ends here.
 * @throws Problem OPERATOR_SUSPENDED, UNAUTHENTICATED, PERMISSION_DENIED, CENTRE_NOT_OPEN, CENTRE_CLOSED
 */
export async function beginSession(
  parts: SessionParts,
  { operator, provider, centre, sessionIndex, subject, notOnOrAfter, multiFactor, assertedRights }: SessionStart,
  { requestId, traceparent }: Pick<Context, 'requestId' | 'traceparent'>,
) {
  const { sessions, staff, keys, sessionMs, now } = parts;
  const assurance = { multiFactor, assertedRights };
  const code = centre ?? (await chooseWorkplace(operator, assurance, parts));
  // Suspended workplaces included: recordSignIn rejects them with a reason of their own.
  const workplaceCodes = operator.workplaces
    .map((entry) => entry.centre)
    .filter((workplaceCode) => hasAllowedRoleAt(operator, workplaceCode, assurance));
  if (code !== undefined) assertOwnWorkplace(code, workplaceCodes);
  const workplace = await resolveSessionWorkplace(code, allowedWorkplaces(operator, assurance), parts);
  // Read before the suspension check, so that a concurrent suspension ends this session.
  const createTime = now();
  const current = await staff.recordSignIn(operator._id, code, signInCheck(code));
  const longest = createTime.getTime() + Math.min(sessionMs, MAX_SESSION_MS);
  const expireTime = new Date(Math.min(longest, notOnOrAfter?.getTime() ?? longest));
  const draft = {
    operator: operator._id,
    provider,
    expireTime,
    centre: code,
    sessionIndex,
    subject,
    multiFactor,
    assertedRights,
  };
  const session = await sessions.begin(draft, { createTime, requestId, traceparent });
  const begun = await createSessionAndClaims(code, { session, operator: current, workplace }, parts);
  return { session: begun.session, assertion: keys.signSession(begun.claims) };
}

/** @param code of the current centre; undefined for none */
async function createSessionAndClaims(
  code: string | undefined,
  { session, operator, workplace }: { session: StoredSession; operator: StoredOperator; workplace: SessionWorkplace },
  { personClaim, agencies }: Pick<SessionParts, 'personClaim' | 'agencies'>,
) {
  const sessionOperator = operatorInSession(operator, code, session);
  const { agency = '' } = sessionOperator;
  return {
    session: toSession(session, sessionOperator, workplace, agencies().get(agency)?.name),
    claims: createSessionClaims(session, sessionOperator, workplace, await personClaim(operator)),
  };
}

const signInCheck = (centre: string | undefined) => (staff: StoredOperator) => assertCanSignIn(staff, centre);

/** @throws Problem OPERATOR_SUSPENDED, UNAUTHENTICATED */
function assertCanSignIn(staff: StoredOperator, centre: string | undefined): void {
  const { left, suspended } = resolveEmploymentStatus(staff, centre);
  const isNowhere = centre === undefined && staff.workplaces.length > 0 && rolesAt(staff).length === 0;
  assertNotSuspended({ suspended: suspended || isNowhere });
  if (left)
    throw new Problem({
      reason: 'UNAUTHENTICATED',
      message: 'The operator is unknown or no longer works here.',
    });
}

/**
 * Returns the code of the first open workplace, home centre first.
 * Undefined without a centre, and for an operator with a platform or agency role while none of their centres is open.
 * @throws Problem CENTRE_NOT_OPEN or CENTRE_CLOSED if centres are the only positions and none is open;
 *   STALE_REPLICA while a centre may still arrive or open
 */
async function chooseWorkplace(
  operator: StoredOperator,
  assurance: Assurance,
  { centreLookup, centres: all }: Pick<SessionParts, 'centreLookup' | 'centres'>,
): Promise<string | undefined> {
  const workplaceCodes = allowedWorkplaces(operator, assurance);
  await centreLookup.refreshIfMissing(workplaceCodes);
  const centres = all();
  const open = workplaceCodes.find((code) => CENTRE_LIFECYCLE[centres.get(code)?.status ?? 'closed'].canSignIn);
  const needsNone = workplaceCodes.length === 0 || allowedRoles(operator, undefined, assurance).length > 0;
  if (open !== undefined || needsNone) return open;
  centreLookup.assertFinal(workplaceCodes);
  const found = knownCentres(workplaceCodes, centres);
  assertCentreOpen(found.find(({ status }) => status !== 'closed')?.status ?? 'closed');
  return undefined;
}

/** @throws Problem PERMISSION_DENIED if the centre is not a workplace of the operator */
function assertOwnWorkplace(code: string, workplaceCodes: string[]): void {
  if (workplaceCodes.includes(code)) return;
  throw new Problem({ reason: 'PERMISSION_DENIED', message: 'The operator does not work at this centre.' });
}

/**
 * Returns the centres of a session.
 * @param code of the current centre; undefined for none
 * @param workplaceCodes codes of all available centres
 * @throws Problem CENTRE_NOT_OPEN, CENTRE_CLOSED; STALE_REPLICA if this replica may not have read the file yet
 */
async function resolveSessionWorkplace(
  code: string | undefined,
  workplaceCodes: string[],
  { centreLookup, centres: all }: Pick<SessionParts, 'centreLookup' | 'centres'>,
): Promise<SessionWorkplace> {
  const centre = code === undefined ? undefined : await centreLookup.findForSignIn(code);
  if (code !== undefined) assertCentreOpen(centre?.status ?? 'planned');
  const centres = all();
  const inherited = centre ? findInheritedCentres(centre.code, centres).slice(0, MAX_INHERITED_CENTRES) : [];
  return {
    centre,
    centres: knownCentres(workplaceCodes, centres),
    inheritedCentres: inherited.map((inheritedCode) => resourceName('centres', inheritedCode)),
  };
}

function knownCentres(codes: string[], centres: Map<string, Centre>): Centre[] {
  return codes.flatMap((code) => centres.get(code) ?? []);
}

/**
 * Returns the validated session of the caller, the stored operator, and the centres of the session.
 * @param minRemainingMs minimum remaining lifetime of the session
 * @throws Problem OPERATOR_SUSPENDED, SESSION_EXPIRED, STALE_REPLICA
 */
export async function loadOwnSession(
  { sessions, staff, centres, centreLookup, versions, now }: SessionParts,
  context: Context,
  minRemainingMs = 0,
): Promise<{ session: StoredSession; operator: StoredOperator; workplace: SessionWorkplace }> {
  const { sid, operator: name, centre: centreName, inheritedCentres = [] } = sessionOf(context);
  const code = centreName === undefined ? undefined : parseResourceName('centres', centreName);
  const [session, operator] = await Promise.all([sessions.find(sid), staff.get(parseResourceName('operators', name))]);
  assertSessionValid(
    session,
    operator && resolveEmploymentStatus(operator, code),
    new Date(now().getTime() + minRemainingMs),
  );
  if (!session || !operator) {
    if (versions.mayCome('staff', name)) throw staleReplica('This replica has not loaded the operator yet.');
    throw sessionExpired('its operator does not exist');
  }
  // Files reach replicas up to a minute apart, so the replica that signed the operator in may know more.
  const centre = code === undefined ? undefined : await centreLookup.findForSession(code);
  if (code !== undefined) assertSessionCentreOpen(centre);
  assertHasRight(session, operator, code);
  return {
    session,
    operator,
    workplace: { centre, centres: knownCentres(allowedWorkplaces(operator, session), centres()), inheritedCentres },
  };
}

/** @throws Problem SESSION_EXPIRED if the operator has no role left that the assurance allows */
function assertHasRight(session: StoredSession, operator: StoredOperator, code: string | undefined): void {
  const hasRole =
    code === undefined
      ? allowedRoles(operator, undefined, session).length > 0
      : hasAllowedRoleAt(operator, code, session);
  if (hasRole) return;
  throw new Problem({ reason: 'SESSION_EXPIRED', message: 'The session has no permission left. Sign in again.' });
}

/** @throws Problem SESSION_EXPIRED if the centre is closed, not open or unknown */
function assertSessionCentreOpen(centre: Centre | undefined): void {
  // Closed is final, so the state is current even if this replica lags.
  if (centre?.status === 'closed') throw sessionExpired('its centre is closed');
  if (!centre || !CENTRE_LIFECYCLE[centre.status].canSignIn) throw sessionExpired('its centre is not open');
}

const sessionExpired = (detail: string): Problem =>
  new Problem({ reason: 'SESSION_EXPIRED', message: `The session has ended: ${detail}.` });
