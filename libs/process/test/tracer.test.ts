import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestListener, ServerResponse } from 'node:http';
import { runInSpan, SPAN_ATTRIBUTES } from '@cups/contracts';
import type { SpanAttributes } from '@cups/contracts';
import { Problem } from '@cups/problem';
import { captureLog, captureMetrics, eventually, startCollector, startStopwatch } from '@cups/testing';
import type { Collector } from '@cups/testing';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTracer } from '../src/index.ts';
import type { ProcessTracer } from '../src/index.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function openTracer(endpoint: string, ratio = 1) {
  const { log, lines } = captureLog();
  const metrics = captureMetrics();
  const tracer = createTracer({ service: 'intake', release: 'r1', endpoint, ratio, log, metrics: metrics.metrics });
  await tracer?.loaded;
  if (tracer) closers.push(() => tracer.close());
  return { tracer: tracer as ProcessTracer, lines, metrics };
}

describe('createTracer', () => {
  let collector: Collector;
  beforeEach(async () => {
    collector = await startCollector();
    closers.push(() => collector.stop());
  });

  test('returns nothing without an endpoint', async () => {
    expect((await openTracer('')).tracer).toBeUndefined();
  });

  test('exports spans with their parents, across processes and within one', async () => {
    const { tracer } = await openTracer(collector.url);
    const request = tracer.start('server', 'POST /x', { 'http.route': '/x' })!;
    await runInSpan(request, async () => {
      const call = tracer.start('client', 'update applications', { 'db.operation.name': 'update' })!;
      await expect(
        runInSpan(call, () => Promise.reject(new Problem({ reason: 'OVERLOADED', message: 'Ion Popescu' }))),
      ).rejects.toThrow();
    });
    tracer.start('consumer', 'process t', {}, request.traceparent)!.end();
    await tracer.close();
    const { spans } = collector;
    const [, root] = spans;
    expect(spans.map(({ kind, name, hasFailed, attributes }) => [kind, name, hasFailed, attributes])).toEqual([
      ['client', 'update applications', true, { 'db.operation.name': 'update', 'error.type': 'OVERLOADED' }],
      ['server', 'POST /x', false, { 'http.route': '/x' }],
      ['consumer', 'process t', false, {}],
    ]);
    expect(root).toMatchObject({ service: 'intake', parentSpanId: '' });
    expect(request.traceparent).toBe(`00-${root!.traceId}-${root!.spanId}-01`);
    for (const child of [spans[0], spans[2]]) {
      expect(child).toMatchObject({ traceId: root!.traceId, parentSpanId: root!.spanId });
    }
    expect(collector.bodies.join()).not.toContain('Popescu');
  });

  test('drops attributes outside the closed list and redacts personal numbers', async () => {
    const { tracer } = await openTracer(collector.url);
    const attributes = { 'http.route': '/x/2900000000012', 'db.query.text': '{ idnp }', 'error.type': {} };
    tracer.start('server', 'x', attributes as unknown as SpanAttributes)!.end();
    await tracer.close();
    expect(collector.spans[0]!.attributes).toEqual({ 'http.route': '/x/[number]' });
    expect(SPAN_ATTRIBUTES.length).toBeLessThan(20);
  });

  test('leaves the decision about recording to the process where a trace begins', async () => {
    const never = (await openTracer(collector.url, 0)).tracer;
    const always = (await openTracer(collector.url, 1)).tracer;
    const unrecorded = never.start('server', 'begun without', {})!;
    expect(unrecorded.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    unrecorded.run(() => {
      expect(never.isRecording()).toBe(false);
      expect(never.start('client', 'inside', {})!.traceparent.slice(0, 36)).toBe(unrecorded.traceparent.slice(0, 36));
    });
    always.start('server', 'continued without', {}, unrecorded.traceparent)!.end();
    unrecorded.end();
    const recorded = always.start('server', 'begun', {})!;
    never.start('server', 'continued', {}, recorded.traceparent)!.end();
    recorded.end();
    await Promise.all([never.close(), always.close()]);
    expect(collector.spans.map(({ name }) => name).sort()).toEqual(['begun', 'continued']);
  });

  test.each(['', 'tp', `00-${'0'.repeat(32)}-${'a'.repeat(16)}-01`])(
    'begins a trace for parent "%s"',
    async (parent) => {
      const { tracer } = await openTracer(collector.url);
      const outer = tracer.start('server', 'outer', {})!;
      const inner = outer.run(() => tracer.start('producer', 'inner', {}, parent)!);
      expect(inner.traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(inner.traceparent.slice(3, 35)).not.toBe(outer.traceparent.slice(3, 35));
    },
  );

  test('leaves work after the end of its span outside the trace', async () => {
    const { tracer } = await openTracer(collector.url);
    const outer = tracer.start('server', 'outer', {})!;
    const after = outer.run(async () => {
      outer.end();
      await Promise.resolve();
      expect(tracer.isRecording()).toBe(false);
      return tracer.start('client', 'poll', {})!;
    });
    expect((await after).traceparent.slice(3, 35)).not.toBe(outer.traceparent.slice(3, 35));
  });
});

describe('a faulty collector', () => {
  async function serve(answer: RequestListener): Promise<string> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  const counts = async (metrics: { text(): Promise<string> }) =>
    Object.fromEntries(
      [...(await metrics.text()).matchAll(/^trace_spans_total\{outcome="(\w+)".*\} (\d+)$/gm)].map(
        ([, outcome, count]) => [outcome, Number(count)],
      ),
    );
  const end = (tracer: ProcessTracer, count: number) => {
    for (let n = 0; n < count; n += 1) tracer.start('server', 'x', {})!.end();
  };

  test('is counted, and logged when it starts and when it recovers', async () => {
    let status = 400;
    const { tracer, lines, metrics } = await openTracer(
      await serve((request, response) => request.resume().on('end', () => response.writeHead(status).end('{}'))),
    );
    end(tracer, 3);
    await eventually(async () => (await counts(metrics))['failed'] === 3);
    end(tracer, 2);
    await eventually(async () => (await counts(metrics))['failed'] === 5);
    status = 200;
    end(tracer, 1);
    await eventually(async () => (await counts(metrics))['exported'] === 1);
    expect(lines.map(({ event }) => event)).toEqual(['trace-export-failed', 'trace-export-recovered']);
  });

  test('that never answers costs bounded memory and no time', async () => {
    const pending: ServerResponse[] = [];
    const { tracer, metrics } = await openTracer(await serve((_, response) => void pending.push(response)));
    // Ends the exports of the test.
    closers.push(() => pending.forEach((response) => response.writeHead(400).end()));
    // Of this process: other tests on the machine take no part in it.
    const before = process.cpuUsage();
    end(tracer, 3_000);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(1_000);
    expect(await counts(metrics)).toEqual({ dropped: 3_000 - 2_048 });
    const stopwatch = startStopwatch();
    await tracer.close();
    expect(stopwatch.stop()).toBeLessThan(3_000);
  });
});
