import { draftRpcs } from './rpc/drafts.ts';
import { accessLogRpcs } from './rpc/access-log.ts';
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
import { caseworkRpcs } from './rpc/casework.ts';
import { trackingRpcs } from './rpc/tracking.ts';

/** The calls of intake. Each stands under its own name in a file of `rpc/`. */
export function rpcs(parts: RpcDeps): IntakeRpcs {
  return {
    ...draftRpcs(parts),
    ...filingRpcs(parts),
    ...resultRpcs(parts),
    ...paymentRpcs(parts),
    ...caseworkRpcs(parts),
    ...readRpcs(parts),
    ...queueRpcs(parts),
    ...searchRpcs(parts),
    ...applicationDetailsRpcs(parts),
    ...accessLogRpcs(parts),
    ...statisticsRpcs(parts),
    ...trackingRpcs(parts),
    ...internalServiceRpcs(parts),
  };
}
