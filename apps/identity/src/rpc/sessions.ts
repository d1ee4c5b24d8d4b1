import { isDeepStrictEqual } from 'node:util';
import { nameOf, parseName } from '@cups/contracts';
import type { DataVersions } from '@cups/contracts';
import { fromTimestamp } from '@cups/contracts/proto';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { isProblem, Problem, unknownHere } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context, Keys, Rpcs, Session as Claims } from '@cups/rpc';
import { claimsOf, toOwnSession, toSession } from '../convert.ts';
import type { CentresHere } from '../centres-here.ts';
import type { Place } from '../convert.ts';
import type { Centre } from '../domain/centres.ts';
import { openPlacesWith, rolesWith, worksWith } from '../domain/assurance.ts';
import type { Assurance } from '../domain/assurance.ts';
import { assertSignsIn, LIFE } from '../domain/life.ts';
import { operatorIn } from '../domain/operators.ts';
import { assertNotSuspended, assertSessionCounts, MAX_SESSION_MS } from '../domain/sessions.ts';
import { awaitedAt, rolesAt, standingAt } from '../domain/staff.ts';
import { MAX_TAKEN_OVER, takenOverBy } from '../domain/transfers.ts';
import type { PersonClaim } from '../person-claim.ts';
import type { Provider } from '../providers.ts';
import type { Sessions } from '../sessions.ts';
import type { StaffBook } from '../staff.ts';
import type { StoredOperator, StoredSession } from '../store.ts';

export interface SessionParts {
  centres: () => Map<string, Centre>;
  agencies: () => ReadonlyMap<string, unknown>;
  providers: Map<string, Provider>;
  sessions: Sessions;
  staff: StaffBook;
  keys: Pick<Keys, 'signSession'>;
  sessionMs: number;
  personClaim: PersonClaim;
  /** Centres that whoever names them may know better than this replica. */
  here: CentresHere;
  versions: Pick<DataVersions, 'isBehind' | 'mayCome'>;
  now: () => Date;
}

type All = Rpcs<IdentityServiceDefinition>;

/** An assertion says its end in whole seconds: one for less is none. */
const LEAST_MS = 1000;

/** The calls about sessions: who signs in, at which of their centres, and until when. */
export function sessionRpcs(parts: SessionParts): Pick<All, 'CreateSession' | keyof ReturnType<typeof ownRpcs>> {
  return {
    async CreateSession({ provider: providerName, operator: proof, centre: named }, context) {
      const provider = parts.providers.get(providerName);
      if (!provider) throw new Problem({ reason: 'PROVIDER_UNKNOWN', message: 'There is no such identity provider.' });
      const centre = named === '' ? undefined : parseName('centres', named, '/centre');
      const operator = await recognised(parts, provider, proof.replace(/^operators\//, ''));
      // These providers are for tests and let anybody in: nothing of theirs is stronger than the rest.
      const strong = true;
      return beginSession(parts, { operator, provider: provider.name, centre, strong }, context);
    },
    ...ownRpcs(parts),
  };
}

/** What is done in a session with sessions of the same operator. */
function ownRpcs(
  parts: SessionParts,
): Pick<All, 'GetSession' | 'SwitchCentre' | 'DeleteSession' | 'ListSessions' | 'EndSession'> {
  const { sessions, keys } = parts;
  return {
    async GetSession({ idleTime }, context) {
      const { session, operator, place } = await ownSession(parts, context, LEAST_MS);
      const idle = fromTimestamp(idleTime);
      if (idle) await sessions.willIdle(session, idle, context);
      const here = await statedAt(place.centre?.code, { session, operator, place }, parts);
      const isAsBefore = isDeepStrictEqual(sayings(here.claims), sayings(sessionOf(context)));
      return { session: here.session, assertion: isAsBefore ? '' : keys.signSession(here.claims) };
    },

    async SwitchCentre({ centre }, context) {
      const code = parseName('centres', centre, '/centre');
      const { session, operator } = await ownSession(parts, context, LEAST_MS);
      const theirs = openPlacesWith(operator, session);
      assertTheirs(code, theirs);
      const place = await placeAt(code, theirs, parts);
      await sessions.moveTo(session._id, code, context);
      const isAwaited = awaitedAt(operator, code) !== undefined;
      const come = isAwaited ? await parts.staff.signedIn(operator._id, code, maySignIn(code)) : operator;
      const there = await statedAt(code, { session, operator: come, place }, parts);
      return { session: there.session, assertion: keys.signSession(there.claims) };
    },

    async DeleteSession(_request, context) {
      await sessions.end(sessionOf(context).sid);
      return {};
    },

    async ListSessions(_request, context) {
      const { session } = await ownSession(parts, context);
      const own = await sessions.of(session.operator);
      return { sessions: own.map((one) => toOwnSession(one, one._id === session._id)) };
    },

    async EndSession({ id }, context) {
      const { session } = await ownSession(parts, context);
      if (!(await sessions.endOne(id, session.operator))) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'There is no such session.' });
      }
      return {};
    },
  };
}

