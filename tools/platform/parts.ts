import { ensureAdministrator } from '@cups/events';
import { startLocal } from '@cups/local';
import type { LocalOptions, LocalPlatform } from '@cups/local';
import { buildAccess, administratorAccess, writeAccess } from './access.ts';
import type { LocalAccess } from './access.ts';

/** The embedded store and Kafka, and the access to them. */
export interface EmbeddedParts {
  local: LocalPlatform;
  access: LocalAccess;
}

/**
 * Starts embedded parts. Unless `open`, Kafka uses TLS and has its administrator, also on data created without. The data is the
 * same either way. The store has no users and listens on localhost only: TLS would protect nothing, and cost as much as Kafka's.
 * @throws Error, one sentence for the user
 */
export async function startEmbeddedParts(
  options: LocalOptions & { open?: boolean; prefix: string },
): Promise<EmbeddedParts> {
  const { open = false, prefix, dataDir } = options;
  const local = await startLocal(Object.assign({}, options, { secure: !open, secureStore: false }));
  try {
    const access = buildAccess(dataDir, local, prefix);
    const administrator = administratorAccess(access);
    if (administrator && local.secure && local.kafkaBrokers) {
      const { brokers } = access;
      await ensureAdministrator({ brokers, access: administrator, controller: local.secure.controller });
    }
    writeAccess(dataDir, access);
    return { local, access };
  } catch (error) {
    await local.stop();
    throw error;
  }
}
