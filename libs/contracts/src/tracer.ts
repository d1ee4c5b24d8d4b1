import { isProblem } from '@cups/problem';

/**
 * Attributes of spans, named by the semantic conventions of OpenTelemetry. Values come from code and configuration:
 * names of methods, routes, topics and collections, codes and reasons. Statements, bodies, URLs, keys and IDs have no
 * attribute.
 */
export const SPAN_ATTRIBUTES = [
  'http.request.method',
  'http.route',
  'http.response.status_code',
  'rpc.system.name',
  'rpc.method',
  'rpc.response.status_code',
  'messaging.system',
  'messaging.operation.name',
  'messaging.destination.name',
  'db.system.name',
  'db.operation.name',
  'db.collection.name',
  'error.type',
] as const;

/** A closed list, as for log lines: other attributes are dropped. */
export type SpanAttributes = { [Name in (typeof SPAN_ATTRIBUTES)[number]]?: string | number | undefined };

/** `client` also covers the store. */
export type SpanKind = 'server' | 'client' | 'producer' | 'consumer';

/** One timed step of a trace. */
export interface Span {
  /** W3C Trace Context that names this span as the parent. */
  readonly traceparent: string;
  /** Runs work in which this span is the active one. */
  run<T>(work: () => T): T;
  /** Ends the span. `error.type` marks it as failed. A span without an end is never exported. */
  end(attributes?: SpanAttributes): void;
}

/** Starts the spans of a process. A process without tracing has no tracer, so that its hot paths cost nothing. */
export interface Tracer {
  /**
   * Starts a span.
   * @param name of few distinct values, such as `GET /api/v1/applications/{id}`
   * @param parent a `traceparent`; default: the active span. Without a valid one, such as for '', a trace begins.
   * @returns undefined while the tracer loads
   */
  start(kind: SpanKind, name: string, attributes: SpanAttributes, parent?: string): Span | undefined;
  /** Whether the active span is recorded. A step that is worth nothing alone has a span only then. */
  isRecording(): boolean;
}

/** Runs work in a span, which ends with the work. Without a span it only runs the work. */
export function runInSpan<T>(span: Span | undefined, work: () => Promise<T>): Promise<T> {
  return span ? runAndEnd(span, work) : work();
}

async function runAndEnd<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    const result = await span.run(work);
    span.end();
    return result;
  } catch (error) {
    span.end({ 'error.type': errorTypeOf(error) });
    throw error;
  }
}

/** Returns the reason of a problem, or the class of an error: its text could contain anything. */
function errorTypeOf(error: unknown): string {
  if (isProblem(error)) return error.reason;
  return error instanceof Error ? error.constructor.name : 'unknown';
}
