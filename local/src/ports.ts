import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

export const LOOPBACK = '127.0.0.1';

/** Listening address of a part, and its address for clients. */
export interface Addresses {
  /** Address to listen on; `0.0.0.0` for all addresses. */
  readonly host: string;
  /** Address or name for clients, which Kafka advertises. */
  readonly advertisedHost: string;
}

/** Resolves the addresses; by default only this machine can connect. */
export function resolveAddresses(options: { host?: string; advertisedHost?: string }): Addresses {
  const host = options.host ?? LOOPBACK;
  return { host, advertisedHost: options.advertisedHost ?? reachableAddress(host) };
}

/** Returns an address at which this machine reaches a listener on `host`. */
export function reachableAddress(host: string): string {
  return host === '0.0.0.0' ? LOOPBACK : host;
}

/** Port names; `controller` is Kafka's internal port. */
export type PortName = 'kafka' | 'controller' | 'store';

/**
 * Chooses each port: the wanted one, otherwise the previous one of this data folder, otherwise a free one. Stores the
 * choice in the data folder for the next start.
 * @param host listening address, except for the controller, which uses the loopback address
 * @throws Error if a wanted port is in use
 */
export async function choosePorts(
  dataDir: string,
  wanted: Partial<Record<PortName, number>>,
  names: readonly PortName[],
  host: string = LOOPBACK,
): Promise<Record<PortName, number>> {
  const file = join(dataDir, 'ports.json');
  const ports: Record<PortName, number> = { kafka: 0, controller: 0, store: 0, ...(await readSavedPorts(file)) };
  for (const name of names) {
    const wantedPort = wanted[name];
    const where = name === 'controller' ? LOOPBACK : host;
    if (wantedPort) {
      if (!(await isPortFree(wantedPort, where)))
        throw new Error(`Port ${wantedPort}, wanted for ${name}, is in use by another program.`);
      ports[name] = wantedPort;
    } else if (!ports[name] || !(await isPortFree(ports[name], where))) {
      ports[name] = await findFreePort();
    }
  }
  await writeFile(file, JSON.stringify(ports) + '\n');
  return ports;
}

async function readSavedPorts(file: string): Promise<Partial<Record<PortName, number>>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<Record<PortName, number>>;
  } catch {
    return {};
  }
}

function canListen(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Range of free ports, below the ephemeral ports of common systems. */
const MIN_PORT = 10_000;
const MAX_PORT = 29_999;
/** More than the ports of a platform, so that processes with neighbouring IDs choose different ones. */
const PORTS_PER_PROCESS = 40;
let issued = 0;

/**
 * Returns a free port for a program that starts shortly. The system could reuse an ephemeral port for a connection in
 * between; these ports are outside its range. Each process issues a port once, and begins at a place of its own: two
 * platforms that start at the same time would otherwise take the same port once in fifty times.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = MIN_PORT + ((process.pid * PORTS_PER_PROCESS + issued) % (MAX_PORT - MIN_PORT + 1));
    issued += 1;
    if (await canListen(port, '0.0.0.0')) return port;
  }
}

/** Whether a port is free now. */
export function isPortFree(port: number, host: string = LOOPBACK): Promise<boolean> {
  return canListen(port, host);
}
