import { DESK_ROLES } from '@cups/application';
import { parseRequestId, resourceName } from '@cups/contracts';
import { messageType } from '@cups/contracts/proto';
import { isProblem, Problem, violation } from '@cups/problem';
import { sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { invalidField } from '../domain/problems.ts';
import { earlierActs, releaseOf } from '../domain/quarantine.ts';
import type { ActRelease } from '../domain/quarantine.ts';
import { entryOfAct } from '../store/quarantined-acts.ts';
import type { StoredQuarantinedAct } from '../store/quarantined-acts.ts';
import { toAccessCause } from './access-recording.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { clientsOfDecider, removeMissingScans } from './missing-scans.ts';
import type { WriteWithEvidence } from './missing-scans.ts';

/** The RPC that applies each kind of act. */
const METHODS = {
  create: 'CreateApplication',
  edit: 'UpdateApplication',
  submit: 'SubmitApplication',
  withdraw: 'WithdrawApplication',
  'supply-documents': 'SupplyDocuments',
  'hand-over': 'HandOverResult',
  'confirm-arrival': 'ConfirmArrival',
  'confirm-outcome': 'ConfirmOutcome',
  'collection-centre': 'ChooseCollectionCentre',
  contact: 'ChangeContact',
  correct: 'CorrectApplication',
  'collections/hand-over': 'HandOverCollection',
  'collections/confirm-arrival': 'ConfirmCollectionArrival',
  'passing-on': 'AnswerPassingOn',
  renew: 'RenewApplication',
  payment: 'RecordPayment',
  notes: 'AddNote',
  messages: 'SendMessage',
  complaints: 'PrepareComplaint',
  'complaints/file': 'RecordComplaint',
  'complaints/answer': 'RecordComplaintAnswer',
  assign: 'AssignApplication',
  'person-notifications': 'RecordPersonNotification',
  'desk-alerts/mark-seen': 'MarkDeskAlertsSeen',
} as const satisfies Readonly<Record<string, keyof IntakeRpcs>>;
/** A mandate that a draft names. Identity owns it. */
const MANDATE = 'mandates';
const OF_A_NOTICE = /^notices\/[^/]+\/person-notifications$/;

type WriteMethod = (typeof METHODS)[keyof typeof METHODS];

/** Returns the RPCs of desk writes that apply acts of a release. */
export type DeskWrites = (applied: { release: ActRelease } & Pick<RpcDeps, 'clients'>) => Pick<IntakeRpcs, WriteMethod>;

type ReleaseDeps = Pick<RpcDeps, 'quarantinedActs' | 'applications' | 'clients' | 'now'>;

/** What every write has. */
interface Write extends WriteWithEvidence {
  requestId: string;
  name?: string;
  applicationId?: string;
}

/**
 * Applies an act without the scans that the platform lacks, under its own Idempotency-Key, in the scope of the operator who made it, then marks it as released. A
 * crash between the two makes the repeat find the act applied.
 * @throws Problem EARLIER_ACT_QUARANTINED, and the problems of the write; the act then keeps the reason
 */
export async function releaseAct(
  deps: ReleaseDeps,
  act: StoredQuarantinedAct,
  { write, context, writes }: { write: Uint8Array; context: Context; writes: DeskWrites },
): Promise<StoredQuarantinedAct> {
  const { quarantinedActs: acts } = deps;
  const { operator } = sessionOf(context);
  const earlier = await acts.findOne(earlierActs(act), { scope: 'service', projection: { _id: 1 } });
  if (earlier) {
    throw new Problem({
      reason: 'EARLIER_ACT_QUARANTINED',
      message: 'An earlier act on the same application waits for a decision.',
      metadata: { act: resourceName('quarantinedActs', earlier._id) },
    });
  }
  const { replayed } = await apply(deps, act, { write, context, writes }).catch(async (error: unknown) => {
    await keepRefusal(deps, act, { error, operator, context });
    throw error;
  });
  const time = deps.now();
  const options = { scope: 'service' as const, cause: toAccessCause(context), now: time };
  const { document } = await acts.update(act._id, options, (before) => {
    if (before.state !== 'open') return { document: before, events: [] };
    const { refusal: _refusal, ...open } = before;
    const decision = { operator, time, isAlreadyApplied: replayed === true };
    const released = { ...open, state: 'released' as const, decision };
    return { document: released, events: [entryOfAct(before, 'release-act', { decider: operator })] };
  });
  return document;
}

async function apply(
  deps: ReleaseDeps,
  act: StoredQuarantinedAct,
  { write, context, writes }: { write: Uint8Array; context: Context; writes: DeskWrites },
): Promise<{ replayed?: boolean }> {
  // The gateway has recorded the mandate in identity, under the same request ID.
  if (act.kind === MANDATE) return {};
  const method = methodOf(act);
  const request = parseWrite(act, method, write);
  const missingScans = await removeMissingScans(deps, act, { write: request, context });
  const applied = { release: { ...releaseOf(act), missingScans }, clients: clientsOfDecider(deps, context) };
  const rpc = writes(applied)[method] as (request: object, context: Context) => Promise<{ replayed?: boolean }>;
  return rpc(request, asDesk(context, act, method));
}

/** @throws Problem ACTION_NOT_ALLOWED for a kind that this release cannot apply */
function methodOf({ kind, state }: StoredQuarantinedAct): WriteMethod {
  if (Object.hasOwn(METHODS, kind)) return METHODS[kind as keyof typeof METHODS];
  if (OF_A_NOTICE.test(kind)) return 'RecordPersonNotification';
  const message = 'This kind of act cannot be released.';
  throw new Problem({ reason: 'ACTION_NOT_ALLOWED', message, metadata: { state, action: 'release' } });
}

/** @throws Problem INVALID_ARGUMENT for a write of another act */
function parseWrite({ key, application }: StoredQuarantinedAct, method: WriteMethod, bytes: Uint8Array): Write {
  const type = messageType<Write, Required<Write>>(`cups.intake.v1.${method}Request`);
  let request: Required<Write>;
  try {
    request = type.decode(bytes);
  } catch {
    throw invalidField(violation('/write', 'PATTERN'));
  }
  const target = method === 'CreateApplication' ? request.applicationId : request.name.slice('applications/'.length);
  if (parseRequestId(request.requestId) !== key || target !== application)
    throw invalidField(violation('/write', 'PATTERN'));
  return request;
}

/**
 * Returns the context of a desk write: the deciding person acts with the rights of a desk, at the centre of the act. The
 * token stays their own, so that other services see who calls.
 */
function asDesk(context: Context, act: StoredQuarantinedAct, method: WriteMethod): Context {
  const session = sessionOf(context);
  const place = session.roles.includes('supervisor') ? { centre: act.centre, inheritedCentres: [] } : {};
  const service = context.method.slice(0, context.method.indexOf('.'));
  return { ...context, method: `${service}.${method}`, session: { ...session, ...place, roles: [...DESK_ROLES] } };
}

/** Transient failures say nothing about the act. */
const TRANSIENT_KINDS: readonly Problem['kind'][] = ['UNAVAILABLE', 'DEADLINE', 'CANCELLED', 'INTERNAL'];

async function keepRefusal(
  { quarantinedActs, now }: ReleaseDeps,
  { _id }: StoredQuarantinedAct,
  { error, operator, context }: { error: unknown; operator: string; context: Context },
): Promise<void> {
  if (!isProblem(error) || TRANSIENT_KINDS.includes(error.kind)) return;
  const time = now();
  const options = { scope: 'service' as const, cause: toAccessCause(context), now: time };
  await quarantinedActs.update(_id, options, (act) =>
    act.state === 'open'
      ? { document: { ...act, refusal: { reason: error.reason, operator, time } }, events: [] }
      : { document: act, events: [] },
  );
}
