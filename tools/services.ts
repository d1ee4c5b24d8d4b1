const OWN = ['catalog', 'identity', 'intake', 'agency-bridge', 'notifications', 'gateway'] as const;

/** Who signs: each has a private key of its own, and everybody's public ones. The operator is no service: it is the tool of operators. */
export const SIGNERS = [...OWN, 'operator'] as const;

/** All services, in the order in which they are told of. The simulator stands outside, as an agency does: it signs nothing. */
export const SERVICES = [...OWN, 'agency-simulator'] as const;
export type ServiceName = (typeof SERVICES)[number];
