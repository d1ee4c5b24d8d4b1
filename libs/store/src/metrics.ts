/** As much of prom-client as this library needs; `createMetrics` of @cups/service fits. */
export interface Metrics {
  counter(name: string, help: string, labels?: string[]): { inc(labels: Record<string, string>, value?: number): void };
  gauge(name: string, help: string, labels?: string[]): { set(labels: Record<string, string>, value: number): void };
}
