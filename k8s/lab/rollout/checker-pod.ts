import { isReady, NAMESPACE, serviceOf } from './kube.ts';
import type { KubeClient } from './kube.ts';
import { findServices } from './edges.ts';
import type { Address } from './edges.ts';

/** What a program in a pod of the checker could reach and read. */

const CHECKER = 'documents-checker';
const CHECKER_OPERATIONS_PORT = 7117;
/** Mount points of secrets and data of other pods. */
const PRIVATE_PATHS = ['/keys', '/tls', '/secrets', '/documents', '/data', '/vault', '/var/run/secrets'];

interface PodAccess {
  /** Names of addresses that a connection opened to. */
  reached: string[];
  /** Private paths that exist. */
  paths: string[];
  /** Whether a name was resolved. */
  resolves: boolean;
  /** Whether a file could be written. */
  writes: boolean;
}

const SCRIPT = `
const { connect } = require('node:net');
const { existsSync, writeFileSync } = require('node:fs');
const { lookup } = require('node:dns/promises');
const [targets, paths] = JSON.parse(process.argv[1]);
const reach = ({ name, host, port }) => new Promise((resolve) => {
  const socket = connect({ host, port });
  const say = (isOpen) => { socket.destroy(); resolve(isOpen ? [name] : []); };
  socket.setTimeout(4000, () => say(false)).once('connect', () => say(true)).once('error', () => say(false));
});
const canWrite = () => { try { writeFileSync('/tmp/x', 'x'); return true; } catch { return false; } };
const limit = new Promise((resolve) => setTimeout(resolve, 4000, false));
(async () => {
  const resolves = await Promise.race([lookup('gateway').then(() => true, () => false), limit]);
  const reached = (await Promise.all(targets.map(reach))).flat();
  console.log(JSON.stringify({ reached, paths: paths.filter(existsSync), resolves, writes: canWrite() }));
  process.exit();
})();
`;

/**
 * Runs a program in each pod of the checker, and in one of documents to prove that the addresses respond.
 * @param beside addresses outside the cluster, the API server among them
 * @returns the observations
 * @throws Error when it reaches, resolves, reads or writes something
 */
export async function testCheckerPods(kube: KubeClient, beside: readonly Address[]): Promise<string> {
  const pods = (await kube.pods()).filter(isReady);
  const targets = [...beside, ...findServices(pods.filter((pod) => serviceOf(pod) !== CHECKER))];
  const control = pods.find((pod) => serviceOf(pod) === 'documents')!;
  const { reached } = await runIn(kube, control.metadata.name, targets);
  for (const name of ['kafka', 'store']) {
    if (!reached.includes(name)) throw new Error(`documents does not reach ${name}: the test proves nothing.`);
  }
  const checkers = pods.filter((pod) => serviceOf(pod) === CHECKER);
  if (checkers.length === 0) throw new Error('No pod of the checker is ready.');
  const levels: string[] = [];
  for (const { metadata } of checkers) {
    const found = await runIn(kube, metadata.name, targets);
    const faults = [...found.reached.map((name) => `reaches ${name}`), ...found.paths.map((path) => `has ${path}`)];
    if (found.resolves) faults.push('resolves names');
    if (found.writes) faults.push('writes files');
    if (faults.length > 0) throw new Error(`${metadata.name} ${faults.join(', ')}.`);
    const page = await kube.askPod(metadata.name, CHECKER_OPERATIONS_PORT, '/metrics');
    levels.push(/^documents_checker_network_isolation(?:\{[^}]*\})? (\d)/m.exec(page)?.[1] ?? 'unknown');
  }
  return `${checkers.length} pods reach none of ${targets.length} addresses, resolve no name, have no key, secret or token, and write no file; documents reaches ${[...new Set(reached)].join(', ')}; network isolation within the pods: ${levels.join(', ')}`;
}

/** Runs the program beside that of a pod, as its user. */
async function runIn(kube: KubeClient, pod: string, targets: readonly Address[]): Promise<PodAccess> {
  const program = ['/nodejs/bin/node', '-e', SCRIPT, JSON.stringify([targets, PRIVATE_PATHS])];
  return JSON.parse(await kube.kubectl(['exec', pod, '-n', NAMESPACE, '--', ...program])) as PodAccess;
}
