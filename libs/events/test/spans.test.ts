import { describe, expect, test } from '@jest/globals';
import type { Event, ReceivedEvent, SpanAttributes, Tracer } from '@cups/contracts';
import { sendInSpans, traceHandlers } from '../src/spans.ts';

interface RecordedSpan {
  name: string;
  parent: string | undefined;
  end?: SpanAttributes;
}

/** Records spans. The n-th one has the trace context `span-n`. */
function recordSpans() {
  const spans: RecordedSpan[] = [];
  const tracer: Tracer = {
    start(_kind, name, _attributes, parent) {
      const span: RecordedSpan = { name, parent };
      spans.push(span);
      return {
        traceparent: `span-${spans.length}`,
        run: (work) => work(),
        end: (attributes = {}) => void (span.end = attributes),
      };
    },
    isRecording: () => true,
  };
  return { spans, tracer };
}

const received = (traceparent?: string): ReceivedEvent =>
  ({ topic: 't', key: 'k', ...(traceparent && { traceparent }) }) as ReceivedEvent;

describe('sendInSpans', () => {
  const entries = [{ topic: 'a', traceparent: 'stored' }, { topic: 'b' }] as Event[];

  test('sends each entry with the context of its own span', async () => {
    const { spans, tracer } = recordSpans();
    const sent: Event[] = [];
    await sendInSpans(tracer, entries, (batch) => Promise.resolve(void sent.push(...batch)));
    expect(sent).toEqual([
      { topic: 'a', traceparent: 'span-1' },
      { topic: 'b', traceparent: 'span-2' },
    ]);
    expect(spans).toEqual([
      { name: 'send a', parent: 'stored', end: {} },
      { name: 'send b', parent: '', end: {} },
    ]);
    expect(entries[0]!.traceparent).toBe('stored');
  });

  test('marks all spans of a failed batch', async () => {
    const { spans, tracer } = recordSpans();
    const failure = Object.assign(new Error('key 2900000000012'), { type: 'MESSAGE_TOO_LARGE' });
    await expect(sendInSpans(tracer, entries, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(spans.map(({ end }) => end)).toEqual(Array(2).fill({ 'error.type': 'MESSAGE_TOO_LARGE' }));
  });

  test('sends the entries themselves without a tracer', async () => {
    const sent: Event[][] = [];
    await sendInSpans(undefined, entries, (batch) => Promise.resolve(void sent.push(batch)));
    expect(sent[0]).toBe(entries);
  });
});

describe('traceHandlers', () => {
  test('returns the handlers themselves without a tracer', () => {
    const given = { handle: () => Promise.resolve('done' as const) };
    expect(traceHandlers(undefined, given)).toBe(given);
  });

  test('handles an event in a span that continues its trace', async () => {
    const { spans, tracer } = recordSpans();
    const handlers = traceHandlers(tracer, {
      handle: ({ traceparent }) =>
        traceparent === 'span-1' ? Promise.resolve('done' as const) : Promise.reject(new RangeError('Ion')),
    });
    await handlers.handle(received('sender'));
    await expect(handlers.handle(received())).rejects.toThrow();
    expect(spans).toEqual([
      { name: 'process t', parent: 'sender', end: {} },
      { name: 'process t', parent: '', end: { 'error.type': 'RangeError' } },
    ]);
  });

  test('gives each event of a batch a span, and leaves the span of an unhandled one to handle', async () => {
    const { spans, tracer } = recordSpans();
    const seen: (string | undefined)[] = [];
    const handlers = traceHandlers(tracer, {
      handle: () => Promise.resolve('done' as const),
      handleMany(events: ReceivedEvent[]) {
        seen.push(...events.map(({ traceparent }) => traceparent));
        return Promise.resolve(['done' as const, undefined]);
      },
    });
    expect(await handlers.handleMany([received('one'), received('two')])).toEqual(['done', undefined]);
    expect(seen).toEqual(['span-1', 'span-2']);
    expect(spans).toEqual([
      { name: 'process t', parent: 'one', end: {} },
      { name: 'process t', parent: 'two' },
    ]);
  });
});
