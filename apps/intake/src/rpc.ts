import { correctionRpcs } from './rpc/corrections.ts';
import { dataRightsRpcs } from './rpc/data-rights.ts';
import { personErasureRpcs } from './rpc/person-erasure.ts';
import { draftRpcs } from './rpc/drafts.ts';
import { accessLogRpcs } from './rpc/access-log.ts';
import { agencyRpcs } from './rpc/agency.ts';
import { applicationDetailsRpcs } from './rpc/application-details.ts';
import { filingRpcs } from './rpc/filing.ts';
import type { IntakeRpcs, RpcDeps } from './rpc/deps.ts';
import { paymentRpcs } from './rpc/payments.ts';
import { queueRpcs } from './rpc/queue.ts';
import { readRpcs } from './rpc/reads.ts';
import { resultRpcs } from './rpc/results.ts';
import { searchRpcs } from './rpc/search.ts';
import { internalServiceRpcs } from './rpc/internal-services.ts';
import { statisticsRpcs } from './rpc/statistics.ts';
import { collectionRpcs } from './rpc/collections.ts';
import { caseworkRpcs } from './rpc/casework.ts';
import { trackingRpcs } from './rpc/tracking.ts';
import { mandateApplicationRpcs } from './rpc/mandate-applications.ts';
import { agencyMessageRpcs, messageRpcs } from './rpc/messages.ts';
import { documentRpcs } from './rpc/documents.ts';
import { offlineCopyRpcs } from './rpc/offline-copies.ts';
import { complaintRpcs } from './rpc/complaints.ts';
import { escalatedApplicationRpcs } from './rpc/escalated-applications.ts';
import { chainBreakRpcs } from './rpc/chain-breaks.ts';
import { personCopyRpcs } from './rpc/person-copies.ts';
import { handInRpcs } from './rpc/hand-in.ts';
import { sealedActRpcs } from './rpc/sealed-acts.ts';
import { answerRpcs, passingOnRpcs } from './rpc/passing-on.ts';
import { ownActRpcs } from './rpc/own-acts.ts';
import { quarantineRpcs } from './rpc/quarantined-acts.ts';

export function rpcs(deps: RpcDeps): IntakeRpcs {
  return {
    ...deskWriteRpcs(deps),
    ...readRpcs(deps),
    ...queueRpcs(deps),
    ...searchRpcs(deps),
    ...applicationDetailsRpcs(deps),
    ...accessLogRpcs(deps),
    ...agencyRpcs(deps),
    ...dataRightsRpcs(deps),
    ...personErasureRpcs(deps),
    ...statisticsRpcs(deps),
    ...trackingRpcs(deps),
    ...mandateApplicationRpcs(deps),
    ...internalServiceRpcs(deps),
    ...agencyMessageRpcs(deps),
    ...documentRpcs(deps),
    ...escalatedApplicationRpcs(deps),
    ...personCopyRpcs(deps),
    ...handInRpcs(deps),
    ...sealedActRpcs(deps),
    ...ownActRpcs(deps),
    ...quarantineRpcs(deps, (applied) => deskWriteRpcs({ ...deps, ...applied })),
    ...offlineCopyRpcs(deps),
    ...chainBreakRpcs(deps),
    ...passingOnRpcs(deps),
  };
}

/** The RPCs of a desk that write an application, and the reads beside them. */
const deskWriteRpcs = (deps: RpcDeps) => ({
  ...draftRpcs(deps),
  ...filingRpcs(deps),
  ...correctionRpcs(deps),
  ...resultRpcs(deps),
  ...collectionRpcs(deps),
  ...paymentRpcs(deps),
  ...caseworkRpcs(deps),
  ...answerRpcs(deps),
  ...messageRpcs(deps),
  ...complaintRpcs(deps),
});
