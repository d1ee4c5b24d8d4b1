import type { Call } from './call.ts';
import { serviceIn } from './certificate.ts';

/** By connection, what was read from its certificate: to read it costs as much as half a call (0.1 ms). */
const known = new WeakMap<object, string | undefined>();

/** Whose certificate a call came under, its authority verified; undefined when it names nobody of this platform. */
export function certifiedCaller(call: Call): string | undefined {
  const connection = connectionOf(call);
  if (connection && known.has(connection)) return known.get(connection);
  const service = serviceIn(call.getAuthContext().sslPeerCertificate?.subjectaltname);
  if (connection) known.set(connection, service);
  return service;
}

/** What grpc-js keeps to itself. Were it not found there any more, each call would pay for the reading. */
function connectionOf(call: Call): object | undefined {
  return (call as unknown as { call?: { stream?: { session?: object } } }).call?.stream?.session;
}
