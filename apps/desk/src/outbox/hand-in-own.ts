import { api, ApiError, bodyOf } from '../api/client.ts';
import type { SealedActOutcome } from '../api/types.ts';
import { deviceId } from '../session/device.ts';
import { workplace } from '../session/workplace.ts';
import { centreOfAct } from './act-centre.ts';
import { handInWrites, isGrantRefused } from './hand-in.ts';
import type { HandInTransport } from './hand-in.ts';
import type { Write } from './write.ts';

/**
 * Hands in acts of the signed-in operator. Their grant proves when they were made. If the platform cannot verify it any more,
 * the session proves whose they are, and nothing proves the time. Loaded on demand.
 */

interface OwnHandIn {
  writes: readonly Write[];
  /** The grant of the acts, or of the last contact. */
  grant: string | undefined;
  transport?: HandInTransport;
  ownTransport?: HandInTransport;
}

/** @throws ApiError as {@link handInWrites}; OFFLINE_CLAIM_INVALID for acts of another centre under such a grant */
export async function handInOwnWrites({ writes, grant, transport, ownTransport = postOwn }: OwnHandIn): Promise<void> {
  try {
    if (grant !== undefined) return await handInWrites(Object.assign({ writes, grant }, transport && { transport }));
  } catch (error) {
    if (!isGrantRefused(error) || !writes.every(isOfThisCentre)) throw error;
  }
  await handInWrites({ writes, grant: '', transport: ownTransport });
}

/** The platform keeps acts without a usable grant at the centre of the session. */
function isOfThisCentre(write: Write): boolean {
  const centre = centreOfAct(write);
  return centre === undefined || centre === workplace.centre();
}

const postOwn: HandInTransport = async (acts) =>
  bodyOf(api.POST('/api/v1/own-acts', { body: { device: await deviceId(), acts: [...acts] } }));

/** Hands in sealed acts of the signed-in operator. @returns an outcome for each @throws ApiError, NetworkError */
export async function handInOwnSealedActs(sealedActs: readonly string[]): Promise<readonly SealedActOutcome[]> {
  const body = { device: await deviceId(), sealedActs: [...sealedActs] };
  try {
    return (await bodyOf(api.POST('/api/v1/own-acts', { body }))).outcomes;
  } catch (error) {
    // Without a session at a centre, they stay refused.
    if (error instanceof ApiError && [401, 403].includes(error.status)) return sealedActs.map(() => 'refused');
    throw error;
  }
}
