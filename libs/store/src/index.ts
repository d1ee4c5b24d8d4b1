export type {
  Cause,
  CollectionOptions,
  Decision,
  Documents,
  Index,
  NewEvent,
  OutboxEntry,
  RequestRecord,
  StoredDocument,
} from './documents.ts';
export { etagOf } from './documents.ts';
export { canonicalJson, fingerprint } from './fingerprint.ts';
export type { Metrics } from './metrics.ts';
export type { PublishResult, Relay, RelayOptions } from './outbox.ts';
export { startRelay } from './outbox.ts';
export { pageSizeOf, pageToken, readPageToken } from './page.ts';
export { openParking } from './parking.ts';
export type { Log, Store, StoreOptions } from './store.ts';
export { openStore } from './store.ts';
export { startTimers } from './timers.ts';
