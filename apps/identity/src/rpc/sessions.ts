import { isDeepStrictEqual } from 'node:util';
import { resourceName, parseResourceName } from '@cups/contracts';
import type { DataVersions } from '@cups/contracts';
import { fromTimestamp } from '@cups/contracts/proto';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { isProblem, Problem, staleReplica } from '@cups/problem';
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
import { findAwaitedWorkplace, rolesAt, resolveEmploymentStatus } from '../domain/staff.ts';
import { MAX_INHERITED_CENTRES, findInheritedCentres } from '../domain/centre-transfers.ts';
import type { PersonClaim } from '../person-claim.ts';
import type { IdentityProvider } from '../providers.ts';
import type { Sessions } from '../sessions.ts';
import type { StaffRepository } from '../staff.ts';
import type { StoredOperator, StoredSession } from '../store.ts';

export interface SessionParts {
  centres: () => Map<string, Centre>;
  agencies: () => ReadonlyMap<string, unknown>;
  providers: Map<string, IdentityProvider>;
  sessions: Sessions;
  staff: StaffRepository;
  keys: Pick<Keys, 'signSession'>;
  sessionMs: number;
  personClaim: PersonClaim;
  /** Centres that whoever names them may know better than this replica. */
  here: CentreLookup;
  versions: Pick<DataVersions, 'isBehind' | 'mayCome'>;
  now: () => Date;
}

type IdentityRpcs = Rpcs<IdentityServiceDefinition>;

/** An assertion says its end in whole seconds: one for less is none. */
const MIN_REMAINING_MS = 1000;

/** The calls about sessions: who signs in, at which of their centres, and until when. */
export function sessionRpcs(
  parts: SessionParts,
): Pick<IdentityRpcs, 'CreateSession' | keyof ReturnType<typeof ownSessionRpcs>> {
  return {
    async CreateSession({ provider: providerName, operator: proof, centre: centreName }, context) {
      const provider = parts.providers.get(providerName);
      if (!provider) throw new Problem({ reason: 'PROVIDER_UNKNOWN', message: 'There is no such identity provider.' });
      const centre = centreName === '' ? undefined : parseResourceName('centres', centreName, '/centre');
      const operator = await authenticate(parts, provider, proof.replace(/^operators\//, ''));
      // These providers are for tests and let anybody in: nothing of theirs is stronger than the rest.
      const strong = true;
      return beginSession(parts, { operator, provider: provider.name, centre, strong }, context);
    },
    ...ownSessionRpcs(parts),
  };
}

/** What is done in a session with sessions of the same operator. */
function ownSessionRpcs(
  parts: SessionParts,
): Pick<IdentityRpcs, 'GetSession' | 'SwitchCentre' | 'DeleteSession' | 'ListSessions' | 'EndSession'> {
  const { sessions, keys } = parts;
  return {
    async GetSession({ idleTime }, context) {
      const { session, operator, workplace } = await loadOwnSession(parts, context, MIN_REMAINING_MS);
      const idle = fromTimestamp(idleTime);
      if (idle) await sessions.recordIdleTime(session, idle, context);
      const here = await createSessionAndClaims(workplace.centre?.code, { session, operator, workplace }, parts);
      const isAsBefore = isDeepStrictEqual(comparableClaims(here.claims), comparableClaims(sessionOf(context)));
      return { session: here.session, assertion: isAsBefore ? '' : keys.signSession(here.claims) };
    },

    async SwitchCentre({ centre }, context) {
      const code = parseResourceName('centres', centre, '/centre');
      const { session, operator } = await loadOwnSession(parts, context, MIN_REMAINING_MS);
      const workplaceCodes = allowedWorkplaces(operator, session);
      assertOwnWorkplace(code, workplaceCodes);
      const workplace = await resolveSessionWorkplace(code, workplaceCodes, parts);
      await sessions.switchCentre(session._id, code, context);
      const isAwaited = findAwaitedWorkplace(operator, code) !== undefined;
      const current = isAwaited ? await parts.staff.recordSignIn(operator._id, code, signInCheck(code)) : operator;
      const there = await createSessionAndClaims(code, { session, operator: current, workplace }, parts);
      return { session: there.session, assertion: keys.signSession(there.claims) };
    },

    async DeleteSession(_request, context) {
      await sessions.end(sessionOf(context).sid);
      return {};
    },

    async ListSessions(_request, context) {
      const { session } = await loadOwnSession(parts, context);
      const own = await sessions.listActive(session.operator);
      return { sessions: own.map((one) => toOwnSession(one, one._id === session._id)) };
    },

    async EndSession({ id }, context) {
      const { session } = await loadOwnSession(parts, context);
      if (!(await sessions.endOne(id, session.operator))) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'There is no such session.' });
      }
      return {};
    },
  };
}

