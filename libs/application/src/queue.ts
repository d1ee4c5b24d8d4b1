/** The buckets of the queue, in display order. The glossary defines each. */
export const BUCKETS = [
  'today',
  'agency-replied',
  'documents-requested',
  'ready',
  'due-soon',
  'to-notify',
  'uncollected-14-days',
  'uncollected-30-days',
  'drafts',
  'awaiting-outcome',
  'with-agency',
  'mine',
  'open',
  'on-the-way',
] as const;
export type Bucket = (typeof BUCKETS)[number];
