import { clusterTool } from '../../../tools/cli/charts/helm.ts';
import { CommandFailedError, run } from '../cluster/command.ts';
import { waitUntil } from '../../../tools/day/desk.ts';

/** Access to a cluster: kubectl, helm, and the API through `kubectl proxy`. */

/** Namespace of the platform. */
export const NAMESPACE = 'cups';
const API_MS = 10_000;

export interface Pod {
  metadata: { name: string; uid: string; labels: Record<string, string>; deletionTimestamp?: string };
  status: {
    phase: string;
    podIP?: string;
    conditions?: { type: string; status: string }[];
    containerStatuses?: { restartCount: number }[];
  };
}

export interface Deployment {
  metadata: { name: string };
  spec: { replicas: number };
  status: { readyReplicas?: number; updatedReplicas?: number };
}

export class KubeClient {
  readonly kubeconfig: string;
  readonly #signal: AbortSignal | undefined;
  /** URL of `kubectl proxy`; empty before it listens. */
  api = '';

  constructor(kubeconfig: string, signal?: AbortSignal) {
    this.kubeconfig = kubeconfig;
    this.#signal = signal;
  }

  /** @returns its output. @throws CommandFailedError with kubectl's message */
  kubectl(args: readonly string[], input?: string): Promise<string> {
    const given = ['--kubeconfig', this.kubeconfig, ...args];
    return run(clusterTool('kubectl'), given, {
      ...(input === undefined ? {} : { input }),
      ...(this.#signal ? { signal: this.#signal } : {}),
    });
  }

  /** Lists objects in the platform's namespace. */
  async list<T>(path: string): Promise<T[]> {
    return ((await this.#get(path)) as { items: T[] }).items;
  }

  pods = (): Promise<Pod[]> =>
    this.list<Pod>(`/api/v1/namespaces/${NAMESPACE}/pods?labelSelector=app.kubernetes.io/part-of=cups`);

  deployments = (): Promise<Deployment[]> => this.list<Deployment>(`/apis/apps/v1/namespaces/${NAMESPACE}/deployments`);

  /** Returns CPU in millicores and memory in MiB by pod; empty before metrics-server has data. */
  async usage(): Promise<Map<string, { cpu: number; memory: number }>> {
    type Usage = { metadata: { name: string }; containers: { usage: { cpu: string; memory: string } }[] };
    const found = await this.list<Usage>(`/apis/metrics.k8s.io/v1beta1/namespaces/${NAMESPACE}/pods`).catch(() => []);
    return new Map(
      found.map(({ metadata, containers }) => [
        metadata.name,
        {
          cpu: sum(containers.map(({ usage }) => millicores(usage.cpu))),
          memory: sum(containers.map(({ usage }) => mebibytes(usage.memory))),
        },
      ]),
    );
  }

  /** Sends a request to a pod's port through the API: it comes from the node, as probes do. */
  async askPod(name: string, port: number, path: string): Promise<string> {
    const url = `${this.api}/api/v1/namespaces/${NAMESPACE}/pods/${name}:${port}/proxy${path}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(API_MS) });
    if (!response.ok) throw new Error(`${name}${path} answers ${response.status}`);
    return response.text();
  }

  async #get(path: string): Promise<unknown> {
    const response = await fetch(`${this.api}${path}`, { signal: AbortSignal.timeout(API_MS) });
    if (!response.ok) throw new Error(`GET ${path} answers ${response.status}`);
    return response.json();
  }
}

export const serviceOf = (pod: Pod): string => pod.metadata.labels['app.kubernetes.io/name'] ?? '';
export const isReady = ({ metadata, status }: Pod): boolean =>
  !metadata.deletionTimestamp && (status.conditions ?? []).some((one) => one.type === 'Ready' && one.status === 'True');
/** Returns the container restarts of a pod. */
export const restartsOf = ({ status }: Pod): number =>
  sum((status.containerStatuses ?? []).map(({ restartCount }) => restartCount));

/** Polls until the condition holds; failures count as false. @returns seconds. @throws Error that names the condition */
export async function waitFor(what: string, seconds: number, isSo: () => Promise<boolean>): Promise<number> {
  const started = performance.now();
  await waitUntil(() => isSo().catch(() => false), Boolean, what, seconds);
  return (performance.now() - started) / 1000;
}

/** Returns the message of a refused command. @throws Error when it succeeds */
export async function expectRefusal(command: Promise<string>): Promise<string> {
  try {
    await command;
  } catch (error) {
    if (error instanceof CommandFailedError) return error.message;
    throw error;
  }
  throw new Error('It was not refused.');
}

/** Parses a CPU quantity: `250m`, `1234567n`, `2`. */
export function millicores(text: string): number {
  const value = Number.parseFloat(text);
  if (text.endsWith('n')) return value / 1e6;
  if (text.endsWith('u')) return value / 1e3;
  return text.endsWith('m') ? value : value * 1000;
}

const UNITS: Record<string, number> = { Ki: 1 / 1024, Mi: 1, Gi: 1024, k: 1e3 / 2 ** 20, M: 1e6 / 2 ** 20 };

/** Parses a memory quantity: `131072Ki`, `64Mi`, bytes. */
export function mebibytes(text: string): number {
  const unit = text.replace(/^[\d.]+/, '');
  return Number.parseFloat(text) * (UNITS[unit] ?? 1 / 2 ** 20);
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
