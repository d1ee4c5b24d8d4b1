import { randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The address that everything of the embedded default listens on. */
export const HOST = '127.0.0.1';

/** Which port each part has. `controller` is Kafka's own inner port. */
export type PortName = 'kafka' | 'controller' | 'store';

/**
 * Chooses ports: the wanted one, else the one this data folder had before, else any free one. The choice is remembered
 * in the data folder, so that a restart has the same.
 *
 * @throws Error when a wanted port is taken
 */
export async function choosePorts(
  dataDir: string,
  wanted: Partial<Record<PortName, number>>,
  names: readonly PortName[],
): Promise<Record<PortName, number>> {
  const file = join(dataDir, 'ports.json');
  const ports: Record<PortName, number> = { kafka: 0, controller: 0, store: 0, ...(await remembered(file)) };
  for (const name of names) {
    const asked = wanted[name];
    if (asked) {
      if (!(await isFree(asked))) throw new Error(`Port ${asked}, wanted for ${name}, is in use by another program.`);
      ports[name] = asked;
    } else if (!ports[name] || !(await isFree(ports[name]))) {
      ports[name] = await freePort();
    }
  }
  await writeFile(file, JSON.stringify(ports) + '\n');
  return ports;
}

async function remembered(file: string): Promise<Partial<Record<PortName, number>>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<Record<PortName, number>>;
  } catch {
    return {};
  }
}

function listens(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Where free ports are looked for: below what systems hand out by themselves, to connections and to port 0. */
const FIRST = 10_000;
const LAST = 29_999;
const given = new Set<number>();

/**
 * A port for a program that is started a moment later. One that the system picked could be picked again for somebody's
 * connection in between; these can not, and a process gives none twice.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, LAST + 1);
    if (given.has(port)) continue;
    given.add(port);
    if (await listens(port, '0.0.0.0')) return port;
  }
}

/** Whether the embedded default, or a program beside it, could listen on a port now. */
export function isFree(port: number): Promise<boolean> {
  return listens(port, HOST);
}
