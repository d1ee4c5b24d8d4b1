import { parseResourceName, parseRequestId, toFormerRequest } from '@cups/contracts';
import { fingerprint } from '@cups/contracts/node';
import { fromTimestamp } from '@cups/contracts/proto';
import type { Timestamp__Output } from '@cups/contracts/gen/google/protobuf/Timestamp.ts';
import type { Application as ApplicationMessage } from '@cups/contracts/gen/cups/intake/v1/Application.ts';
import type { DeskTime } from '@cups/contracts';
import { centresOf, readOfflineAct, sessionOf } from '@cups/rpc';
import type { Context, OfflineAct } from '@cups/rpc';
import type { Cause } from '@cups/store';
import { toApplication } from '../convert/application.ts';
import type { Viewer } from '../convert/application.ts';
import { assertCentreOfGrant, recordOmittedScans } from '../domain/command.ts';
import type { Actor, CommandResult } from '../domain/command.ts';
import type { ActRelease } from '../domain/quarantine.ts';
import { toChange } from '../event-encoder.ts';
import { createGuardChecks, toViewer } from './caller.ts';
import type { GuardDeps } from './caller.ts';
import type { RpcDeps } from './deps.ts';
import type { StoredApplication } from '../store.ts';
import { recordAct } from '../store/desk-chains.ts';
import type { ArrivingAct } from '../store/desk-chains.ts';

export interface ChangeRequest {
  requestId: string;
  name: string;
  etag?: string;
  /** Claimed time; empty means now. */
  occurTime?: Timestamp__Output | null;
}

export type ChangeDeps = Pick<
  RpcDeps,
  'applications' | 'hashes' | 'persons' | 'workingTimes' | 'grants' | 'deskChains' | 'secret' | 'now' | 'release'
>;

/** The cause of an operator's write, which always has a request. */
export type RequestCause = Cause & Required<Pick<Cause, 'request'>>;

/** A command, and what it must read before, if anything. */
export interface ApplicationCommand<R> {
  read?: (app: StoredApplication) => Promise<R>;
  decide: (app: StoredApplication, actor: Actor, read: R) => CommandResult;
}

/**
 * Changes one application of the caller's centre, or of a centre that it inherited. Checks the owner, then a
 * replayed request, then the etag, and then runs the command.
 * @throws Problem NOT_FOUND, REQUEST_ID_INVALID, REQUEST_ID_REUSED, ETAG_STALE, CENTRE_MISMATCH, and the problems of the command
 */
export async function changeApplication<R>(
  deps: ChangeDeps,
  request: ChangeRequest,
  context: Context,
  command: ApplicationCommand<R>,
): Promise<{ application: ApplicationMessage; replayed: boolean }> {
  const { document, viewer, replayed } = await writeChange(deps, request, context, { ...command, as: 'owner' });
  return { application: toApplication(document, viewer), replayed };
}

/**
 * As {@link changeApplication}, also for the centre that hands over the result of another centre's application.
 * @returns the stored document, which the caller must convert to what that centre may see
 */
export async function writeChange<R>(
  deps: ChangeDeps,
  request: ChangeRequest,
  context: Context,
  { read, decide, as }: ApplicationCommand<R> & { as: 'owner' | 'collector' },
): Promise<{ document: StoredApplication; viewer: Viewer; replayed: boolean }> {
  const { applications, hashes, secret, now } = deps;
  const cause = toCause(request, context, secret(), deps.release);
  const occurTime = fromTimestamp(request.occurTime ?? null);
  const application = parseResourceName('applications', request.name);
  const actor = await toActor(context, cause, deps, { now: now(), occurTime, application });
  if (as === 'collector') actor.isCollecting = true;
  const centres = centresOf(context);
  const scope = as === 'collector' ? { collectionCentre: centres } : { centre: centres };
  const { document, outcome } = await applications.update(
    application,
    { scope, cause, etag: request.etag || undefined, now: actor.now },
    {
      read: async (app) => (await read?.(app)) as R,
      decide(app, readResult) {
        assertCentreOfGrant(actor);
        context.recordAccess(request.name);
        const { document, events } = decide(app, actor, readResult);
        return toChange(app, { document: recordOmittedScans(document, actor), events }, hashes, actor);
      },
    },
  );
  const replayed = outcome === 'replayed';
  // A replay runs no command, but returns the application.
  if (replayed) context.recordAccess(request.name);
  return { document, viewer: toViewer(context, deps, actor.now), replayed };
}

