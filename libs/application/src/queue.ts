/** The buckets of the queue, in display order. The glossary defines each. */
export const BUCKETS = [
  'today',
  'came-back',
  'documents-requested',
  'ready',
  'running-out',
  'to-ring',
  'uncollected-14-days',
  'uncollected-30-days',
  'drafts',
  'to-confirm',
  'at-agency',
  'mine',
  'open',
] as const;
export type Bucket = (typeof BUCKETS)[number];
