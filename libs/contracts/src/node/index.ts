export { canonicalJson, fingerprint } from './canonical.ts';
export { pageSizeOf, pageToken, readPageToken } from './page.ts';
export { correlationIdOf, newTraceparent, traceparentOf } from './trace.ts';
