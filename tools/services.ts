/** Services that sign: each has a private key of its own, and everybody's public ones. */
export const SIGNERS = ['catalog', 'identity', 'intake', 'agency-bridge', 'notifications', 'gateway'] as const;

/** All services, in the order in which they are told of. The simulator stands outside, as an agency does: it signs nothing. */
export const SERVICES = [...SIGNERS, 'agency-simulator'] as const;
export type ServiceName = (typeof SERVICES)[number];
