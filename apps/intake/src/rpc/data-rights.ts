import { ERASURE_REASONS, RESTRICTION_REASONS } from '@cups/application';
import type { ErasureReason } from '@cups/application';
import { explainErasureRefusal } from '@cups/application/texts';
import { parseRequestId, parseResourceName } from '@cups/contracts';
import type { Erasure } from '@cups/contracts/gen/cups/intake/v1/Erasure.ts';
import { fingerprint, normalizePageSize } from '@cups/contracts/node';
import { fromProtoEnum, toTimestamp } from '@cups/contracts/proto';
import { Problem, violation } from '@cups/problem';
import type { Context } from '@cups/rpc';
import { toState } from '../convert/application.ts';
import { toErasure, toRefusal, toRestriction } from '../convert/data-end.ts';
import { endRestriction, requestErasure, restrictProcessing } from '../domain/commands/data-rights.ts';
import type { DataActor } from '../domain/commands/data-rights.ts';
import type { CommandResult } from '../domain/command.ts';
import { expiryOf, findRefusal, isErased, ruleOf } from '../domain/data-end.ts';
import type { Refusal } from '../domain/data-end.ts';
import { invalidField, notFound } from '../domain/problems.ts';
import { toChange } from '../event-encoder.ts';
import type { StoredApplication } from '../store.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

/** The access table admits supervisors, who cover all centres, and administrators. */
const SCOPE = 'platform';
const ACTOR = /^[\p{L}\p{N}._@ -]{1,80}$/u;
/** Matches each erasure that is complete. */
export const ALWAYS = { $gt: new Date(0) };

type DataRightsRpcs = Pick<
  IntakeRpcs,
  'RestrictProcessing' | 'EndRestriction' | 'EraseApplication' | 'GetDataState' | 'ListErasures'
>;
export type DataRightsDeps = Pick<RpcDeps, 'applications' | 'clients' | 'dataEnd' | 'dataEndTerms' | 'hashes' | 'now'>;

/** RPCs of supervisors and administrators about the rights of a person: restriction and erasure. They return no content. */
export function dataRightsRpcs(deps: DataRightsDeps): DataRightsRpcs {
  const { applications } = deps;
  return {
    async RestrictProcessing(request, context) {
      const reason = parseReason(RESTRICTION_REASONS, fromProtoEnum('RESTRICTION_REASON_', request.reason));
      const { document, replayed } = await change(deps, request, context, (app, actor) =>
        restrictProcessing(app, reason, actor),
      );
      return { restriction: toRestriction(document.restriction), replayed };
    },

    async EndRestriction(request, context) {
      // Without a request ID: a repeat finds no restriction.
      await change(deps, request, context, (app, actor) => endRestriction(app, actor));
      return {};
    },

    async EraseApplication(request, context) {
      const reason = parseReason(ERASURE_REASONS, fromProtoEnum('ERASURE_REASON_', request.reason));
      const isHeld = await deps.clients.isHeld(parseResourceName('applications', request.name));
      return eraseOne(deps, request, { reason, isHeld, context });
    },

    async GetDataState({ name }) {
      const app = await getAny(deps, name);
      const isHeld = isErased(app) ? false : await deps.clients.isHeld(app._id);
      const refusal = isErased(app) ? undefined : refusalOf(app, isHeld, deps);
      return {
        state: toState(app.state),
        rule: ruleOf(app),
        expireTime: toTimestamp(expiryOf(app, deps.dataEndTerms)),
        restriction: toRestriction(app.restriction),
        erasure: toErasure(app),
        refusal: refusal ? toRefusal(refusal) : null,
      };
    },

    async ListErasures({ pageSize, pageToken }) {
      const { documents, nextPageToken } = await applications.list({
        filter: { 'erasure.time': ALWAYS },
        scope: SCOPE,
        orderBy: 'erasure.time',
        order: 'desc',
        pageSize: normalizePageSize(pageSize),
        pageToken,
        tokenArguments: 'erasures',
        projection: { centre: 1, erasure: 1 },
      });
      return { erasures: documents.map((app) => toErasure(app)!), nextPageToken };
    },
  };
}