/** What an assertion says, beside the end of its session, which stays. */
const comparableClaims = (claims: Claims): object => Object.assign({}, claims, { expires: undefined });

/** Who signs in, how, and at which of their centres (by code; undefined: the first where they may work). */
export interface SessionStart extends Assurance {
  operator: StoredOperator;
  provider: string;
  centre: string | undefined;
  /** The session at the provider, by which it signs out. */
  index?: string;
  /** Who that is at the provider, as a hash. */
  subject?: string | undefined;
  /** When the provider lets the session end at the latest. */
  until?: Date | undefined;
}

/**
 * Returns whom a provider recognises; one that asks our staff may not find yet who has come with a file that this replica has not read.
 * @throws Problem as the provider, or UNKNOWN_HERE
 */
async function authenticate(
  { versions }: SessionParts,
  provider: IdentityProvider,
  proof: string,
): Promise<StoredOperator> {
  try {
    return await provider.signIn(proof);
  } catch (error) {
    const isNobody = isProblem(error) && error.reason === 'UNAUTHENTICATED';
    if (!isNobody || !(versions.isBehind('centres') || versions.isBehind('agencies'))) throw error;
    throw staleReplica('This replica has not read the newest files yet.');
  }
}

/**
 * Begins a session of somebody whom a provider has recognised: the one way in, whichever provider it was.
 * @throws Problem OPERATOR_SUSPENDED, UNAUTHENTICATED for who is gone, PERMISSION_DENIED, CENTRE_NOT_OPEN or CENTRE_CLOSED
 */
export async function beginSession(
  parts: SessionParts,
  { operator, provider, centre, index, subject, until, strong, only }: SessionStart,
  { requestId, traceparent }: Pick<Context, 'requestId' | 'traceparent'>,
) {
  const { sessions, staff, keys, sessionMs, now } = parts;
  const assurance = { strong, only };
  const code = centre ?? (await chooseWorkplace(operator, assurance, parts));
  // A suspension there has a reason of its own, below.
  const workplaceCodes = operator.places
    .map((one) => one.centre)
    .filter((one) => hasAllowedRoleAt(operator, one, assurance));
  if (code !== undefined) assertOwnWorkplace(code, workplaceCodes);
  const workplace = await resolveSessionWorkplace(code, allowedWorkplaces(operator, assurance), parts);
  // Taken before the look at the suspension: one that comes between ends the session.
  const createTime = now();
  const current = await staff.recordSignIn(operator._id, code, signInCheck(code));
  const longest = createTime.getTime() + Math.min(sessionMs, MAX_SESSION_MS);
  const expireTime = new Date(Math.min(longest, until?.getTime() ?? longest));
  const draft = { operator: operator._id, provider, expireTime, centre: code, index, subject, strong, only };
  const session = await sessions.begin(draft, { createTime, requestId, traceparent });
  const there = await createSessionAndClaims(code, { session, operator: current, workplace }, parts);
  return { session: there.session, assertion: keys.signSession(there.claims) };
}

/** A session as it is told, and what its assertion says. @param code of the centre where they work; undefined for none */
async function createSessionAndClaims(
  code: string | undefined,
  { session, operator, workplace }: { session: StoredSession; operator: StoredOperator; workplace: SessionWorkplace },
  { personClaim }: Pick<SessionParts, 'personClaim'>,
) {
  const there = operatorInSession(operator, code, session);
  return {
    session: toSession(session, there, workplace),
    claims: createSessionClaims(session, there, workplace, await personClaim(operator)),
  };
}

const signInCheck = (centre: string | undefined) => (staff: StoredOperator) => assertCanSignIn(staff, centre);

/** @throws Problem OPERATOR_SUSPENDED there or everywhere, UNAUTHENTICATED */
function assertCanSignIn(staff: StoredOperator, centre: string | undefined): void {
  const { left, suspended } = resolveEmploymentStatus(staff, centre);
  const isNowhere = centre === undefined && staff.places.length > 0 && rolesAt(staff).length === 0;
  assertNotSuspended({ suspended: suspended || isNowhere });
  if (left) throw new Problem({ reason: 'UNAUTHENTICATED', message: 'Nobody of that name signs in here.' });
}

/**
 * Returns the centre where somebody signs in who names none: the first of theirs that is open, the home before the others.
 * Undefined for a person with a role for the platform or an agency when no centre is open, and for a person without a centre.
 * @throws Problem CENTRE_NOT_OPEN or CENTRE_CLOSED where a person has centres alone and none is open; UNKNOWN_HERE while one may
 *   come or open yet
 */
