import { setTimeout as pause } from 'node:timers/promises';
import { deliveriesOf } from '@cups/agency-bridge/store';
import type { Deliveries } from '@cups/agency-bridge/store';
import type { Log } from '@cups/contracts';
import { openApplicationStore } from '@cups/intake/store';
import type { StoredApplication } from '@cups/intake/store';
import { openThreads } from '@cups/notifications/store';
import type { Threads } from '@cups/notifications/store';
import { openStore } from '@cups/store';
import type { Documents } from '@cups/store';

/** The collections of three services, as they open them: each in its own database, with its indexes. */

export interface ServiceStores {
  applications: Documents<StoredApplication>;
  deliveries: Deliveries;
  threads: Threads;
  /** May be called again. */
  close(): Promise<void>;
}

type StoreService = 'intake' | 'agency-bridge' | 'notifications';

export const databaseOf = (service: StoreService): string => `bench-cups-${service}`;

const noLog: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => noLog };

/** Opens the stores, and waits until all indexes exist. */
export async function openServiceStores(uri: string): Promise<ServiceStores> {
  const open = (service: StoreService) => openStore({ uri, database: databaseOf(service), log: noLog, poolSize: 8 });
  const [intake, bridge, notifications] = [open('intake'), open('agency-bridge'), open('notifications')];
  const stores = [intake, bridge, notifications];
  const collections = {
    applications: openApplicationStore(intake),
    deliveries: deliveriesOf(bridge),
    threads: openThreads(notifications),
  };
  while (!stores.every((store) => store.ready())) await pause(50);
  return Object.assign(collections, { close: async () => void (await Promise.all(stores.map((one) => one.close()))) });
}
