import type { Metrics } from '@cups/contracts';
import type { Documents } from '@cups/store';
import type { Keys, PersonHasher, Rpcs } from '@cups/rpc';
import type { IntakeServiceDefinition } from '@cups/contracts/gen/cups/intake/v1/IntakeService.ts';
import type { DataEnd } from '../data-end.ts';
import type { DataEndTerms } from '../domain/data-end.ts';
import type { ActRelease, GrantFacts } from '../domain/quarantine.ts';
import type { SearchHasher } from '../domain/search-hasher.ts';
import type { ServiceClients } from '../clients.ts';
import type { StoredApplication } from '../store.ts';
import type { OpenApplicationCounter } from '../store/open-application-counter.ts';
import type { HistorySegments } from '../store/history-segments.ts';
import type { AccessLog } from '../store/access-log.ts';
import type { DeskChains } from '../store/desk-chains.ts';
import type { StoredDeviceCopy } from '../store/offline-copies.ts';
import type { StoredPersonCopy } from '../store/person-copies.ts';
import type { HandInKeys } from '../store/hand-in-keys.ts';
import type { QuarantinedActs } from '../store/quarantined-acts.ts';
import type { StoredMandate } from '../store/mandates.ts';
import type { ServiceVersions } from '../store/service-versions.ts';
import type { StatisticsStore } from '../store/statistics.ts';
import type { WorkingTimes } from '../working-times.ts';

export interface RpcDeps {
  applications: Documents<StoredApplication>;
  /** The archived part of the history of applications. */
  history: HistorySegments;
  mandates: Documents<StoredMandate>;
  versions: ServiceVersions;
  clients: ServiceClients;
  workingTimes: WorkingTimes;
  openApplications: OpenApplicationCounter;
  accessLog: AccessLog;
  personCopies: Documents<StoredPersonCopy>;
  quarantinedActs: QuarantinedActs;
  /** The keys to which desks seal unsent acts. */
  handInKeys: Pick<HandInKeys, 'current' | 'find'>;
  metrics: Metrics;
  /** The acts without a line, by the chain of their device. */
  deskChains: DeskChains;
  /** Verifies an offline grant, also an expired one. @throws Problem for one that identity did not sign */
  verifyGrant: (token: string) => Promise<GrantFacts>;
  /** Set while a quarantined act is applied: who made it, and when. */
  release?: ActRelease;
  /** Which device holds which file. */
  deviceCopies: Documents<StoredDeviceCopy>;
  statistics: StatisticsStore;
  /** Hashes names and numbers for the search. */
  hashes: SearchHasher;
  /** Whether all applications have hashes of personal numbers. */
  isBackfilled: () => boolean;
  /** Recognises operators among the people of an application. */
  persons: PersonHasher;
  /** Verifies the grants of actions that were done without a line. */
  grants: Pick<Keys, 'verifyOfflineGrant'>;
  /** Whether filing and supplying without a mandate is refused. */
  isMandateRequired: boolean;
  dataEnd: Pick<DataEnd, 'process'>;
  dataEndTerms: DataEndTerms;
  /** Key of request fingerprints. */
  secret: () => string;
  now: () => Date;
}

export type IntakeRpcs = Rpcs<IntakeServiceDefinition>;