/** What an assertion says, beside the end of its session, which stays. */
const sayings = (claims: Claims): object => Object.assign({}, claims, { expires: undefined });

/** Who signs in, how, and at which of their centres (by code; undefined: the first where they may work). */
export interface SigningIn extends Assurance {
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
async function recognised({ versions }: SessionParts, provider: Provider, proof: string): Promise<StoredOperator> {
  try {
    return await provider.signIn(proof);
  } catch (error) {
    const isNobody = isProblem(error) && error.reason === 'UNAUTHENTICATED';
    if (!isNobody || !(versions.isBehind('centres') || versions.isBehind('agencies'))) throw error;
    throw unknownHere('This replica has not read the newest files yet.');
  }
}

/**
 * Begins a session of somebody whom a provider has recognised: the one way in, whichever provider it was.
 * @throws Problem OPERATOR_SUSPENDED, UNAUTHENTICATED for who is gone, PERMISSION_DENIED, CENTRE_NOT_OPEN or CENTRE_CLOSED
 */
export async function beginSession(
  parts: SessionParts,
  { operator, provider, centre, index, subject, until, strong, only }: SigningIn,
  { requestId, traceparent }: Pick<Context, 'requestId' | 'traceparent'>,
) {
  const { sessions, staff, keys, sessionMs, now } = parts;
  const assurance = { strong, only };
  const code = centre ?? (await workplaceOf(operator, assurance, parts));
  // A suspension there has a reason of its own, below.
  const theirs = operator.places.map((one) => one.centre).filter((one) => worksWith(operator, one, assurance));
  if (code !== undefined) assertTheirs(code, theirs);
  const place = await placeAt(code, openPlacesWith(operator, assurance), parts);
  // Taken before the look at the suspension: one that comes between ends the session.
  const createTime = now();
  const current = await staff.signedIn(operator._id, code, maySignIn(code));
  const longest = createTime.getTime() + Math.min(sessionMs, MAX_SESSION_MS);
  const expireTime = new Date(Math.min(longest, until?.getTime() ?? longest));
  const draft = { operator: operator._id, provider, expireTime, centre: code, index, subject, strong, only };
  const session = await sessions.begin(draft, { createTime, requestId, traceparent });
  const there = await statedAt(code, { session, operator: current, place }, parts);
  return { session: there.session, assertion: keys.signSession(there.claims) };
}

/** A session as it is told, and what its assertion says. @param code of the centre where they work; undefined for none */
async function statedAt(
  code: string | undefined,
  { session, operator, place }: { session: StoredSession; operator: StoredOperator; place: Place },
  { personClaim }: Pick<SessionParts, 'personClaim'>,
) {
  const there = operatorIn(operator, code, session);
  return {
    session: toSession(session, there, place),
    claims: claimsOf(session, there, place, await personClaim(operator)),
  };
}

const maySignIn = (centre: string | undefined) => (staff: StoredOperator) => assertMaySignIn(staff, centre);

/** @throws Problem OPERATOR_SUSPENDED there or everywhere, UNAUTHENTICATED */
function assertMaySignIn(staff: StoredOperator, centre: string | undefined): void {
  const { left, suspended } = standingAt(staff, centre);
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
async function workplaceOf(
  operator: StoredOperator,
  assurance: Assurance,
  { here, centres: all }: Pick<SessionParts, 'here' | 'centres'>,
): Promise<string | undefined> {
  const theirs = openPlacesWith(operator, assurance);
  await here.lookFor(theirs);
  const centres = all();
  const open = theirs.find((code) => LIFE[centres.get(code)?.status ?? 'closed'].signsIn);
  const needsNone = theirs.length === 0 || rolesWith(operator, undefined, assurance).length > 0;
  if (open !== undefined || needsNone) return open;
  here.mustBeFinal(theirs);
  const found = known(theirs, centres);
  assertSignsIn(found.find(({ status }) => status !== 'closed')?.status ?? 'closed');
  return undefined;
}

/** @throws Problem PERMISSION_DENIED for a centre that is not among theirs */
function assertTheirs(code: string, theirs: string[]): void {
  if (theirs.includes(code)) return;
  throw new Problem({ reason: 'PERMISSION_DENIED', message: 'The operator does not work at this centre.' });
}

/**
 * Where an operator works from now on.
 * @param code of one of their centres; undefined for who works at none
 * @param theirs codes of the centres where they may work
 * @throws Problem CENTRE_NOT_OPEN or CENTRE_CLOSED where nobody signs in; UNKNOWN_HERE where this replica may not have read its
 *   file yet: no session at a centre is ever without it
 */
async function placeAt(
  code: string | undefined,
  theirs: string[],
  { here, centres: all }: Pick<SessionParts, 'here' | 'centres'>,
): Promise<Place> {
  const centre = code === undefined ? undefined : await here.workplace(code);
  if (code !== undefined) assertSignsIn(centre?.status ?? 'planned');
  const centres = all();
  const taken = centre ? takenOverBy(centre.code, centres).slice(0, MAX_TAKEN_OVER) : [];
  return { centre, centres: known(theirs, centres), takesOver: taken.map((one) => nameOf('centres', one)) };
}

function known(codes: string[], centres: Map<string, Centre>): Centre[] {
  return codes.flatMap((code) => centres.get(code) ?? []);
}

/**
 * The stored session of the caller, checked; the operator as the store knows them now, at the centre of the assertion.
 * @param leastMs how long it must last yet
 */
async function ownSession(
  { sessions, staff, centres, here, versions, now }: SessionParts,
  context: Context,
  leastMs = 0,
): Promise<{ session: StoredSession; operator: StoredOperator; place: Place }> {
  const { sid, operator: name, centre: at, takesOver = [] } = sessionOf(context);
  const code = at === undefined ? undefined : parseName('centres', at);
  const [session, operator] = await Promise.all([sessions.find(sid), staff.get(parseName('operators', name))]);
  assertSessionCounts(session, operator && standingAt(operator, code), new Date(now().getTime() + leastMs));
  if (!session || !operator) {
    if (versions.mayCome('staff', name)) throw unknownHere('This replica does not know the operator yet.');
    throw hasEnded('nobody knows its operator');
  }
  // A file reaches replicas up to a minute apart: what is unknown here is known to the replica that signed them in.
  const centre = code === undefined ? undefined : await here.ofSession(code);
  if (code !== undefined) assertServes(centre);
  assertHasRight(session, operator, code);
  return {
    session,
    operator,
    place: { centre, centres: known(openPlacesWith(operator, session), centres()), takesOver },
  };
}

/** @throws Problem SESSION_EXPIRED where nothing is left of what the beginning of the session allows */
function assertHasRight(session: StoredSession, operator: StoredOperator, code: string | undefined): void {
  const hasOne =
    code === undefined ? rolesWith(operator, undefined, session).length > 0 : worksWith(operator, code, session);
  if (hasOne) return;
  throw new Problem({ reason: 'SESSION_EXPIRED', message: 'The session has no right any more. Sign in again.' });
}

/** @throws Problem SESSION_EXPIRED when nobody works at the centre any more, or nobody knows it */
function assertServes(centre: Centre | undefined): void {
  // For good, and the newest that any replica knows: no session of it comes back.
  if (centre?.status === 'closed') throw hasEnded('its centre is closed');
  if (!centre || !LIFE[centre.status].signsIn) throw hasEnded('its centre is not open');
}

const hasEnded = (why: string): Problem =>
  new Problem({ reason: 'SESSION_EXPIRED', message: `The session has ended: ${why}.` });
