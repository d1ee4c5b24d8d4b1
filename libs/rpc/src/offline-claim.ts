import { boundDeskTime } from '@cups/contracts';
import type { DeskTime } from '@cups/contracts';
import { isProblem, Problem } from '@cups/problem';
import type { Context } from './context.ts';
import { readUnverifiedGrant } from './offline-grant.ts';
import type { OfflineGrant } from './offline-grant.ts';
import type { Keys } from './tokens.ts';

/** The header Cups-Offline, an RFC 9651 dictionary in this order. openapi.yaml has the same pattern. */
export const OFFLINE_CLAIM_PATTERN =
  '^grant="[A-Za-z0-9_-]{1,200}[.][A-Za-z0-9_-]{1,1500}[.][A-Za-z0-9_-]{1,100}"' +
  ', time="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z"' +
  ', sequence=[0-9]{1,9}' +
  '(, previous="[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")?' +
  '(, chain="[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")?' +
  '(, ended="[0-9]{1,9}(-[0-9]{1,9})?( [0-9]{1,9}(-[0-9]{1,9})?){0,19}")?$';

const SHAPE = new RegExp(OFFLINE_CLAIM_PATTERN);
const MEMBER = /(\w+)="?([^",]+)"?/g;

/** An act without a line, with what it says about the chain of acts on its device. */
export interface OfflineAct {
  deskTime: DeskTime;
  /** `centres/{code}` of the grant. */
  centre: string;
  /** UUID of the chain; absent in claims of earlier pages. */
  chain?: string;
  /** Numbers of acts of the chain that come without a claim: done with a line, undone or dropped. */
  ended: SequenceRange[];
}

/** Both numbers belong to the range. */
export interface SequenceRange {
  from: number;
  to: number;
}

/**
 * Returns the act that the caller claims with an offline grant, or undefined without a claim.
 * @param now arrival of the call
 * Returns the act with an unbounded time if nobody can verify the grant: the session proves the operator, and nothing the time.
 * @throws Problem OFFLINE_CLAIM_INVALID for a malformed claim or grant, or a grant of another operator than the session's
 */
export async function readOfflineAct(
  { offline, session }: Pick<Context, 'offline' | 'session'>,
  keys: Pick<Keys, 'verifyOfflineGrant'>,
  now: Date,
): Promise<OfflineAct | undefined> {
  if (offline === undefined) return undefined;
  const { grant: token, chain, ended, ...claim } = parseClaim(offline);
  const { grant, isVerified } = await readGrant(token, keys);
  if (grant.operator !== session?.operator) throw invalid('The offline grant is of another operator.');
  const bounded = boundDeskTime(claim, grant, now);
  const deskTime = isVerified ? bounded : { ...bounded, anchorTime: now, isBounded: false };
  const act = { deskTime, centre: grant.centre, ended };
  return chain === undefined ? act : { ...act, chain };
}

/** @throws Problem OFFLINE_CLAIM_INVALID for a malformed grant */
async function readGrant(
  token: string,
  keys: Pick<Keys, 'verifyOfflineGrant'>,
): Promise<{ grant: OfflineGrant; isVerified: boolean }> {
  try {
    return { grant: await keys.verifyOfflineGrant(token), isVerified: true };
  } catch (error) {
    if (!isProblem(error) || error.reason !== 'OFFLINE_CLAIM_INVALID') throw error;
    try {
      return { grant: readUnverifiedGrant(token), isVerified: false };
    } catch {
      throw error;
    }
  }
}

type Claim = Pick<DeskTime, 'time' | 'sequence' | 'previous'> & Pick<OfflineAct, 'chain' | 'ended'> & { grant: string };

function parseClaim(text: string): Claim {
  if (!SHAPE.test(text)) throw invalid('The offline claim is malformed.');
  const members = Object.fromEntries([...text.matchAll(MEMBER)].map(([, name, value]) => [name, value]));
  const { grant = '', time = '', sequence, previous, chain, ended = '' } = members as Partial<Record<string, string>>;
  const instant = new Date(time);
  if (Number.isNaN(instant.getTime())) throw invalid('The time of the offline claim does not exist.');
  const claim: Claim = { grant, time: instant, sequence: Number(sequence), ended: parseRanges(ended) };
  if (previous !== undefined) claim.previous = previous.toLowerCase();
  if (chain !== undefined) claim.chain = chain.toLowerCase();
  return claim;
}

/** Parses "3-7 9". A range that ends before it starts is empty. */
const parseRanges = (text: string): SequenceRange[] =>
  text
    .split(' ')
    .filter(Boolean)
    .map((range) => range.split('-').map(Number))
    .map(([from = 0, to = from]) => ({ from, to }))
    .filter(({ from, to }) => from <= to);

const invalid = (message: string): Problem => new Problem({ reason: 'OFFLINE_CLAIM_INVALID', message });
