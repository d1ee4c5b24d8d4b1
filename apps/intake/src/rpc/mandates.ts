import { personKeyOf } from '@cups/application';
import type { Content, Person } from '@cups/application';
import { isResourceName } from '@cups/contracts';
import { centresOf } from '@cups/rpc';
import type { Context, PersonHasher } from '@cups/rpc';
import type { ServiceVersion } from '../domain/application.ts';
import type { MandateCopy, MandateUse } from '../domain/mandates.ts';
import { saveMandate } from '../store/mandates.ts';
import type { StoredApplication } from '../store.ts';
import type { RpcDeps } from './deps.ts';

/** The mandates that drafts name and that actions use. */

type MandateDeps = Pick<RpcDeps, 'mandates' | 'clients' | 'now'>;

const idOf = (name: string): string => name.slice('mandates/'.length);

/**
 * Returns the mandate that content names, if the caller's centre holds it. Calls identity only if intake does not know
 * it.
 * @throws Problem UPSTREAM_UNAVAILABLE
 */
export async function findMandate(
  { mandates, clients, now }: MandateDeps,
  { mandate }: Pick<Content, 'mandate'>,
  context: Context,
): Promise<MandateCopy | undefined> {
  const { name = '' } = mandate ?? {};
  if (!isResourceName('mandates', name)) return undefined;
  const isHeld = ({ centre }: MandateCopy) => centre !== undefined && centresOf(context).includes(centre);
  const known = await mandates.get(idOf(name), { scope: 'service' });
  if (known?.facts && isHeld(known)) return known;
  const [found] = await clients.batchGetMandates([name], context);
  // Another centre's mandate does not exist for the caller.
  return found && isHeld(found) ? saveMandate(mandates, found, now()) : undefined;
}

/** Returns the mandate of an action: the one that the application names, from the own store. */
export async function readMandateUse(
  deps: Pick<RpcDeps, 'mandates' | 'persons' | 'isMandateRequired'>,
  { content }: Pick<StoredApplication, 'content'>,
  { theme }: Pick<ServiceVersion, 'theme'>,
): Promise<MandateUse> {
  const { name = '' } = content.mandate ?? {};
  const mandate = isResourceName('mandates', name)
    ? await deps.mandates.get(idOf(name), { scope: 'service' })
    : undefined;
  return toMandateUse(deps, mandate, theme);
}

export const toMandateUse = (
  { persons, isMandateRequired }: Pick<RpcDeps, 'persons' | 'isMandateRequired'>,
  mandate: MandateCopy | undefined,
  theme: string | undefined,
): MandateUse => ({ mandate, theme, isRequired: isMandateRequired, isOf: createPersonCheck(persons) });

/** Without keys, as in development, identity hashes nobody and nothing is compared. */
const createPersonCheck =
  (persons: PersonHasher): MandateUse['isOf'] =>
  (hash: string | undefined, person: Person | undefined) => {
    const key = person && personKeyOf(person);
    if (key === undefined) return false;
    return persons.hash(key) === undefined || persons.matches(hash, key);
  };
