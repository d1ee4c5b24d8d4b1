import type { Event, ReceivedEvent, Span, SpanKind, Tracer } from '@cups/contracts';
import { runInSpan } from '@cups/contracts';
import type { HandlerResult } from './consume/handler-result.ts';
import { getErrorCode } from './kafka.ts';

/** Spans of messages: one for each message, also where many are sent or handled together. */

/** The next step of a message continues the trace that the message carries. Without one, a trace begins. */
function startSpan(tracer: Tracer, kind: SpanKind, operation: string, { topic, traceparent = '' }: Event) {
  const attributes = {
    'messaging.system': 'kafka',
    'messaging.operation.name': operation,
    'messaging.destination.name': topic,
  };
  return tracer.start(kind, `${operation} ${topic}`, attributes, traceparent);
}

/** Returns the event with the trace context of its span. */
const inSpan = <E extends Event>(event: E, span: Span | undefined): E =>
  span ? { ...event, traceparent: span.traceparent } : event;

/** Sends entries, each in a span, whose trace context travels with the message. */
export async function sendInSpans(
  tracer: Tracer | undefined,
  entries: Event[],
  send: (entries: Event[]) => Promise<void>,
): Promise<void> {
  if (!tracer) return send(entries);
  const spans = entries.map((entry) => startSpan(tracer, 'producer', 'send', entry));
  try {
    await send(entries.map((entry, at) => inSpan(entry, spans[at])));
    for (const span of spans) span?.end();
  } catch (error) {
    for (const span of spans) span?.end({ 'error.type': getErrorCode(error) });
    throw error;
  }
}

interface Handlers {
  handle: (event: ReceivedEvent) => Promise<HandlerResult>;
  handleMany?: ((events: ReceivedEvent[]) => Promise<(HandlerResult | undefined)[]>) | undefined;
}

/**
 * Returns the handlers of a consumer, which handle each event in a span and receive its trace context. Work that a batch
 * shares belongs to the span of its first event.
 */
export function traceHandlers<Given extends Handlers>(tracer: Tracer | undefined, given: Given): Given {
  if (!tracer) return given;
  const { handle, handleMany } = given;
  const start = (event: ReceivedEvent) => startSpan(tracer, 'consumer', 'process', event);
  return {
    ...given,
    handle(event) {
      const span = start(event);
      return runInSpan(span, () => handle(inSpan(event, span)));
    },
    handleMany:
      handleMany &&
      (async (events) => {
        const spans = events.map(start);
        const work = () => handleMany(events.map((event, at) => inSpan(event, spans[at])));
        const handled = await (spans[0] ? spans[0].run(work) : work());
        // Events left to `handle` get their span there.
        for (const [at, span] of spans.entries()) if (handled[at] !== undefined) span?.end();
        return handled;
      }),
  };
}
