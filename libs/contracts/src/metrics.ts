/** Values by label: few, constant words, never ids or anything personal. */
export type Labels<Label extends string> = Partial<Record<Label, string | number>>;

/** What only rises. */
export interface Counter<Label extends string = string> {
  inc(value?: number): void;
  inc(labels: Labels<Label>, value?: number): void;
  /** The counter of these labels, in the order in which they were declared: for hot paths. */
  labels(...values: string[]): { inc(value?: number): void };
}

/** What is so now. */
export interface Gauge<Label extends string = string> {
  set(value: number): void;
  set(labels: Labels<Label>, value: number): void;
  inc(labels: Labels<Label>, value?: number): void;
  dec(labels: Labels<Label>, value?: number): void;
  /** Forgets the value of these labels. */
  remove(labels: Labels<Label>): void;
  /** Forgets all values. */
  reset(): void;
}

/** How values are spread. */
export interface Histogram<Label extends string = string> {
  observe(value: number): void;
  observe(labels: Labels<Label>, value: number): void;
  /** The histogram of these labels, in the order in which they were declared: for hot paths. */
  labels(...values: string[]): { observe(value: number): void };
}

/** The meters of one process. Asking twice for one name gives the same meter. */
export interface Metrics {
  counter<Label extends string>(name: string, help: string, labels?: readonly Label[]): Counter<Label>;
  /** @param collect sets the gauge when it is read, for what costs something to know */
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
