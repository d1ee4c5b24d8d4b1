import type { Documents } from '@cups/store';
import type { PersonHashes, Rpcs } from '@cups/rpc';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { NameHashes } from '../domain/names.ts';
import type { Neighbours } from '../neighbours.ts';
import type { StoredApplication } from '../store.ts';
import type { OpenCounter } from '../store/open-counter.ts';
import type { Looks } from '../store/looks.ts';
import type { Versions } from '../store/versions.ts';
import type { WorkingTimes } from '../working-times.ts';

/** What the calls of intake work with. */
export interface Parts {
  applications: Documents<StoredApplication>;
  versions: Versions;
  neighbours: Neighbours;
  workingTimes: WorkingTimes;
  openApplications: OpenCounter;
  /** Who looked at what. */
  looks: Looks;
  /** By which names are found. */
  hashes: NameHashes;
  /** By which operators are recognised among the people of an application. */
  persons: PersonHashes;
  /** Secret of the fingerprints of requests. */
  secret: () => string;
  now: () => Date;
}

/** Every call of intake: it checks the shape, calls the store with a function of the domain, and answers. */
export type IntakeRpcs = Rpcs<IntakeServiceDefinition>;
