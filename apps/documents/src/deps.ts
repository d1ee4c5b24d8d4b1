import type { DataKeys } from '@cups/data-keys';
import type { Checks } from './checks.ts';
import type { ContentStore } from './content-store.ts';
import type { Detach } from './detach.ts';
import type { DocumentMetrics } from './document-metrics.ts';
import type { RetentionTerms } from './domain/retention.ts';
import type { Erasure } from './erasure.ts';
import type { Quota } from './quota.ts';
import type { ApplicationRecords, DocumentRecords } from './store.ts';

/** What the RPCs work with. */
export interface RpcDeps {
  records: DocumentRecords;
  applications: ApplicationRecords;
  dataKeys: DataKeys;
  content: ContentStore;
  checks: Pick<Checks, 'start'>;
  detach: Detach;
  erasure: Erasure;
  quota: Quota;
  terms: RetentionTerms;
  metrics: DocumentMetrics;
  now: () => Date;
}
