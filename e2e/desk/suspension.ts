import { randomUUID } from 'node:crypto';
import { afterEach } from '@jest/globals';
import { openDeskFor } from './filings.ts';

/** Suspends specialists, and reinstates them after a test that failed before: other tests sign in as them. */

const suspendedCentres = new Set<string>();

/** Suspends the specialist of a centre, such as `cu-014`. */
export async function suspendSpecialist(centre: string): Promise<void> {
  await changeAccess(centre, 'suspend');
  suspendedCentres.add(centre);
}

/** Ends the suspension. */
export async function reinstateSpecialist(centre: string): Promise<void> {
  suspendedCentres.delete(centre);
  await changeAccess(centre, 'reinstate');
}

async function changeAccess(centre: string, action: 'suspend' | 'reinstate'): Promise<void> {
  const manager = await openDeskFor(`${centre}-manager`);
  const path = `/centres/${centre.toUpperCase()}/operators/${centre}-specialist/${action}`;
  await manager.call('POST', path, { body: { reason: 'Nu mai vine la lucru' }, key: randomUUID() });
}

afterEach(async () => {
  for (const centre of suspendedCentres) await reinstateSpecialist(centre);
});
