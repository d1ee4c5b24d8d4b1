import type { LocalStore } from '../local-store/local-store.ts';
import type { ActChain } from './act-chain.ts';
import type { Channel, OutboxEnvironment } from './environment.ts';
import type { Write } from './write.ts';

/** What an outbox works on. */
export interface OutboxParts {
  localStore: LocalStore;
  environment: OutboxEnvironment;
  channel: Channel;
  chain: ActChain;
  loadWrites: () => Promise<Write[]>;
}
