/** The lists that the queue of a desk consists of, in the order in which they are shown. What each holds: docs/reference/glossary.md. */
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
