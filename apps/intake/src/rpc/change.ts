import { parseResourceName, parseRequestId } from '@cups/contracts';
import { fingerprint } from '@cups/contracts/node';
import { fromTimestamp } from '@cups/contracts/proto';
import type { Timestamp__Output } from '@cups/contracts/gen/google/protobuf/Timestamp.ts';
import type { Application as ApplicationMessage } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import { centresOf, sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { Cause } from '@cups/store';
import { toApplication } from '../convert/application.ts';
import type { Actor, CommandResult } from '../domain/command.ts';
import { toChange } from '../domain-events.ts';
import { createPartyCheck, toViewer } from './caller.ts';
import type { RpcDeps } from './deps.ts';
import type { StoredApplication } from '../store.ts';

/** What a person's request to change one application names. */
interface ChangeRequest {
  requestId: string;
  name: string;
  etag?: string;
  /** When it is claimed to have happened; empty means now. */
  occurTime?: Timestamp__Output | null;
}

type ChangeDeps = Pick<RpcDeps, 'applications' | 'hashes' | 'persons' | 'secret' | 'now'>;

/** The cause of a write by a person: there is always a request. */
export type RequestCause = Cause & Required<Pick<Cause, 'request'>>;

/** An act of the domain, and what must be read of its application first, if anything. */
interface ApplicationCommand<R> {
  read?: (app: StoredApplication) => Promise<R>;
  decide: (app: StoredApplication, actor: Actor, read: R) => CommandResult;
}

/**
 * One change of one application of the caller's centre, or of one that it took over. The owner comes first, then a request that is known already, then
 * the etag; then the domain decides.
 * @throws Problem NOT_FOUND, REQUEST_ID_INVALID, REQUEST_ID_REUSED, ETAG_STALE, and what the domain refuses
 */
export async function changeApplication<R>(
  { applications, hashes, persons, secret, now }: ChangeDeps,
  request: ChangeRequest,
  context: Context,
  { read, decide }: ApplicationCommand<R>,
): Promise<{ application: ApplicationMessage; replayed: boolean }> {
  const cause = toCause(request, context, secret());
  const occurTime = fromTimestamp(request.occurTime ?? null);
  const actor = toActor(context, cause, { persons, now: now(), occurTime });
  const { document, outcome } = await applications.update(
    parseResourceName('applications', request.name),
    { scope: { centre: centresOf(context) }, cause, etag: request.etag || undefined, now: actor.now },
    {
      read: async (app) => (await read?.(app)) as R,
      decide(app, found) {
        context.recordAccess(request.name);
        return toChange(app, decide(app, actor, found), hashes);
      },
    },
  );
  const replayed = outcome === 'replayed';
  // A repeat decides nothing, and shows the application all the same.
  if (replayed) context.recordAccess(request.name);
  return { application: toApplication(document, toViewer(context, persons, actor.now)), replayed };
}

/**
 * What a write names as its cause: the request, by which a repeat of it is known.
 * @param secret of the fingerprint of its content
 * @throws Problem REQUEST_ID_INVALID
 */
export function toCause(request: { requestId: string }, context: Context, secret: string): RequestCause {
  const id = parseRequestId(request.requestId);
  // A repeat may name another etag: its own first try made the old one stale.
  const fingerprinted = { ...request, requestId: id, etag: undefined };
  return {
    requestId: context.requestId,
    request: {
      id,
      key: `${context.method}|${context.session?.operator ?? context.caller}`,
      fingerprint: fingerprint(secret, fingerprinted),
    },
    traceparent: context.traceparent,
  };
}

/** Who acts. That there is a session with a centre was checked before: the access table says so. */
export function toActor(
  context: Context,
  { request }: RequestCause,
  { persons, now, occurTime }: Pick<RpcDeps, 'persons'> & { now: Date; occurTime?: Date | undefined },
): Actor {
  const { operator, roles } = sessionOf(context);
  const [centre = '', ...inheritedCentres] = centresOf(context);
  const isPartyTo = createPartyCheck(context, persons);
  const actor: Actor = { operator, roles, centre, inheritedCentres, now, cause: request.id, isPartyTo };
  if (occurTime) actor.occurTime = occurTime;
  return actor;
}
