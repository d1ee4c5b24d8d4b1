import type { Log, Metrics } from '@cups/contracts';
import { converse } from './converse.ts';
import { startChild } from './run-child.ts';
import { confine, ISOLATIONS } from './sandbox.ts';
import type { Isolation } from './sandbox.ts';

/** A PNG of one white pixel: the shortest file that every part of the child takes part in. */
const PROBE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVQI12P4DwABAQEAG7buVgAAAABJRU5ErkJggg==',
  'base64',
);
const PROBE_TIMEOUT_MS = 20_000;

/**
 * Returns the strongest isolation in which a child can check a file on this machine.
 * @throws Error, one sentence, if it works in none, or in production only without a network of its own
 */
export async function selectIsolation(
  program: string,
  options: { environment: 'development' | 'production'; log: Log; metrics: Metrics },
): Promise<Isolation> {
  const { environment, log, metrics } = options;
  for (const isolation of ISOLATIONS) {
    if (!(await canCheck(program, isolation))) continue;
    const isolated = isolation === 'namespaces';
    metrics
      .gauge('documents_checker_network_isolation', '1 if checks run without network, 0 otherwise.')
      .set(Number(isolated));
    if (isolated) return isolation;
    if (environment === 'production')
      throw new Error('Documents cannot be checked without network on this machine; set DOCUMENTS_CHECKER_ADDRESS.');
    log.warn({ event: 'checker-isolation-missing', state: isolation });
    return isolation;
  }
  throw new Error('Documents cannot be checked on this machine: the child process does not start.');
}

async function canCheck(program: string, isolation: Isolation): Promise<boolean> {
  const child = startChild(confine(program, isolation));
  async function* read(): AsyncGenerator<Buffer> {
    yield PROBE;
  }
  try {
    const { stdin: to, stdout: from, kill } = child;
    const input = { purpose: 'evidence', pageSizes: [], size: PROBE.length, read } as const;
    return 'accepted' in (await converse({ to, from, kill }, input, PROBE_TIMEOUT_MS));
  } catch {
    return false;
  } finally {
    await child.ended;
  }
}
