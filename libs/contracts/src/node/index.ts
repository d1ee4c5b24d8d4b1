export { canonicalJson, fingerprint } from './canonical.ts';
export { isCertificateRefused, speaksNoTls } from './certificate.ts';
export { pageSizeOf, pageToken, readPageToken } from './page.ts';
export { refuseOpenSecret } from './private.ts';
export { isTraceparent, newTraceparent, requestIdOf, traceparentOf } from './trace.ts';
