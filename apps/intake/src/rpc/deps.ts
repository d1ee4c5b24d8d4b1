import type { Documents } from '@cups/store';
import type { PersonHasher, Rpcs } from '@cups/rpc';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { SearchHasher } from '../domain/search-hasher.ts';
import type { ServiceClients } from '../clients.ts';
import type { StoredApplication } from '../store.ts';
import type { OpenApplicationCounter } from '../store/open-application-counter.ts';
import type { AccessLog } from '../store/access-log.ts';
import type { ServiceVersions } from '../store/service-versions.ts';
import type { WorkingTimes } from '../working-times.ts';

/** What the calls of intake work with. */
export interface RpcDeps {
  applications: Documents<StoredApplication>;
  versions: ServiceVersions;
  clients: ServiceClients;
  workingTimes: WorkingTimes;
  openApplications: OpenApplicationCounter;
  /** Who looked at what. */
  accessLog: AccessLog;
  /** By which names are found. */
  hashes: SearchHasher;
  /** By which operators are recognised among the people of an application. */
  persons: PersonHasher;
  /** Secret of the fingerprints of requests. */
  secret: () => string;
  now: () => Date;
}

/** Every call of intake: it checks the shape, calls the store with a function of the domain, and answers. */
export type IntakeRpcs = Rpcs<IntakeServiceDefinition>;
