const OWN = [
  'catalog',
  'identity',
  'intake',
  'documents',
  'agency-bridge',
  'notifications',
  'journal',
  'gateway',
] as const;

/** Owners of a private key, whose public keys all services have. `ops` is the ops CLI. */
export const SIGNERS = [...OWN, 'ops'] as const;

/** All services, in documentation order. The simulator is outside the platform, as an agency is, and signs nothing. */
export const SERVICES = [...OWN, 'agency-simulator'] as const;
export type ServiceName = (typeof SERVICES)[number];
