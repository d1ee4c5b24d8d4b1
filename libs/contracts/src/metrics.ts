/** Label values: few and constant, never IDs or personal data. */
export type Labels<Label extends string> = Partial<Record<Label, string | number>>;

/** A value that only increases. */
export interface Counter<Label extends string = string> {
  inc(value?: number): void;
  inc(labels: Labels<Label>, value?: number): void;
  /** Returns the counter for these label values, in declaration order; for hot paths. */
  labels(...values: string[]): { inc(value?: number): void };
}

/** A current value. */
export interface Gauge<Label extends string = string> {
  set(value: number): void;
  set(labels: Labels<Label>, value: number): void;
  inc(labels: Labels<Label>, value?: number): void;
  dec(labels: Labels<Label>, value?: number): void;
  /** Removes the value of these labels. */
  remove(labels: Labels<Label>): void;
  /** Removes all values. */
  reset(): void;
}

/** A distribution of values. */
export interface Histogram<Label extends string = string> {
  observe(value: number): void;
  observe(labels: Labels<Label>, value: number): void;
  /** Returns the histogram for these label values, in declaration order; for hot paths. */
  labels(...values: string[]): { observe(value: number): void };
}

/** The metrics of one process. A repeated name returns the same metric. */
export interface Metrics {
  /** @param total returns the value at each scrape, for totals that something else counts */
  counter<Label extends string>(
    name: string,
    help: string,
    labels?: readonly Label[],
    total?: () => number,
  ): Counter<Label>;
  /** @param collect sets the gauge at each scrape, for values that are expensive to compute */
  gauge<Label extends string>(
    name: string,
    help: string,
    labels?: readonly Label[],
    collect?: (gauge: Gauge<Label>) => void,
  ): Gauge<Label>;
  /** @param buckets upper bounds; by default seconds from 1 ms to 10 s */
  histogram<Label extends string>(
    name: string,
    help: string,
    labels?: readonly Label[],
    buckets?: number[],
  ): Histogram<Label>;
}
