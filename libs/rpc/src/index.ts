export type { AccessRow, AccessTable } from './access.ts';
export { connect } from './client.ts';
export type { CallOptions, Client } from './client.ts';
export { centreOf, centresOf, sessionOf } from './context.ts';
export type { CallContext, Context, Role, ServiceName, Session } from './context.ts';
export { serveGrpc } from './grpc.ts';
export type { GrpcServer, Rpcs, ServerOptions, ServiceRegistration } from './grpc.ts';
export { watchKeyFile, watchKeySet } from './key-set.ts';
export type { SecretKey } from './key-set.ts';
export {
  agencyKeysPath,
  CHECKPOINT_KEY_SET,
  COOKIE_KEY_SET,
  DATA_KEY_SERVICES,
  dataKeySetFile,
  generateAgencyKeys,
  generateKeys,
  generateSecretJwk,
  generateSigningJwk,
  PERSON_HASH_KEY_SET,
  PERSON_KEY_SET,
  publicAgencyKeysPath,
} from './generate-keys.ts';
export { MAX_OFFLINE_HOURS } from '@cups/contracts';
export { OFFLINE_CLAIM_PATTERN, readOfflineAct } from './offline-claim.ts';
export type { OfflineAct } from './offline-claim.ts';
export { readUnverifiedGrant } from './offline-grant.ts';
export { watchPersonHasher } from './person-hash.ts';
export type { PersonHasher } from './person-hash.ts';
export { AGENCY_SESSION_SECONDS, createAgencySession } from './session-claims.ts';
export { seal, unseal } from './seal.ts';
export { problemToStatus, statusToProblem } from './status.ts';
export { openTls } from './tls.ts';
export type { Tls } from './tls.ts';
export { openKeys } from './tokens.ts';
export type { Keys } from './tokens.ts';
