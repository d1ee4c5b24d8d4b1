import { lookup as lookupName } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** Sends one request to a webhook. The address comes from an administrator; where its name leads does not. */

/** Why a ping failed. Codes only: a text could quote the address or the response. */
export type PingFailure =
  | 'URL_NOT_HTTPS'
  | 'ADDRESS_NOT_PUBLIC'
  | 'NAME_UNRESOLVED'
  | 'TIMEOUT'
  | 'CONNECTION_FAILED'
  | 'REDIRECT'
  | 'STATUS_4XX'
  | 'STATUS_5XX'
  | 'STATUS_OTHER';

interface Address {
  address: string;
  family: number;
}

export interface PingOptions {
  timeoutMs: number;
  /** Ends the call before its timeout. */
  signal?: AbortSignal;
  /** Allows http and addresses of this machine, for tests and demonstrations. */
  allowsLoopback: boolean;
  /** For tests. @default the resolver of the system */
  resolve?: (name: string) => Promise<Address[]>;
  /** Authorities in PEM, for tests. @default those of Node */
  ca?: string;
}

const resolveAll = (name: string): Promise<Address[]> => lookupName(name, { all: true, verbatim: true });

/**
 * Posts JSON. Resolves the name once, refuses it unless every address is public, and connects to the first of these addresses
 * that answers: a second resolution cannot lead elsewhere. Follows no redirect and reads no body.
 * @returns undefined on success (2xx)
 */
export async function sendPing(
  { url: text, body, headers }: { url: string; body: string; headers: Record<string, string> },
  options: PingOptions,
): Promise<PingFailure | undefined> {
  const url = new URL(text);
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const deadline = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  const found = await resolveHost(url, options, deadline);
  if (typeof found === 'string') return found;
  return post(url, { body, headers, pinned: found, ca: options.ca, deadline });
}

async function resolveHost(
  { hostname, protocol }: URL,
  { allowsLoopback, resolve = resolveAll }: PingOptions,
  deadline: AbortSignal,
): Promise<Address[] | PingFailure> {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  let addresses: Address[];
  try {
    addresses = family > 0 ? [{ address: host, family }] : await untilAborted(resolve(host), deadline);
  } catch {
    return deadline.aborted ? 'TIMEOUT' : 'NAME_UNRESOLVED';
  }
  if (addresses.length === 0) return 'NAME_UNRESOLVED';
  if (allowsLoopback && addresses.every(({ address }) => isLoopbackAddress(address))) return addresses;
  if (!addresses.every(({ address }) => isPublicAddress(address))) return 'ADDRESS_NOT_PUBLIC';
  return protocol === 'https:' ? addresses : 'URL_NOT_HTTPS';
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(new Error('aborted'));
    signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
  });
  return Promise.race([work, aborted]);
}

interface PostOptions {
  body: string;
  headers: Record<string, string>;
  pinned: readonly Address[];
  ca: string | undefined;
  deadline: AbortSignal;
}

function post(url: URL, { body, headers, pinned, ca, deadline }: PostOptions): Promise<PingFailure | undefined> {
  const isSecure = url.protocol === 'https:';
  // Node tries these addresses in turn (RFC 8305). The certificate is still verified for the name in the URL.
  const lookup: LookupFunction = (_name, { all }, callback) => {
    if (all) callback(null, [...pinned]);
    else callback(null, pinned[0]!.address, pinned[0]!.family);
  };
  const bytes = Buffer.from(body);
  const sent = { ...headers, 'content-type': 'application/json', 'content-length': String(bytes.length) };
  const common = {
    method: 'POST',
    headers: sent,
    lookup,
    autoSelectFamily: true,
    signal: deadline,
    agent: false as const,
  };
  return new Promise((resolve) => {
    const outgoing = isSecure
      ? requestHttps(url, { ...common, ...(ca === undefined ? {} : { ca }) })
      : requestHttp(url, common);
    const end = ({ statusCode }: IncomingMessage): void => {
      resolve(toFailure(statusCode ?? 0));
      // The body is of no interest, and could be endless.
      outgoing.destroy();
    };
    outgoing.once('response', end);
    // A receiver that answers 101 switches protocols: Node then emits no response and no error.
    outgoing.once('upgrade', (response, socket) => {
      socket.destroy();
      end(response);
    });
    // After the response, an error changes nothing.
    outgoing.on('error', () => resolve(deadline.aborted ? 'TIMEOUT' : 'CONNECTION_FAILED'));
    // However a connection ends, the call ends with it.
    outgoing.once('close', () => resolve('CONNECTION_FAILED'));
    outgoing.end(bytes);
  });
}

function toFailure(status: number): PingFailure | undefined {
  if (status >= 200 && status < 300) return undefined;
  if (status >= 300 && status < 400) return 'REDIRECT';
  if (status >= 400 && status < 500) return 'STATUS_4XX';
  return status >= 500 ? 'STATUS_5XX' : 'STATUS_OTHER';
}
