import type { Handler, Operation } from './http/handler.ts';
import type { ServiceClients } from './clients.ts';
import type { OperatorNameResolver } from './operator-name-resolver.ts';
import { applicationRoutes } from './routes/applications.ts';
import { applicationDetailsRoutes } from './routes/application-details.ts';
import { accessLogRoutes } from './routes/access-log.ts';
import { withOperatorNames } from './routes/operator-names.ts';
import { platformRoutes } from './routes/platform.ts';
import type { PlatformDeps } from './routes/platform.ts';
import { agencyRoutes } from './routes/agency.ts';
import { agencyPageRoutes } from './routes/agency-page.ts';
import { agencyPullRoutes } from './routes/agency-pull.ts';
import type { AgencyPullDeps } from './routes/agency-pull.ts';
import { deviceRoutes } from './routes/devices.ts';
import { documentRoutes } from './routes/documents.ts';
import type { DocumentRouteDeps } from './routes/documents.ts';
import { createUploadHandlers } from './transfers/uploads.ts';
import type { UploadDeps } from './transfers/uploads.ts';
import { deliveryAndNoticeRoutes } from './routes/deliveries-and-notices.ts';
import { mandateRoutes } from './routes/mandates.ts';
import { journalRoutes } from './routes/journal.ts';
import { offlineCopyRoutes } from './routes/offline-copies.ts';
import { chainBreakRoutes } from './routes/chain-breaks.ts';
import { quarantinedActRoutes } from './routes/quarantined-acts.ts';
import { createRecordedWrites } from './recorded-write.ts';
import { personCopyRoutes } from './routes/person-copies.ts';
import {
  dataRightsRoutes,
  escalatedApplicationRoutes,
  oversightRoutes,
  undecidedAgencyRoutes,
} from './routes/oversight.ts';
import { collectionRoutes } from './routes/collections.ts';
import { queueRoutes } from './routes/queue.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { searchRoutes } from './routes/search.ts';
import { sessionRoutes } from './routes/sessions.ts';
import type { SessionCookies } from './routes/sessions.ts';
import { staffRoutes } from './routes/staff.ts';
import { statisticsRoutes } from './routes/statistics.ts';

export interface OperationHandlerDeps
  extends
    ServiceClients,
    PlatformDeps,
    SessionCookies,
    Pick<DocumentRouteDeps, 'downloads'>,
    Pick<AgencyPullDeps, 'longPolls'>,
    Pick<UploadDeps, 'isStopping' | 'turns'> {
  operators: OperatorNameResolver;
  uploads: UploadDeps['pool'];
  operations: readonly Operation[];
}

/** Returns the handler of each operation, by operationId. openapi.yaml has validated every request. */
export function createOperationHandlers(deps: OperationHandlerDeps): Record<string, Handler> {
  return withOperatorNames(deps.operators, {
    ...platformRoutes(deps),
    ...sessionRoutes(deps, deps),
    ...catalogRoutes(deps),
    ...applicationRoutes(deps),
    ...collectionRoutes(deps),
    ...queueRoutes(deps),
    ...searchRoutes(deps),
    ...applicationDetailsRoutes(deps),
    ...accessLogRoutes(deps, deps.operators),
    ...documentRoutes(deps),
    ...agencyRoutes(deps),
    ...agencyPageRoutes(deps),
    ...agencyPullRoutes(deps),
    ...createUploadHandlers(Object.assign({ pool: deps.uploads }, deps)),
    ...deliveryAndNoticeRoutes(deps),
    ...mandateRoutes(deps),
    ...journalRoutes(deps),
    ...dataRightsRoutes(deps),
    ...oversightRoutes(deps),
    ...undecidedAgencyRoutes(deps),
    ...escalatedApplicationRoutes(deps),
    ...personCopyRoutes(deps),
    ...offlineCopyRoutes(deps),
    ...staffRoutes(deps),
    ...deviceRoutes(deps),
    ...statisticsRoutes(deps),
    ...chainBreakRoutes(deps),
    ...quarantinedActRoutes({ ...deps, recordedWrites: createRecordedWrites(deps.operations, writeRoutesOf(deps)) }),
  });
}

/** Returns the routes with desk writes, for other clients. */
const writeRoutesOf = (deps: ServiceClients) => (clients: Pick<ServiceClients, 'intake' | 'identity'>) => ({
  ...applicationRoutes({ ...deps, ...clients }),
  ...collectionRoutes(clients),
  ...deliveryAndNoticeRoutes({ ...deps, ...clients }),
  ...mandateRoutes({ ...deps, ...clients }),
});
