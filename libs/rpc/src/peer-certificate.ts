import type { RawCall } from './call.ts';
import { parseServiceName } from './certificate.ts';

/** By connection, what was read from its certificate: to read it costs as much as half a call (0.1 ms). */
const serviceByConnection = new WeakMap<object, string | undefined>();

/** Whose certificate a call came under, its authority verified; undefined when it names nobody of this platform. */
export function callerFromCertificate(call: RawCall): string | undefined {
  const connection = findConnection(call);
  if (connection && serviceByConnection.has(connection)) return serviceByConnection.get(connection);
  const service = parseServiceName(call.getAuthContext().sslPeerCertificate?.subjectaltname);
  if (connection) serviceByConnection.set(connection, service);
  return service;
}

/** What grpc-js keeps to itself. Were it not found there any more, each call would pay for the reading. */
function findConnection(call: RawCall): object | undefined {
  return (call as unknown as { call?: { stream?: { session?: object } } }).call?.stream?.session;
}