/**
 * Returns the cause of a write: the request, which identifies replays.
 * @param secret key of the request fingerprint
 * @param release scopes the request to the operator who made the act, so that an act that arrived before is a replay
 * @throws Problem REQUEST_ID_INVALID
 */
export function toCause(
  request: { requestId: string },
  context: Context,
  secret: string,
  release?: ActRelease,
): RequestCause {
  const id = parseRequestId(request.requestId);
  // A retry may carry another etag, because its first attempt made the old one stale.
  const fingerprinted = { ...request, requestId: id, etag: undefined };
  const keyOf = (method: string) => `${method}|${release?.author ?? context.session?.operator ?? context.caller}`;
  const former = toFormerRequest(context.method, fingerprinted);
  return {
    requestId: context.requestId,
    request: {
      id,
      key: keyOf(context.method),
      fingerprint: fingerprint(secret, fingerprinted),
      former: former && {
        key: keyOf(former.method),
        // Read only if the request is not known under its names now.
        get fingerprint() {
          return fingerprint(secret, former.content);
        },
      },
    },
    traceparent: context.traceparent,
  };
}

/**
 * Returns the actor. The access table guarantees a session with a centre.
 * @throws Problem OFFLINE_CLAIM_INVALID
 */
export async function toActor(
  context: Context,
  { request }: RequestCause,
  deps: GuardDeps & ChainDeps & Pick<RpcDeps, 'release'>,
  { now, occurTime, application }: { now: Date; occurTime?: Date | undefined; application: string },
): Promise<Actor> {
  const { operator, roles } = sessionOf(context);
  const [centre = '', ...inheritedCentres] = centresOf(context);
  const checks = createGuardChecks(context, deps);
  const actor: Actor = { operator, roles, centre, inheritedCentres, now, cause: request.id, ...checks };
  if (deps.release) actor.release = deps.release;
  if (occurTime) actor.occurTime = occurTime;
  if (deps.release) return Object.assign(actor, { deskTime: deps.release.deskTime });
  const act = await readOfflineAct(context, deps.grants, now);
  if (!act) return actor;
  const deskTime = await resolveDeskTime(context, deps, act, { key: request.id, now, application });
  return Object.assign(actor, { deskTime, grantCentre: act.centre });
}

type ChainDeps = Pick<RpcDeps, 'grants' | 'deskChains'>;

/** Returns the desk time that the caller claims. One that contradicts the chain of its device is not bounded. */
async function resolveDeskTime(
  context: Context,
  { deskChains }: Pick<ChainDeps, 'deskChains'>,
  { deskTime, chain, centre, ended }: OfflineAct,
  { key, now, application }: { key: string; now: Date; application: string },
): Promise<DeskTime> {
  if (chain === undefined) return deskTime;
  const { device, sequence, previous, time, isBounded } = deskTime;
  const { operator } = sessionOf(context);
  const arriving: ArrivingAct = {
    key,
    device,
    operator,
    centre,
    chain,
    ended,
    application,
    sequence,
    deskTime: time,
  };
  if (previous !== undefined) arriving.previous = previous;
  // The edits of a draft are merged until they are sent, and take the time of the last one.
  if (isBounded && context.method !== EDIT_METHOD) arriving.time = time;
  const cause = { requestId: context.requestId, traceparent: context.traceparent };
  const broken = await recordAct(deskChains, arriving, { now, cause });
  return broken === undefined ? deskTime : { ...deskTime, isBounded: false };
}

const EDIT_METHOD = 'IntakeService.UpdateApplication';
