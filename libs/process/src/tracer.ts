import { AsyncLocalStorage } from 'node:async_hooks';
import { SPAN_ATTRIBUTES } from '@cups/contracts';
import type { Log, Metrics, Span, SpanAttributes, SpanKind, Tracer } from '@cups/contracts';
import { redactPersonalNumbers } from './log.ts';
import type { SpanSource, StartedSpan } from './span-source.ts';

export interface TracingOptions {
  service: string;
  release: string;
  /** Origin of the OTLP/HTTP collector; empty: no tracing. */
  endpoint: string;
  /** Share of traces to record, 0 to 1, decided where a trace begins. */
  ratio: number;
  log: Log;
  metrics: Metrics;
}

export interface ProcessTracer extends Tracer {
  /** Resolves when spans are recorded. */
  readonly loaded: Promise<void>;
  /** Exports what is left, for at most 2 s. */
  close(): Promise<void>;
}

const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Creates a tracer that exports spans by OTLP; undefined without an endpoint. OpenTelemetry loads in the background and
 * only here: it takes 0.13 s of CPU time and 9 MiB.
 */
export function createTracer(options: TracingOptions): ProcessTracer | undefined {
  if (options.endpoint === '') return undefined;
  const active = new AsyncLocalStorage<StartedSpan>();
  let source: SpanSource | undefined;
  let closing: Promise<void> | undefined;
  /** Work that outlives its span, such as a timer, is outside of it. */
  const activeSpan = () => {
    const span = active.getStore();
    return span?.hasEnded() ? undefined : span;
  };
  const loaded = import('./span-source.ts').then(({ openSpanSource }) => {
    source = openSpanSource(options);
  });
  // A failed load leaves the process without spans; the service must not end for that.
  loaded.catch((error: unknown) => options.log.error({ event: 'tracing-failed', error }));
  return {
    loaded,
    start(kind: SpanKind, name: string, attributes: SpanAttributes, parent?: string) {
      const started = source?.start(kind, name, pickAttributes(attributes), parent ?? activeSpan());
      return started && createSpan(started, active);
    },
    isRecording: () => activeSpan()?.span.isRecording() ?? false,
    close: () => (closing ??= source ? closeWithin(source, CLOSE_TIMEOUT_MS) : Promise.resolve()),
  };
}

async function closeWithin(source: SpanSource, timeoutMs: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, timeoutMs);
  // A failed export is already counted and logged.
  await Promise.race([source.close().catch(() => {}), late.promise]);
  clearTimeout(timer);
}

function createSpan(started: StartedSpan, active: AsyncLocalStorage<StartedSpan>): Span {
  return {
    traceparent: started.traceparent,
    run: (work) => active.run(started, work),
    end: (attributes = {}) => started.end(pickAttributes(attributes)),
  };
}

/** Keeps the attributes of the closed list. */
function pickAttributes(attributes: SpanAttributes): Record<string, string | number> {
  const picked: Record<string, string | number> = {};
  for (const name of SPAN_ATTRIBUTES) {
    const value = attributes[name];
    if (typeof value === 'string') picked[name] = redactPersonalNumbers(value);
    else if (typeof value === 'number') picked[name] = value;
  }
  return picked;
}
