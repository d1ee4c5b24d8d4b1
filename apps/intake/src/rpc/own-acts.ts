import { parseResourceName, resourceName } from '@cups/contracts';
import { toProtoEnum } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import { readUnverifiedGrant, sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import type { GrantFacts, HandedInAct } from '../domain/quarantine.ts';
import type { IntakeRpcs, RpcDeps } from './deps.ts';
import { keepActs, parseAct, parseActs } from './hand-in.ts';
import type { HandInResult } from './hand-in.ts';
import { assertBounded, openContents, toActIn, toRefused, uniqueByKey } from './sealed-acts.ts';
import type { Outcome } from './sealed-acts.ts';

type Deps = Pick<RpcDeps, 'quarantinedActs' | 'handInKeys' | 'secret' | 'now'>;

/**
 * The RPC of a desk whose grants nobody can verify any more: their key was retired, or they are too old. The session says whose
 * acts they are, and nothing says when they were made.
 */
export function ownActRpcs(deps: Deps): Pick<IntakeRpcs, 'QuarantineOwnActs'> {
  return {
    async QuarantineOwnActs({ device: name, acts, sealedActs }, context) {
      const device = resourceName('devices', parseResourceName('devices', name, '/device'));
      if (sealedActs.length > 0) assertBounded(sealedActs);
      const none: HandInResult = { kept: 0, known: 0, refused: [] };
      const isClear = acts.length > 0 || sealedActs.length === 0;
      const clear = isClear ? await keepOwn(deps, parseActs(acts), { device, context }) : none;
      const { outcomes, kept, known } = await keepSealed(deps, sealedActs, context);
      return {
        kept: clear.kept + kept,
        known: clear.known + known,
        refused: clear.refused,
        outcomes: outcomes.map((outcome) => toProtoEnum('SEALED_ACT_OUTCOME_', outcome)),
      };
    },
  };
}

const keepOwn = (
  deps: Deps,
  acts: readonly HandedInAct[],
  { device, context }: { device: string; context: Context },
): Promise<HandInResult> =>
  keepActs(deps, acts, { grant: toFacts(context, device, deps.now()), ground: 'session', context });

/** The session vouches for operator and centre. An end before the beginning bounds no time. */
function toFacts(context: Context, device: string, now: Date): GrantFacts {
  const { operator, centre = '' } = sessionOf(context);
  return { operator, device, centre, anchorTime: now, expireTime: new Date(0) };
}

interface OwnSealedAct {
  act: HandedInAct;
  /** devices/{id}: a repeat after another way of the hand-in is the same act. */
  device: string;
}

/** Keeps the sealed acts of the caller at their centre. Those of others stay at the desk. */
async function keepSealed(
  deps: Deps,
  texts: readonly string[],
  context: Context,
): Promise<{ outcomes: Outcome[]; kept: number; known: number }> {
  const contents = await openContents(deps, texts);
  const opened = contents.map((content) => (content === undefined ? 'unreadable' : toOwnAct(content, context)));
  const own = opened.filter((one) => typeof one !== 'string');
  const total = { kept: 0, known: 0 };
  for (const [device, group] of Map.groupBy(own, (one) => one.device)) {
    const { kept, known } = await keepOwn(deps, uniqueByKey(group), { device, context });
    total.kept += kept;
    total.known += known;
  }
  return { ...total, outcomes: opened.map((one) => (typeof one === 'string' ? one : 'kept')) };
}

function toOwnAct(content: unknown, context: Context): OwnSealedAct | Outcome {
  const { operator, centre } = sessionOf(context);
  try {
    const { offlineGrant, ...act } = toActIn(content);
    const grant = readGrant(offlineGrant);
    if (grant.operator !== operator || grant.centre !== centre) return 'refused';
    return { act: parseAct(act, 0), device: grant.device };
  } catch (error) {
    return toRefused(error);
  }
}

/** @throws Problem OFFLINE_CLAIM_INVALID for a malformed grant */
function readGrant(token: string): GrantFacts {
  try {
    return readUnverifiedGrant(token);
  } catch {
    throw new Problem({ reason: 'OFFLINE_CLAIM_INVALID', message: 'The offline grant is malformed.' });
  }
}
