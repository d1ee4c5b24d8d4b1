import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { isReady, serviceOf } from './kube.ts';
import type { KubeClient, Pod } from './kube.ts';
import { labelsOf, runProbe } from './probe.ts';

/** Tests every connection between services and to external services, from pods with each service's labels and an unknown pod. */

/** The allowed connections of a service: helm/<service>/service.yaml. */
interface ServiceFile {
  name: string;
  calls: string[];
  callers: string[];
  store: boolean;
  kafka: boolean;
}

export interface Address {
  name: string;
  host: string;
  port: number;
}

export interface Edge {
  from: string;
  to: string;
  isOpen: boolean;
  shouldBeOpen: boolean;
}

const UNRELATED_POD = 'stranger';
/** Part of the chart documents, with a description of its own. */
const CHECKER = 'documents-checker';
const CALL_PORTS: Record<string, number> = {
  catalog: 7001,
  identity: 7002,
  intake: 7003,
  'agency-bridge': 7004,
  notifications: 7005,
  documents: 7007,
  journal: 7008,
  [CHECKER]: 7017,
};
/** Policies of a new pod take effect shortly after its start, so the probe waits, then retries until a connection opens. */
const SETTLE_MS = 10_000;
const TRY_MS = 20_000;
/** Pods that start together. All at once use the machine up, and calls of the desks met their deadline. */
const CONCURRENT_PROBES = 4;
/** Retries each address, and reports which ones responded. */
const PROBE = `
const { connect } = require('node:net');
const end = Date.now() + ${SETTLE_MS + TRY_MS};
const once = ({ host, port }) => new Promise((resolve) => {
  const socket = connect({ host, port });
  const say = (isOpen) => { socket.destroy(); setTimeout(() => resolve(isOpen), isOpen ? 0 : 500); };
  socket.setTimeout(3000, () => say(false)).once('connect', () => say(true)).once('error', () => say(false));
});
const reach = async (target) => {
  while (Date.now() < end) if (await once(target)) return [target.name, true];
  return [target.name, false];
};
setTimeout(async () => {
  console.log(JSON.stringify(await Promise.all(JSON.parse(process.env.TARGETS).map(reach))));
}, ${SETTLE_MS});
`;

/** @param beside addresses of Kafka, store and mail server */
export async function testEdges(charts: string, kube: KubeClient, beside: readonly Address[]): Promise<Edge[]> {
  const services = readServices(charts);
  // Any pod of a service: one may be scaled down meanwhile, which is not a closed connection.
  const targets = [...findServices((await kube.pods()).filter(isReady)), ...beside];
  const sources = [...services.map(({ name }) => name), UNRELATED_POD];
  const found: [string, boolean][][] = [];
  for (let at = 0; at < sources.length; at += CONCURRENT_PROBES) {
    const together = sources.slice(at, at + CONCURRENT_PROBES);
    found.push(...(await Promise.all(together.map((source) => probeTargets(kube, source, targets)))));
  }
  const names = [...new Set(targets.map(({ name }) => name))];
  return sources.flatMap((from, index) =>
    names.map((to) => {
      const isOpen = found[index]!.some(([name, answered]) => name === to && answered);
      return { from, to, isOpen, shouldBeOpen: isExpected(services, from, to) };
    }),
  );
}

/** Returns the addresses at which pods accept calls. */
export const findServices = (pods: readonly Pod[]): Address[] =>
  pods.flatMap((pod): Address[] => {
    const [name, host] = [serviceOf(pod), pod.status.podIP];
    const port = CALL_PORTS[name];
    return port === undefined || host === undefined ? [] : [{ name, host, port }];
  });

function readServices(charts: string): ServiceFile[] {
  return readdirSync(charts).flatMap((name) =>
    ['service.yaml', 'checker.yaml']
      .map((file) => join(charts, name, file))
      .filter((file) => existsSync(file))
      .map((file) => parse(readFileSync(file, 'utf8')) as ServiceFile),
  );
}

function isExpected(services: readonly ServiceFile[], from: string, to: string): boolean {
  const service = services.find(({ name }) => name === from);
  if (!service) return false;
  if (to === 'kafka') return service.kafka;
  if (to === 'store') return service.store;
  if (to === 'mail') return from === 'notifications';
  // Documents reaches its checker by its values, not by its calls.
  if (to === CHECKER) return services.some(({ name, callers }) => name === to && callers.includes(from));
  return service.calls.includes(to);
}

async function probeTargets(
  kube: KubeClient,
  source: string,
  targets: readonly Address[],
): Promise<[string, boolean][]> {
  const output = await runProbe(kube, {
    name: `edges-of-${source}`,
    labels: source === UNRELATED_POD ? { app: UNRELATED_POD } : labelsOf(source),
    script: PROBE,
    env: { TARGETS: JSON.stringify(targets) },
  });
  return JSON.parse(output) as [string, boolean][];
}
