import { sealAct } from '@cups/application/sealed-act';
import type { SealedCopy } from '../local-store/database.ts';
import { handInKey } from '../session/hand-in-key.ts';
import { offlineGrant } from '../session/offline-grant.ts';
import { centreOfGrant } from './act-centre.ts';
import type { Write } from './write.ts';

/**
 * Seals unsent writes to the platform. The copy is handed in if the key share ends while the write is unsent: then nothing
 * opens the write itself any more. Loaded on demand.
 */

/** Returns the sealed copy of a stored write; undefined without a key or a grant, before the first contact. */
export async function sealWrite(write: Write): Promise<SealedCopy | undefined> {
  const key = handInKey.current();
  const grant = write.grant ?? offlineGrant.current();
  if (!key || !grant || write.sequence === undefined) return undefined;
  // The grant decides where a supervisor gets the act.
  if (write.centre !== undefined && centreOfGrant(grant) !== write.centre) return undefined;
  const { application, kind, body, madeAt, sequence, previous } = write;
  const act = { offlineGrant: grant, key: write.key, application, kind, body, time: madeAt, sequence };
  const text = await sealAct(key, previous === undefined ? act : Object.assign(act, { previous }));
  return { text, sequence, sealedAt: Date.now() };
}
