import { nameOf, parseName, parseRequestId } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { fingerprint, pageSizeOf, pageToken, readPageToken } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context, Keys, Rpcs } from '@cups/rpc';
import type { Documents } from '@cups/store';
import { claimsOf, toCentre, toOperator, toOperatorName, toSession } from './convert.ts';
import type { Centre } from './domain/centres.ts';
import { assertSignsIn, LIFE } from './domain/life.ts';
import type { Operator } from './domain/operators.ts';
import { assertNotSuspended, assertSessionCounts, MAX_SESSION_MS } from './domain/sessions.ts';
import { MAX_TAKEN_OVER, takenOverBy } from './domain/transfers.ts';
import type { Provider } from './providers.ts';
import type { Sessions } from './sessions.ts';
import { setSuspended } from './store.ts';
import type { StoredSession, StoredStanding } from './store.ts';

export interface Parts {
  centres: () => Map<string, Centre>;
  providers: Map<string, Provider>;
  sessions: Sessions;
  standings: Documents<StoredStanding>;
  keys: Pick<Keys, 'signSession'>;
  sessionMs: number;
  now: () => Date;
}

type All = Rpcs<IdentityServiceDefinition>;

/** Operators that one call may name. */
const MOST_NAMED = 200;

/** The calls of identity. */
export function identityRpcs(parts: Parts): All {
  return { ...sessionRpcs(parts), ...operatorRpcs(parts), ...centreRpcs(parts) };
}

function sessionRpcs(parts: Parts): Pick<All, 'CreateSession' | 'GetSession' | 'DeleteSession'> {
  const { providers, sessions, standings, keys, sessionMs, now } = parts;
  return {
    async CreateSession({ provider: providerName, operator: proof }, { requestId, traceparent }) {
      const provider = providers.get(providerName);
      if (!provider) throw new Problem({ reason: 'PROVIDER_UNKNOWN', message: 'There is no such identity provider.' });
      const operator = await provider.signIn(proof.replace(/^operators\//, ''));
      const centre = homeOf(operator, parts.centres());
      if (centre) assertSignsIn(centre.status);
      // Taken before the look at the suspension: one that comes between ends the session.
      const createTime = now();
      assertNotSuspended(await standings.get(operator.id, { scope: 'service' }));
      const expireTime = new Date(createTime.getTime() + Math.min(sessionMs, MAX_SESSION_MS));
      const session = await sessions.begin(
        { operator: operator.id, provider: provider.name, expireTime },
        { createTime, requestId, traceparent },
      );
      const taken = centre ? takenOverBy(centre.code, parts.centres()).slice(0, MAX_TAKEN_OVER) : [];
      const home = { centre, takesOver: taken.map((code) => nameOf('centres', code)) };
      const assertion = keys.signSession(claimsOf(session, operator, home));
      return { session: toSession(session, operator, home), assertion };
    },

    async GetSession(_request, context) {
      const { session, operator } = await ownSession(parts, context);
      const home = { centre: homeOf(operator, parts.centres()), takesOver: sessionOf(context).takesOver ?? [] };
      return { session: toSession(session, operator, home) };
    },

    async DeleteSession(_request, context) {
      await sessions.end(sessionOf(context).sid);
      return {};
    },
  };
}

/** The stored session of the caller, checked; the operator as the provider knows them now. */
async function ownSession(
  { sessions, standings, providers, centres, now }: Parts,
  context: Context,
): Promise<{ session: StoredSession; operator: Operator }> {
  const { sid, operator: name } = sessionOf(context);
  const [session, standing] = await Promise.all([
    sessions.find(sid),
    standings.get(parseName('operators', name), { scope: 'service' }),
  ]);
  assertSessionCounts(session, standing, now());
  const operator = session && providers.get(session.provider)?.find(session.operator);
  // A file reaches replicas up to a minute apart: who is unknown here is known to the replica that signed them in.
  if (!session || !operator) throw unknownHere('This replica does not know the operator yet.');
  const status = homeOf(operator, centres())?.status;
  // For good, and the newest that any replica knows: no session of it comes back.
  if (status === 'closed')
    throw new Problem({ reason: 'SESSION_EXPIRED', message: 'The session has ended: its centre is closed.' });
  // Whoever signed the operator in knew that the centre has opened.
  if (status && !LIFE[status].signsIn) throw unknownHere('This replica does not know that the centre has opened yet.');
  return { session, operator };
}

/** The centre that an operator works at; undefined for the others. */
function homeOf({ centre }: Operator, centres: ReadonlyMap<string, Centre>): Centre | undefined {
  return centre === undefined ? undefined : centres.get(centre);
}

function operatorRpcs(
  parts: Parts,
): Pick<All, 'ListOperators' | 'BatchGetOperators' | 'SuspendOperator' | 'ReinstateOperator'> {
  const { providers, standings, centres } = parts;
  return {
    async ListOperators({ centre, pageSize, pageToken: token }) {
      const code = centre ? parseName('centres', centre, '/centre') : '';
      if (!providers.has('local')) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'No provider here lists its operators.' });
      }
      const offered = [...providers.values()].flatMap((provider) => provider.offers());
      const places = centres();
      const signsIn = (operator: Operator): boolean => LIFE[homeOf(operator, places)?.status ?? 'active'].signsIn;
      const matching = offered.filter((operator) => (!code || operator.centre === code) && signsIn(operator));
      const page = pageOf(matching, (operator) => operator.id, { pageSize, pageToken: token, others: { centre } });
      const found = await standings.find(
        { _id: { $in: page.items.map(({ id }) => id) }, suspended: true },
        { scope: 'service' },
      );
      const suspended = new Set(found.map(({ _id }) => _id));
      return {
        operators: page.items.map((operator) => toOperator(operator, suspended.has(operator.id))),
        nextPageToken: page.nextPageToken,
      };
    },

    async BatchGetOperators({ names }) {
      if (names.length > MOST_NAMED) throw tooManyNames();
      const ids = names.map((name, at) => parseName('operators', name, `/names/${at}`));
      const known = [...new Set(ids)].flatMap((id) => operatorOf(providers, id) ?? []);
      return { operators: known.map(toOperatorName) };
    },

    SuspendOperator: (request, context) => suspend(parts, request, context, true),
    ReinstateOperator: (request, context) => suspend(parts, request, context, false),
  };
}

