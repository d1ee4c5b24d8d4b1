import { draftRpcs } from './rpc/drafts.ts';
import { accessLogRpcs } from './rpc/access-log.ts';
import { fileRpcs } from './rpc/file.ts';
import { filingRpcs } from './rpc/filing.ts';
import type { IntakeRpcs, Parts } from './rpc/parts.ts';
import { paymentRpcs } from './rpc/payments.ts';
import { queueRpcs } from './rpc/queue.ts';
import { readRpcs } from './rpc/reads.ts';
import { resultRpcs } from './rpc/results.ts';
import { searchRpcs } from './rpc/search.ts';
import { serviceRpcs } from './rpc/services.ts';
import { statisticsRpcs } from './rpc/statistics.ts';
import { teamRpcs } from './rpc/team.ts';
import { trackingRpcs } from './rpc/tracking.ts';

/** The calls of intake. Each stands under its own name in a file of `rpc/`. */
export function rpcs(parts: Parts): IntakeRpcs {
  return {
    ...draftRpcs(parts),
    ...filingRpcs(parts),
    ...resultRpcs(parts),
    ...paymentRpcs(parts),
    ...teamRpcs(parts),
    ...readRpcs(parts),
    ...queueRpcs(parts),
    ...searchRpcs(parts),
    ...fileRpcs(parts),
    ...accessLogRpcs(parts),
    ...statisticsRpcs(parts),
    ...trackingRpcs(parts),
    ...serviceRpcs(parts),
  };
}
