import type { NetConnectOpts } from 'node:net';

const UNIX = 'unix:';

/** Parses host:port, [IPv6]:port or unix:/path for `net.connect`. */
export function parseAddress(address: string): NetConnectOpts {
  if (address.startsWith(UNIX)) return { path: address.slice(UNIX.length) };
  const at = address.lastIndexOf(':');
  return { host: address.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(address.slice(at + 1)) };
}
