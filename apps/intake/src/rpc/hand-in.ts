import { parseRequestId, parseResourceName } from '@cups/contracts';
import { fingerprint, newUlid } from '@cups/contracts/node';
import { fromTimestamp } from '@cups/contracts/proto';
import type { HandedInAct__Output as ActIn } from '@cups/contracts/gen/cups/intake/v1/HandedInAct.ts';
import { Problem, violation } from '@cups/problem';
import type { Context } from '@cups/rpc';
import { invalidField } from '../domain/problems.ts';
import {
  assertGrantUsable,
  MAX_ACT_BYTES,
  MAX_HAND_IN_BYTES,
  MAX_HANDED_IN_ACTS,
  MAX_OPEN_ACTS_PER_DEVICE,
} from '../domain/quarantine.ts';
import type { GrantFacts, HandedInAct } from '../domain/quarantine.ts';
import { entryOfAct } from '../store/quarantined-acts.ts';
import type { HandInGround, QuarantinedActs, StoredQuarantinedAct } from '../store/quarantined-acts.ts';
import { toAccessCause } from './access-recording.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';

type HandInDeps = Pick<RpcDeps, 'quarantinedActs' | 'verifyGrant' | 'secret' | 'now'>;

/** A path of a write below its application. Kinds of later releases are kept too. */
const KIND = /^[a-z][A-Za-z0-9/-]{0,99}$/;

/**
 * The RPC with which a desk hands in acts after its rights ended. The holder of a grant can only add acts of its operator
 * at its centre; nothing is read or applied.
 */
export function handInRpcs(deps: HandInDeps): Pick<IntakeRpcs, 'QuarantineActs'> {
  return {
    async QuarantineActs(request, context) {
      const grant = await deps.verifyGrant(request.offlineGrant);
      assertGrantUsable(grant, deps.now());
      return keepActs(deps, parseActs(request.acts), { grant, context });
    },
  };
}

/** What became of acts of one grant. */
export interface HandInResult {
  /** Number of acts that are kept now. */
  kept: number;
  /** Number of acts that were kept before. */
  known: number;
  /** Keys of acts that were kept before with other content. */
  refused: string[];
}

/**
 * Keeps the acts of one usable grant. A repeat changes nothing.
 * @throws Problem QUARANTINE_FULL
 */
export async function keepActs(
  { quarantinedActs: acts, secret, now }: Pick<HandInDeps, 'quarantinedActs' | 'secret' | 'now'>,
  given: readonly HandedInAct[],
  { grant, ground = 'offline-grant', context }: { grant: GrantFacts; ground?: HandInGround; context: Context },
): Promise<HandInResult> {
  const handedIn = given.map((act) => ({ ...act, fingerprint: fingerprintOf(act, secret()) }));
  const before = await findKept(acts, grant, handedIn);
  const unknown = handedIn.filter(({ key }) => !before.has(key));
  await assertBelowLimit(acts, grant.device, unknown.length);
  const kept = await keep(acts, unknown, { grant, ground, time: now(), context });
  const after = unknown.length > 0 ? await findKept(acts, grant, handedIn) : before;
  const refused = handedIn.filter((act) => after.get(act.key) !== act.fingerprint).map(({ key }) => key);
  return { kept, known: handedIn.length - kept - refused.length, refused };
}

type FingerprintedAct = HandedInAct & { fingerprint: string };

const fingerprintOf = ({ deskTime, ...act }: HandedInAct, secret: string): string =>
  fingerprint(secret, { ...act, deskTime: deskTime.toISOString() });

/** Returns the fingerprints of the acts that are kept, by key. */
async function findKept(
  acts: QuarantinedActs,
  { operator, device }: GrantFacts,
  handedIn: readonly HandedInAct[],
): Promise<Map<string, string>> {
  const found = await acts.find(
    { operator, device, key: { $in: handedIn.map(({ key }) => key) } },
    { scope: 'service', projection: { key: 1, fingerprint: 1 }, limit: MAX_HANDED_IN_ACTS },
  );
  return new Map(found.map(({ key, fingerprint: known }) => [key, known]));
}

