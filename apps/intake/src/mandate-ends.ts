import { parseResourceName, resourceName } from '@cups/contracts';
import type { Documents } from '@cups/store';
import type { StoredApplication } from './store.ts';
import type { StoredMandate } from './store/mandates.ts';

/** The end of mandates on request of a person: those that no application needs any longer. Identity erases their people. */

export interface MandateNeeds {
  /** mandates/{id} that no application names. */
  free: string[];
  /** The others, each with an application that names it. */
  needed: { mandate: string; application: string }[];
}

/** Tells which mandates an application names. One whose erasure has started names none. */
export async function findNeeds(
  applications: Documents<StoredApplication>,
  names: readonly string[],
): Promise<MandateNeeds> {
  const needs: MandateNeeds = { free: [], needed: [] };
  for (const mandate of names) {
    const options = { scope: 'service', limit: 1, sort: { _id: 1 }, projection: { _id: 1 } } as const;
    const [found] = await applications.find({ mandates: mandate }, options);
    if (found) needs.needed.push({ mandate, application: resourceName('applications', found._id) });
    else needs.free.push(mandate);
  }
  return needs;
}

/**
 * Ends intake's copies of mandates, and removes what is about their people: keyed hashes, and the hash of the text that
 * names them. A repeat changes nothing.
 */
export async function endMandateCopies(
  mandates: Documents<StoredMandate>,
  names: readonly string[],
  now: Date,
): Promise<void> {
  for (const name of names) {
    const id = parseResourceName('mandates', name);
    if (!(await mandates.get(id, { scope: 'service' }))?.facts) continue;
    await mandates.update(id, { scope: 'service', cause: { eventId: `erased:${name}` }, now }, (copy) => {
      if (!copy.facts || copy.facts.textSha256 === '') return { document: copy, events: [] };
      const { personHash: _person, representativeHash: _representative, ...facts } = copy.facts;
      // Without hashes it would fit anybody, so it is over at once.
      const expireTime = facts.expireTime < now ? facts.expireTime : now;
      return { document: { ...copy, facts: { ...facts, expireTime, textSha256: '' } }, events: [] };
    });
  }
}