interface ErasureOptions {
  reason: ErasureReason;
  /** Whether a court, a complaint or an audit holds the application. */
  isHeld: boolean;
  context: Context;
}

/** Erases an application on request of the person. @throws Problem ERASURE_REFUSED */
export async function eraseOne(
  deps: DataRightsDeps,
  request: { requestId?: string; name: string; actor: string },
  { reason, isHeld, context }: ErasureOptions,
): Promise<{ erasure: Erasure; replayed: boolean }> {
  const { replayed } = await change(deps, request, context, (app, actor) => {
    const refusal = refusalOf(app, isHeld, deps);
    if (refusal) throw refusedProblem(refusal, context);
    return requestErasure(app, reason, actor);
  });
  // The timer continues what fails here.
  await deps.dataEnd.process(parseResourceName('applications', request.name));
  const app = await getAny(deps, request.name);
  return { erasure: toErasure(app) ?? { application: request.name, centre: app.centre }, replayed };
}

/** Returns why an application cannot be erased; undefined if it can, it is, or a request waits. */
export function refusalOf(
  app: StoredApplication,
  isHeld: boolean,
  { dataEndTerms, now }: DataRightsDeps,
): Refusal | undefined {
  if (app.erasureRequest || isErased(app)) return undefined;
  return findRefusal(app, { isHeld, terms: dataEndTerms, now: now() });
}

/** The message is the sentence for the person, in the language of the session. */
function refusedProblem({ cause, rule, source, until = '' }: Refusal, { session }: Context): Problem {
  const sentence = explainErasureRefusal(cause, source, until);
  const language = session ? (session.language === 'ru' || session.language === 'en' ? session.language : 'ro') : 'en';
  const metadata = { cause, rule, source, until, ...sentence };
  return new Problem({ reason: 'ERASURE_REFUSED', message: sentence[language], metadata });
}

async function getAny({ applications }: DataRightsDeps, name: string): Promise<StoredApplication> {
  const app = await applications.get(parseResourceName('applications', name), { scope: SCOPE });
  if (!app) throw notFound();
  return app;
}

/** @throws Problem INVALID_ARGUMENT */
export function parseReason<R extends string>(reasons: readonly R[], given: string): R {
  const reason = reasons.find((one) => one === given);
  if (reason === undefined) throw invalidField(violation('/reason', 'REQUIRED'));
  return reason;
}

/** Returns who acts: the operator of the session, or the administrator by name. @throws Problem INVALID_ARGUMENT */
export function operatorOf({ actor }: { actor: string }, { session }: Context): string {
  if (session) return session.operator;
  if (!ACTOR.test(actor)) throw invalidField(violation('/actor', 'REQUIRED'));
  return actor;
}

async function change(
  { applications, hashes, now }: DataRightsDeps,
  request: { requestId?: string; name: string; actor: string },
  context: Context,
  decide: (app: StoredApplication, actor: DataActor) => CommandResult,
): Promise<{ document: StoredApplication; replayed: boolean }> {
  const operator = operatorOf(request, context);
  const { requestId, traceparent, method } = context;
  const given = request.requestId === undefined ? undefined : parseRequestId(request.requestId);
  const actor: DataActor = { operator, now: now(), cause: given ?? requestId };
  const cause = {
    requestId,
    traceparent,
    // The content has no personal data, so this key need not be secret.
    ...(given && {
      request: {
        id: given,
        key: `${method}|${operator}`,
        fingerprint: fingerprint('data-rights', { ...request, requestId: given }),
      },
    }),
  };
  const { document, outcome } = await applications.update(
    parseResourceName('applications', request.name),
    { scope: SCOPE, cause, now: actor.now },
    (app) => toChange(app, decide(app, actor), hashes),
  );
  return { document, replayed: outcome === 'replayed' };
}
