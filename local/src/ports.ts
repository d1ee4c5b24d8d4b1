import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The address of this machine that nobody else can reach. */
export const LOOPBACK = '127.0.0.1';

/** Where a part listens, and by which address it is reached. */
export interface Addresses {
  /** Address to listen on; `0.0.0.0` for all of this machine. */
  readonly host: string;
  /** Address or name that clients use, and that Kafka tells them. */
  readonly advertisedHost: string;
}

/** The addresses as they were asked for: by default what only this machine reaches. */
export function resolveAddresses(options: { host?: string; advertisedHost?: string }): Addresses {
  const host = options.host ?? LOOPBACK;
  return { host, advertisedHost: options.advertisedHost ?? reachableAddress(host) };
}

/** An address under which this machine itself reaches what listens on `host`. */
export function reachableAddress(host: string): string {
  return host === '0.0.0.0' ? LOOPBACK : host;
}

/** Which port each part has. `controller` is Kafka's own inner port. */
export type PortName = 'kafka' | 'controller' | 'store';

/**
 * Chooses ports: the wanted one, else the one this data folder had before, else any free one. The choice is remembered
 * in the data folder, so that a restart has the same.
 *
 * @param host the address that they will be listened on, but for the controller's: that one is this machine's own
 * @throws Error when a wanted port is taken
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

/** Where free ports are looked for: below what systems hand out by themselves, to connections and to port 0. */
const MIN_PORT = 10_000;
const MAX_PORT = 29_999;
const issuedPorts = new Set<number>();

/**
 * A port for a program that is started a moment later. One that the system picked could be picked again for somebody's
 * connection in between; these can not, and a process gives none twice.
 */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(MIN_PORT, MAX_PORT + 1);
    if (issuedPorts.has(port)) continue;
    issuedPorts.add(port);
    if (await canListen(port, '0.0.0.0')) return port;
  }
}

/** Whether the embedded default, or a program beside it, could listen on a port now. */
export function isPortFree(port: number, host: string = LOOPBACK): Promise<boolean> {
  return canListen(port, host);
}
