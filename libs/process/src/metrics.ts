// Imports single modules: the package index adds a cluster aggregator, a push client and OpenTelemetry (17
// MiB resident).
import Counter from 'prom-client/lib/counter.js';
import Gauge from 'prom-client/lib/gauge.js';
import Histogram from 'prom-client/lib/histogram.js';
import Registry from 'prom-client/lib/registry.js';
import type { Metrics } from '@cups/contracts';

/** The metrics of one process and their registry. */
export interface ProcessMetrics extends Metrics {
  readonly registry: Registry;
}

const DURATION_BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Creates a registry with the process metrics that cost nothing between scrapes. The default collection of
 * prom-client keeps a 10 ms timer. A repeated name returns the same metric.
 */
export function createMetrics(service: string): ProcessMetrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  const getOrCreate = <Meter>(name: string, make: () => Meter): Meter =>
    (registry.getSingleMetric(name) as Meter | undefined) ?? make();
  const metrics: ProcessMetrics = {
    registry,
    counter: (name, help, labels = [], total) =>
      getOrCreate(
        name,
        () =>
          new Counter({
            name,
            help,
            labelNames: labels,
            registers: [registry],
            ...(total && {
              collect() {
                this.reset();
                this.inc(total());
              },
            }),
          }),
      ),
    gauge: (name, help, labels = [], collect) =>
      getOrCreate(
        name,
        () =>
          new Gauge({
            name,
            help,
            labelNames: labels,
            registers: [registry],
            ...(collect && {
              collect() {
                collect(this);
              },
            }),
          }),
      ),
    histogram: (name, help, labels = [], buckets = DURATION_BUCKETS_SECONDS) =>
      getOrCreate(name, () => new Histogram({ name, help, labelNames: labels, buckets, registers: [registry] })),
  };
  metrics.gauge('process_resident_memory_bytes', 'Resident memory, in bytes.', [], (g) =>
    g.set(process.memoryUsage.rss()),
  );
  metrics.gauge('process_heap_bytes', 'Used heap, in bytes.', [], (g) => g.set(process.memoryUsage().heapUsed));
  metrics.counter('process_cpu_seconds_total', 'User and system CPU time, in seconds.', [], () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  metrics.gauge('process_uptime_seconds', 'Time since the process started, in seconds.', [], (g) =>
    g.set(process.uptime()),
  );
  return metrics;
}
