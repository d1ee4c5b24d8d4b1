import { isTraceparent } from '@cups/contracts/node';
import type { SpanKind } from '@cups/contracts';
import { ROOT_CONTEXT, SpanKind as OtelKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Context, Span } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { BoundedSpanProcessor } from './bounded-span-processor.ts';
import type { TracingOptions } from './tracer.ts';

/** The SDK of OpenTelemetry. A process loads this module only when it has a collector. */

export interface StartedSpan {
  readonly span: Span;
  readonly traceparent: string;
  hasEnded(): boolean;
  /** `error.type` marks the span as failed. */
  end(attributes: Record<string, string | number>): void;
}

export interface SpanSource {
  /** @param parent a span, or a `traceparent` of another process; an invalid one counts as none */
  start(
    kind: SpanKind,
    name: string,
    attributes: Record<string, string | number>,
    parent: StartedSpan | string | undefined,
  ): StartedSpan;
  /** Exports what is left. */
  close(): Promise<void>;
}

const KINDS: Record<SpanKind, OtelKind> = {
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  producer: OtelKind.PRODUCER,
  consumer: OtelKind.CONSUMER,
};

/** Time for one export, retries included. */
const EXPORT_TIMEOUT_MS = 5_000;
const MAX_ATTRIBUTE_LENGTH = 128;

export function openSpanSource({ service, release, endpoint, ratio, log, metrics }: TracingOptions): SpanSource {
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces`, timeoutMillis: EXPORT_TIMEOUT_MS });
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.version': release }),
    // Every service follows the decision of the one where the trace began.
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_LENGTH },
    spanProcessors: [new BoundedSpanProcessor({ exporter, log, metrics })],
  });
  const tracer = provider.getTracer('cups');
  return {
    start(kind, name, attributes, parent) {
      return toStartedSpan(tracer.startSpan(name, { kind: KINDS[kind], attributes }, contextOf(parent)));
    },
    close: () => provider.shutdown(),
  };
}

function toStartedSpan(span: Span): StartedSpan {
  const { traceId, spanId, traceFlags } = span.spanContext();
  let ended = false;
  return {
    span,
    traceparent: `00-${traceId}-${spanId}-0${traceFlags}`,
    hasEnded: () => ended,
    end(attributes) {
      ended = true;
      span.setAttributes(attributes);
      if (attributes['error.type'] !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

function contextOf(parent: StartedSpan | string | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT;
  if (typeof parent !== 'string') return trace.setSpan(ROOT_CONTEXT, parent.span);
  if (!isTraceparent(parent)) return ROOT_CONTEXT;
  const [, traceId = '', spanId = '', flags = ''] = parent.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: parseInt(flags, 16) & 1, isRemote: true });
}