async function suspend(
  { providers, standings, sessions, now }: Parts,
  request: { requestId: string; name: string },
  context: Context,
  suspended: boolean,
) {
  const operator = operatorNamed(providers, request.name);
  const id = parseRequestId(request.requestId);
  const key = `${context.method}|${context.session?.operator ?? context.caller}`;
  // The content is the name that the document is stored under, so the key of the HMAC need not be a secret.
  const record = { id, key, fingerprint: fingerprint('identity', { name: request.name }) };
  const cause = { requestId: context.requestId, request: record, traceparent: context.traceparent };
  const { document, replayed } = await setSuspended(standings, operator.id, suspended, cause, now());
  // They do not count since that write; here they leave the store.
  if (document.endedBefore) await sessions.endOf(operator.id, document.endedBefore);
  return { operator: toOperator(operator, document.suspended), replayed };
}

function operatorNamed(providers: Map<string, Provider>, name: string): Operator {
  const operator = operatorOf(providers, parseName('operators', name));
  if (!operator) throw new Problem({ reason: 'NOT_FOUND', message: 'No such operator.' });
  return operator;
}

function operatorOf(providers: Map<string, Provider>, id: string): Operator | undefined {
  for (const provider of providers.values()) {
    const operator = provider.find(id);
    if (operator) return operator;
  }
  return undefined;
}

function tooManyNames(): Problem {
  const violations = [violation('/names', 'MAX_ITEMS', { most: MOST_NAMED })];
  return new Problem({ reason: 'INVALID_ARGUMENT', message: 'Too many operators at once.', violations });
}

function centreRpcs({ centres }: Parts): Pick<All, 'GetCentre' | 'ListCentres'> {
  return {
    async GetCentre({ name }, context) {
      const centre = centres().get(parseName('centres', name));
      // Who has a session at a centre has signed in there, so a replica that has it as planned lags behind.
      const isBehind = centre === undefined || centre.status === 'planned';
      if (isBehind && context.session?.centre === name) {
        throw unknownHere('This replica does not know yet that the centre of the session is there, or open.');
      }
      if (!centre) throw new Problem({ reason: 'NOT_FOUND', message: 'No such centre.' });
      return { centre: toCentre(centre) };
    },

    async ListCentres({ pageSize, pageToken: token }) {
      const page = pageOf([...centres().values()], (centre) => centre.code, { pageSize, pageToken: token, others: 0 });
      return { centres: page.items.map(toCentre), nextPageToken: page.nextPageToken };
    },
  };
}

/** A page of what is in memory, ordered by id. */
function pageOf<T>(
  all: T[],
  idOf: (item: T) => string,
  { pageSize, pageToken: token, others }: { pageSize: number; pageToken: string; others: unknown },
): { items: T[]; nextPageToken: string } {
  const size = pageSizeOf(pageSize);
  const after = readPageToken(token, others);
  const rest = after === undefined ? all : all.filter((item) => idOf(item) > after);
  const items = rest.slice(0, size);
  const last = items.at(-1);
  return { items, nextPageToken: rest.length > size && last ? pageToken(idOf(last), others) : '' };
}

/** UNAVAILABLE, so that a client asks again by itself, and with that another replica. */
function unknownHere(message: string): Problem {
  return new Problem({ reason: 'UNKNOWN_HERE', message });
}