async function chooseWorkplace(
  operator: StoredOperator,
  assurance: Assurance,
  { here, centres: all }: Pick<SessionParts, 'here' | 'centres'>,
): Promise<string | undefined> {
  const workplaceCodes = allowedWorkplaces(operator, assurance);
  await here.refreshIfMissing(workplaceCodes);
  const centres = all();
  const open = workplaceCodes.find((code) => CENTRE_LIFECYCLE[centres.get(code)?.status ?? 'closed'].canSignIn);
  const needsNone = workplaceCodes.length === 0 || allowedRoles(operator, undefined, assurance).length > 0;
  if (open !== undefined || needsNone) return open;
  here.assertFinal(workplaceCodes);
  const found = knownCentres(workplaceCodes, centres);
  assertCentreOpen(found.find(({ status }) => status !== 'closed')?.status ?? 'closed');
  return undefined;
}

/** @throws Problem PERMISSION_DENIED for a centre that is not among theirs */
function assertOwnWorkplace(code: string, workplaceCodes: string[]): void {
  if (workplaceCodes.includes(code)) return;
  throw new Problem({ reason: 'PERMISSION_DENIED', message: 'The operator does not work at this centre.' });
}

/**
 * Where an operator works from now on.
 * @param code of one of their centres; undefined for who works at none
 * @param workplaceCodes codes of the centres where they may work
 * @throws Problem CENTRE_NOT_OPEN or CENTRE_CLOSED where nobody signs in; UNKNOWN_HERE where this replica may not have read its
 *   file yet: no session at a centre is ever without it
 */
async function resolveSessionWorkplace(
  code: string | undefined,
  workplaceCodes: string[],
  { here, centres: all }: Pick<SessionParts, 'here' | 'centres'>,
): Promise<SessionWorkplace> {
  const centre = code === undefined ? undefined : await here.findForSignIn(code);
  if (code !== undefined) assertCentreOpen(centre?.status ?? 'planned');
  const centres = all();
  const taken = centre ? findInheritedCentres(centre.code, centres).slice(0, MAX_INHERITED_CENTRES) : [];
  return {
    centre,
    centres: knownCentres(workplaceCodes, centres),
    takesOver: taken.map((one) => resourceName('centres', one)),
  };
}

function knownCentres(codes: string[], centres: Map<string, Centre>): Centre[] {
  return codes.flatMap((code) => centres.get(code) ?? []);
}

/**
 * The stored session of the caller, checked; the operator as the store knows them now, at the centre of the assertion.
 * @param minRemainingMs how long it must last yet
 */
async function loadOwnSession(
  { sessions, staff, centres, here, versions, now }: SessionParts,
  context: Context,
  minRemainingMs = 0,
): Promise<{ session: StoredSession; operator: StoredOperator; workplace: SessionWorkplace }> {
  const { sid, operator: name, centre: at, takesOver = [] } = sessionOf(context);
  const code = at === undefined ? undefined : parseResourceName('centres', at);
  const [session, operator] = await Promise.all([sessions.find(sid), staff.get(parseResourceName('operators', name))]);
  assertSessionValid(
    session,
    operator && resolveEmploymentStatus(operator, code),
    new Date(now().getTime() + minRemainingMs),
  );
  if (!session || !operator) {
    if (versions.mayCome('staff', name)) throw staleReplica('This replica does not know the operator yet.');
    throw sessionExpired('nobody knows its operator');
  }
  // A file reaches replicas up to a minute apart: what is unknown here is known to the replica that signed them in.
  const centre = code === undefined ? undefined : await here.findForSession(code);
  if (code !== undefined) assertSessionCentreOpen(centre);
  assertHasRight(session, operator, code);
  return {
    session,
    operator,
    workplace: { centre, centres: knownCentres(allowedWorkplaces(operator, session), centres()), takesOver },
  };
}

/** @throws Problem SESSION_EXPIRED where nothing is left of what the beginning of the session allows */
function assertHasRight(session: StoredSession, operator: StoredOperator, code: string | undefined): void {
  const hasOne =
    code === undefined
      ? allowedRoles(operator, undefined, session).length > 0
      : hasAllowedRoleAt(operator, code, session);
  if (hasOne) return;
  throw new Problem({ reason: 'SESSION_EXPIRED', message: 'The session has no right any more. Sign in again.' });
}

/** @throws Problem SESSION_EXPIRED when nobody works at the centre any more, or nobody knows it */
function assertSessionCentreOpen(centre: Centre | undefined): void {
  // For good, and the newest that any replica knows: no session of it comes back.
  if (centre?.status === 'closed') throw sessionExpired('its centre is closed');
  if (!centre || !CENTRE_LIFECYCLE[centre.status].canSignIn) throw sessionExpired('its centre is not open');
}

const sessionExpired = (detail: string): Problem =>
  new Problem({ reason: 'SESSION_EXPIRED', message: `The session has ended: ${detail}.` });
