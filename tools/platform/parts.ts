import { ensureAdministrator } from '@cups/events';
import { startLocal } from '@cups/local';
import type { LocalOptions, LocalPlatform } from '@cups/local';
import { buildAccess, administratorAccess, writeAccess } from './access.ts';
import type { LocalAccess } from './access.ts';

/** The embedded store and Kafka, and the ways into them. */
export interface EmbeddedParts {
  local: LocalPlatform;
  access: LocalAccess;
}

/**
 * Starts embedded parts, closed unless they shall be open: then Kafka speaks TLS and knows its administrator, also when its data were made
 * in the open. What they hold is the same either way. The store, which has no users, listens on this machine alone: TLS would keep nobody
 * out, and cost as much again as that of Kafka.
 * @throws Error with one sentence for a person
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
