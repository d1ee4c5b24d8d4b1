import type { Documents } from '@cups/store';
import type { Rpcs } from '@cups/rpc';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { Neighbours } from '../neighbours.ts';
import type { StoredApplication } from '../store.ts';
import type { OpenCounter } from '../store/open-counter.ts';
import type { Versions } from '../store/versions.ts';
import type { WorkingTimes } from '../working-times.ts';

/** What the calls of intake work with. */
export interface Parts {
  applications: Documents<StoredApplication>;
  versions: Versions;
  neighbours: Neighbours;
  workingTimes: WorkingTimes;
  openApplications: OpenCounter;
  /** Secret of the fingerprints of requests. */
  secret: () => string;
  now: () => Date;
}

/** Every call of intake: it checks the shape, calls the store with a function of the domain, and answers. */
export type IntakeRpcs = Rpcs<IntakeServiceDefinition>;
