import type { Counter, Log, Metrics } from '@cups/contracts';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import type { ReadableSpan, Span, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Context } from '@opentelemetry/api';

type ExportCallback = Parameters<SpanExporter['export']>[1];

/** Maximum number of ended spans in memory, those in transit included: some 3 MiB. Further ones are dropped. */
const MAX_PENDING_SPANS = 2_048;
const MAX_BATCH_SPANS = 512;
/** Time that a span waits for others. */
const BATCH_DELAY_MS = 1_000;

/**
 * Exports spans in batches, one at a time. A collector that is slow or unavailable costs spans, never time or unbounded
 * memory: the metric `trace_spans_total` counts what was exported, failed and dropped, and the log reports the start and
 * the end of an outage.
 */
export class BoundedSpanProcessor implements SpanProcessor {
  readonly #exporter: SpanExporter;
  readonly #batches: BatchSpanProcessor;
  readonly #log: Log;
  readonly #counter: Counter<'outcome'>;
  #pending = 0;
  #isFailing = false;

  constructor({ exporter, log, metrics }: { exporter: SpanExporter; log: Log; metrics: Metrics }) {
    this.#exporter = exporter;
    this.#log = log;
    this.#counter = metrics.counter('trace_spans_total', 'Recorded spans by what became of them.', ['outcome']);
    this.#batches = new BatchSpanProcessor({
      exporter: { export: (spans, done) => this.#export(spans, done), shutdown: () => exporter.shutdown() },
      maxQueueSize: MAX_PENDING_SPANS,
      maxExportBatchSize: MAX_BATCH_SPANS,
      scheduledDelayMillis: BATCH_DELAY_MS,
    });
  }

  onStart(span: Span, context: Context): void {
    this.#batches.onStart(span, context);
  }

  onEnd(span: ReadableSpan): void {
    if (this.#pending >= MAX_PENDING_SPANS) {
      this.#counter.inc({ outcome: 'dropped' });
      return;
    }
    this.#pending += 1;
    this.#batches.onEnd(span);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  #export(spans: ReadableSpan[], done: ExportCallback): void {
    this.#exporter.export(spans, (result) => {
      this.#pending -= spans.length;
      const hasFailed = result.error !== undefined;
      this.#counter.inc({ outcome: hasFailed ? 'failed' : 'exported' }, spans.length);
      if (hasFailed && !this.#isFailing) this.#log.warn({ event: 'trace-export-failed', error: result.error });
      if (!hasFailed && this.#isFailing) this.#log.info({ event: 'trace-export-recovered' });
      this.#isFailing = hasFailed;
      done(result);
    });
  }
}
