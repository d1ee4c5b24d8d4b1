import { parseName, parseRequestId } from '@cups/contracts';
import type { IdentityServiceDefinition } from '@cups/contracts/gen/cups/identity/v1/IdentityService.ts';
import { fingerprint, pageSizeOf, pageToken, readPageToken } from '@cups/contracts/node';
import { Problem, violation } from '@cups/problem';
import type { Context, Rpcs } from '@cups/rpc';
import { toCentre, toOperator, toOperatorName } from './convert.ts';
import { LIFE } from './domain/life.ts';
import type { Operator } from './domain/operators.ts';
import type { Provider } from './providers.ts';
import { sessionRpcs, unknownHere } from './rpc/sessions.ts';
import type { SessionParts } from './rpc/sessions.ts';
import { signInRpcs } from './signin/rpcs.ts';
import type { SignInParts } from './signin/rpcs.ts';
import { setSuspended } from './store.ts';

type All = Rpcs<IdentityServiceDefinition>;

/** Operators that one call may name. */
const MOST_NAMED = 200;

/** The calls of identity. */
export function identityRpcs(parts: SignInParts): All {
  return { ...sessionRpcs(parts), ...signInRpcs(parts), ...operatorRpcs(parts), ...centreRpcs(parts) };
}

function operatorRpcs(
  parts: SignInParts,
): Pick<All, 'ListSignInProviders' | 'ListOperators' | 'BatchGetOperators' | 'SuspendOperator' | 'ReinstateOperator'> {
  const { providers, standings, centres, browserProviders } = parts;
  return {
    ListSignInProviders: () => {
      const offered = [...providers.values()].map(({ name, displayName, offers }) => ({
        name,
        displayName,
        listsOperators: offers().length > 0,
      }));
      const elsewhere = [...browserProviders.values()].map(({ name, displayName }) => ({
        name,
        displayName,
        listsOperators: false,
        startPath: `/auth/${name}/start`,
      }));
      return Promise.resolve({ providers: [...elsewhere, ...offered] });
    },

    async ListOperators({ centre, pageSize, pageToken: token }) {
      const code = centre ? parseName('centres', centre, '/centre') : '';
      if (!providers.has('local')) {
        throw new Problem({ reason: 'NOT_FOUND', message: 'No provider here lists its operators.' });
      }
      const offered = [...providers.values()].flatMap((provider) => provider.offers());
      const places = centres();
      const signsIn = ({ centre: home = '' }: Operator): boolean => LIFE[places.get(home)?.status ?? 'active'].signsIn;
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
  { providers, standings, sessions, now }: SessionParts,
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

function centreRpcs({ centres }: SessionParts): Pick<All, 'GetCentre' | 'ListCentres'> {
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