/** @throws Problem QUARANTINE_FULL */
async function assertBelowLimit(acts: QuarantinedActs, device: string, count: number): Promise<void> {
  if (count === 0) return;
  const limit = MAX_OPEN_ACTS_PER_DEVICE;
  const [open = 0] = await acts.countEach([{ device, state: 'open' }], { scope: 'service', limit });
  if (open + count <= limit) return;
  throw new Problem({
    reason: 'QUARANTINE_FULL',
    message: 'The device has too many quarantined acts without a decision.',
    metadata: { limit: String(limit) },
  });
}

/** @returns the number of new acts; a concurrent hand-in may have kept some */
function keep(
  acts: QuarantinedActs,
  handedIn: readonly FingerprintedAct[],
  { grant, ground, time, context }: { grant: GrantFacts; ground: HandInGround; time: Date; context: Context },
): Promise<number> {
  const { operator, device, centre, anchorTime, expireTime } = grant;
  // Lists are ordered by ID: within a hand-in, by the numbers of the acts.
  const ids = handedIn.map(() => newUlid(time)).sort();
  const ordered = handedIn.toSorted((a, b) => a.sequence - b.sequence);
  const drafts = ordered.map((act, at) => ({
    _id: ids[at]!,
    ...act,
    operator,
    device,
    centre,
    anchorTime,
    expireTime,
    handInTime: time,
    state: 'open' as const,
    timer: null,
  }));
  return acts.createMissing(drafts, {
    scope: 'service',
    cause: toAccessCause(context),
    now: time,
    eventsOf: (draft) => [entryOfAct(draft as StoredQuarantinedAct, 'quarantine-act', { ground })],
  });
}

/** @throws Problem INVALID_ARGUMENT */
export function parseActs(given: readonly ActIn[]): HandedInAct[] {
  if (given.length === 0) throw invalidField(violation('/acts', 'MIN_ITEMS', { min: 1 }));
  if (given.length > MAX_HANDED_IN_ACTS)
    throw invalidField(violation('/acts', 'MAX_ITEMS', { max: MAX_HANDED_IN_ACTS }));
  const acts = given.map(parseAct);
  const bytes = acts.reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  if (bytes > MAX_HAND_IN_BYTES) throw tooLarge();
  if (new Set(acts.map(({ key }) => key)).size < acts.length) throw invalidField(violation('/acts', 'UNIQUE_ITEMS'));
  return acts;
}

/** @throws Problem INVALID_ARGUMENT, REQUEST_ID_INVALID, PAYLOAD_TOO_LARGE */
export function parseAct(
  { key, application, kind, body, deskTime, sequence, previous }: ActIn,
  at: number,
): HandedInAct {
  const path = `/acts/${at}`;
  if (!KIND.test(kind)) throw invalidField(violation(`${path}/kind`, 'PATTERN'));
  if (Buffer.byteLength(body) > MAX_ACT_BYTES) throw tooLarge();
  const time = fromTimestamp(deskTime);
  if (!time) throw invalidField(violation(`${path}/time`, 'REQUIRED'));
  const number = Number(sequence);
  if (!Number.isSafeInteger(number) || number < 0)
    throw invalidField(violation(`${path}/sequence`, 'MINIMUM', { min: 0 }));
  const act: HandedInAct = {
    key: parseRequestId(key),
    application: parseResourceName('applications', application, `${path}/application`),
    kind,
    body,
    deskTime: time,
    sequence: number,
  };
  if (previous) act.previous = parseRequestId(previous);
  return act;
}

const tooLarge = (): Problem =>
  new Problem({ reason: 'PAYLOAD_TOO_LARGE', message: 'An act or the whole hand-in is too large.' });
