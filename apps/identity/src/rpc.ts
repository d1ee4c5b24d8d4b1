import { nameOf, parseName, parseRequestId } from '@cups/contracts';
import { enumWord, messageType, toTimestamp } from '@cups/contracts/proto';
import type { Centre as CentreOut } from '@cups/contracts/gen/cups/identity/v1/Centre.ts';
import type { CentreChanged } from '@cups/contracts/gen/cups/identity/v1/CentreChanged.ts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import type { Operator as OperatorOut } from '@cups/contracts/gen/cups/identity/v1/Operator.ts';
import type { Session as SessionOut } from '@cups/contracts/gen/cups/identity/v1/Session.ts';
import { Problem } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context, Keys, Rpcs, Session as Claims } from '@cups/rpc';
import { fingerprint, pageSizeOf, pageToken, readPageToken } from '@cups/contracts/node';
import type { Documents, NewEvent } from '@cups/store';
import type { Centre } from './domain/centres.ts';
import type { Operator } from './domain/operators.ts';
import { MAX_SESSION_MS, assertSessionCounts, assertNotSuspended } from './domain/sessions.ts';
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

/** The calls of identity. */
export function identityRpcs(parts: Parts): Rpcs<IdentityServiceDefinition> {
  const { centres, providers, sessions, standings, keys, now } = parts;

  /** The stored session of the caller, checked; the operator as the provider knows them now. */
  async function ownSession(context: Context): Promise<{ stored: StoredSession; operator: Operator }> {
    const { sid, operator: name } = sessionOf(context);
    const [stored, standing] = await Promise.all([
      sessions.find(sid),
      standings.get(parseName('operators', name), { scope: 'service' }),
    ]);
    assertSessionCounts(stored, standing, now());
    const operator = stored && providers.get(stored.provider)?.find(stored.operator);
    // A file reaches replicas up to a minute apart: who is unknown here is known to the replica that signed them in.
    if (!stored || !operator) throw unknownHere('This replica does not know the operator yet.');
    return { stored, operator };
  }

  function operatorNamed(name: string): Operator {
    const id = parseName('operators', name);
    for (const provider of providers.values()) {
      const operator = provider.find(id);
      if (operator) return operator;
    }
    throw new Problem({ reason: 'NOT_FOUND', message: 'No such operator.' });
  }

  async function suspend(request: { requestId: string; name: string }, context: Context, suspended: boolean) {
    const operator = operatorNamed(request.name);
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

  return {
    async CreateSession({ provider: providerName, operator: proof }, context) {
      const provider = providers.get(providerName);
      if (!provider)
        throw new Problem({
          reason: 'PROVIDER_UNKNOWN',
          message: 'There is no such identity provider.',
        });
      const operator = await provider.signIn(proof.replace(/^operators\//, ''));
      // Taken before the look at the suspension: one that comes between ends the session.
      const createTime = now();
      assertNotSuspended(await standings.get(operator.id, { scope: 'service' }));
      const expireTime = new Date(createTime.getTime() + Math.min(parts.sessionMs, MAX_SESSION_MS));
      const { requestId, traceparent } = context;
      const document = await sessions.begin(
        { operator: operator.id, provider: provider.name, expireTime },
        { createTime, requestId, traceparent },
      );
      const claims: Claims = {
        operator: nameOf('operators', operator.id),
        roles: operator.roles,
        sid: document._id,
        expires: expireTime,
        language: operator.language,
        ...(operator.centre ? { centre: nameOf('centres', operator.centre) } : {}),
        ...(operator.agency ? { agency: nameOf('agencies', operator.agency) } : {}),
      };
      return { session: toSession(document, operator), assertion: keys.signSession(claims) };
    },

    async GetSession(_request, context) {
      const { stored, operator } = await ownSession(context);
      return { session: toSession(stored, operator) };
    },

    async DeleteSession(_request, context) {
      await sessions.end(sessionOf(context).sid);
      return {};
    },

    async ListOperators({ centre, pageSize, pageToken: token }) {
      const code = centre ? parseName('centres', centre, 'centre') : '';
      if (!providers.has('local')) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'No provider here lists its operators.' });
      }
      const offered = [...providers.values()].flatMap((provider) => provider.offers());
      const matching = code ? offered.filter((operator) => operator.centre === code) : offered;
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

    SuspendOperator: (request, context) => suspend(request, context, true),
    ReinstateOperator: (request, context) => suspend(request, context, false),

    async GetCentre({ name }, context) {
      const centre = centres().get(parseName('centres', name));
      if (!centre && context.session?.centre === name) {
        throw unknownHere('This replica does not know the centre of the session yet.');
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

/** What cups.centres is told of a centre: the topic is compacted, the last event of a code is the whole truth. */
export function centreChanged(centre: Centre): NewEvent {
  const data = messageType<CentreChanged>('cups.identity.v1.CentreChanged').encode({ centre: toCentre(centre) });
  return {
    topic: 'cups.centres',
    key: centre.code,
    type: 'cups.identity.v1.CentreChanged',
    subject: nameOf('centres', centre.code),
    sequenced: true,
    data,
  };
}

/** The centre for the wire. */
function toCentre(centre: Centre): CentreOut {
  return {
    name: nameOf('centres', centre.code),
    displayName: centre.name,
    kind: enumWord('CENTRE_KIND_', centre.kind),
    wave: centre.wave,
    status: enumWord('CENTRE_STATUS_', centre.status),
    district: centre.district ?? '',
    timeZone: centre.timeZone,
    languages: centre.languages,
    agencies: centre.agencies.map((agency) => nameOf('agencies', agency)),
    openApplicationLimit: centre.limits?.openApplications ?? 0,
    etag: `"${centre.hash}"`,
  };
}

function toOperator(operator: Operator, suspended: boolean): OperatorOut {
  return {
    name: nameOf('operators', operator.id),
    displayName: operator.displayName,
    roles: operator.roles.map((role) => enumWord('ROLE_', role)),
    centre: operator.centre ? nameOf('centres', operator.centre) : '',
    agency: operator.agency ? nameOf('agencies', operator.agency) : '',
    suspended,
  };
}

function toSession(session: StoredSession, operator: Operator): SessionOut {
  return {
    id: session._id,
    operator: toOperator(operator, false),
    createTime: toTimestamp(session.createTime),
    expireTime: toTimestamp(session.expireTime),
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
