import { boundDeskTime } from '@cups/contracts';
import type { DeskTime } from '@cups/contracts';
import { Problem } from '@cups/problem';
import type { Context } from './context.ts';
import type { Keys } from './tokens.ts';

/** The header Cups-Offline, an RFC 9651 dictionary in this order. openapi.yaml has the same pattern. */
export const OFFLINE_CLAIM_PATTERN =
  '^grant="[A-Za-z0-9_-]{1,200}[.][A-Za-z0-9_-]{1,1500}[.][A-Za-z0-9_-]{1,100}"' +
  ', time="[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z"' +
  ', sequence=[0-9]{1,9}' +
  '(, previous="[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")?$';

const SHAPE = new RegExp(OFFLINE_CLAIM_PATTERN);
const MEMBER = /(\w+)="?([^",]+)"?/g;

/**
 * Returns the desk time that the caller claims with an offline grant, or undefined without a claim.
 * @param now arrival of the call
 * @throws Problem OFFLINE_CLAIM_INVALID for a malformed claim, a grant that identity did not sign, or one of another
 * operator than the session's
 */
export async function readDeskTime(
  { offline, session }: Pick<Context, 'offline' | 'session'>,
  keys: Pick<Keys, 'verifyOfflineGrant'>,
  now: Date,
): Promise<DeskTime | undefined> {
  if (offline === undefined) return undefined;
  const { grant: token, ...claim } = parseClaim(offline);
  const grant = await keys.verifyOfflineGrant(token);
  if (grant.operator !== session?.operator) throw invalid('The offline grant is of another operator.');
  return boundDeskTime(claim, grant, now);
}

function parseClaim(text: string): Pick<DeskTime, 'time' | 'sequence' | 'previous'> & { grant: string } {
  if (!SHAPE.test(text)) throw invalid('The offline claim is malformed.');
  const members = Object.fromEntries([...text.matchAll(MEMBER)].map(([, name, value]) => [name, value]));
  const { grant = '', time = '', sequence, previous } = members as Partial<Record<string, string>>;
  const instant = new Date(time);
  if (Number.isNaN(instant.getTime())) throw invalid('The time of the offline claim does not exist.');
  const claim = { grant, time: instant, sequence: Number(sequence) };
  return previous === undefined ? claim : { ...claim, previous: previous.toLowerCase() };
}

const invalid = (message: string): Problem => new Problem({ reason: 'OFFLINE_CLAIM_INVALID', message });
