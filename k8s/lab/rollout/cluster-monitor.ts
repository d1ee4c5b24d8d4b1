import { setTimeout as delay } from 'node:timers/promises';
import { isReady, restartsOf, serviceOf } from './kube.ts';
import type { KubeClient, Pod } from './kube.ts';
import type { LoadGenerator } from './load.ts';

/** Polls the cluster for the report and its chart. */

export interface Sample {
  /** Seconds since the start of the load. */
  at: number;
  centres: number;
  /** Ready pods by service. */
  ready: Record<string, number>;
  /** Restarted containers of all pods. */
  restarts: number;
  failed: number;
  accepted: number;
  /** Age of the oldest unpublished event in seconds; undefined if no pod reported it. */
  oldestEvent?: number;
}

/** CPU in millicores, memory in MiB. */
export interface Usage {
  cpuMean: number;
  cpuMost: number;
  memoryMost: number;
  samples: number;
}

const POLL_INTERVAL_MS = 2_000;
/** metrics-server measures no more often. */
const USAGE_INTERVAL_MS = 15_000;
const OPERATIONS_PORT = 7103;
const OLDEST_EVENT_METRIC = /^outbox_oldest_event_age_seconds(?:\{[^}]*\})? (\S+)$/gm;

export class ClusterMonitor {
  readonly #kube: KubeClient;
  readonly #load: LoadGenerator;
  readonly #url: string;
  readonly samples: Sample[] = [];
  /** By service. */
  readonly usage = new Map<string, Usage>();
  /** Number of failed polls. */
  failedReads = 0;
  #usageAt = 0;
  #ended = false;
  #loop: Promise<void> | undefined;

  constructor(kube: KubeClient, load: LoadGenerator, url: string) {
    this.#kube = kube;
    this.#load = load;
    this.#url = url;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#ended = true;
    await this.#loop;
  }

  between = (from: number, to: number): Sample[] => this.samples.filter(({ at }) => at >= from && at < to);

  async #run(): Promise<void> {
    while (!this.#ended) {
      const began = performance.now();
      await this.#poll().catch(() => (this.failedReads += 1));
      await delay(Math.max(0, POLL_INTERVAL_MS - (performance.now() - began)));
    }
  }

  async #poll(): Promise<void> {
    const pods = await this.#kube.pods();
    const [centres, oldestEvent] = await Promise.all([this.#activeCentres(), this.#oldestEvent(pods)]);
    const ready: Record<string, number> = {};
    for (const pod of pods.filter(isReady)) ready[serviceOf(pod)] = (ready[serviceOf(pod)] ?? 0) + 1;
    this.samples.push({
      at: this.#load.now,
      centres,
      ready,
      restarts: pods.reduce((total, pod) => total + restartsOf(pod), 0),
      failed: this.#load.failed.length,
      accepted: this.#load.accepted,
      ...(oldestEvent === undefined ? {} : { oldestEvent }),
    });
    if (performance.now() - this.#usageAt < USAGE_INTERVAL_MS) return;
    this.#usageAt = performance.now();
    await this.#recordUsage(pods);
  }

  async #activeCentres(): Promise<number> {
    const response = await fetch(`${this.#url}/api/v1/centres?pageSize=200`, { signal: AbortSignal.timeout(5_000) });
    const { centres } = (await response.json()) as { centres: { status: string }[] };
    return centres.filter(({ status }) => status === 'active').length;
  }

  /** Reads the metric from the pods of intake: acknowledged applications wait there. */
  async #oldestEvent(pods: readonly Pod[]): Promise<number | undefined> {
    const intakes = pods.filter((pod) => serviceOf(pod) === 'intake' && isReady(pod));
    const ages = await Promise.all(
      intakes.map(async ({ metadata }) => {
        const text = await this.#kube.askPod(metadata.name, OPERATIONS_PORT, '/metrics').catch(() => '');
        return [...text.matchAll(OLDEST_EVENT_METRIC)].map(([, value]) => Number(value));
      }),
    );
    const all = ages.flat();
    return all.length > 0 ? Math.max(...all) : undefined;
  }

  async #recordUsage(pods: readonly Pod[]): Promise<void> {
    const found = await this.#kube.usage();
    for (const pod of pods) {
      const one = found.get(pod.metadata.name);
      if (!one) continue;
      const known = this.usage.get(serviceOf(pod)) ?? { cpuMean: 0, cpuMost: 0, memoryMost: 0, samples: 0 };
      this.usage.set(serviceOf(pod), {
        cpuMean: (known.cpuMean * known.samples + one.cpu) / (known.samples + 1),
        cpuMost: Math.max(known.cpuMost, one.cpu),
        memoryMost: Math.max(known.memoryMost, one.memory),
        samples: known.samples + 1,
      });
    }
  }
}

/** Returns the quantile. @param share 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}
