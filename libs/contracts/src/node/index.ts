export { canonicalJson, fingerprint } from './canonical.ts';
export { hashContent, newSalt } from './content-hash.ts';
export { isCertificateError, isPlaintextPeerError } from './tls-errors.ts';
export { normalizePageSize, createPageToken, parsePageToken, readPageMark } from './pagination.ts';
export { assertPrivateFile } from './private-file.ts';
export { newUlid, takeRandomBytes } from './random.ts';
export { isTraceparent, newTraceparent, ensureRequestId, ensureTraceparent } from './trace.ts';
