import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A span as a collector receives it, without times. */
export interface CollectedSpan {
  /** `service.name` of the process. */
  service: string;
  name: string;
  kind: 'server' | 'client' | 'producer' | 'consumer' | 'other';
  traceId: string;
  spanId: string;
  /** '' where the trace begins. */
  parentSpanId: string;
  attributes: Record<string, string | number>;
  hasFailed: boolean;
}

export interface Collector {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  url: string;
  /** Received spans, in order of arrival. */
  spans: CollectedSpan[];
  /** Received requests as sent. */
  bodies: string[];
  stop(): Promise<void>;
}

/** Starts a collector of OpenTelemetry that keeps all spans in memory. It receives OTLP/HTTP with JSON. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      bodies.push(body);
      spans.push(...parseExport(JSON.parse(body) as ExportRequest));
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface KeyValue {
  key: string;
  value: { stringValue?: string; intValue?: number | string; doubleValue?: number };
}

/** Members of an `ExportTraceServiceRequest` that tests read. */
interface ExportRequest {
  resourceSpans: {
    resource: { attributes: KeyValue[] };
    scopeSpans: {
      spans: {
        name: string;
        kind: number;
        traceId: string;
        spanId: string;
        parentSpanId?: string;
        attributes: KeyValue[];
        status: { code?: number };
      }[];
    }[];
  }[];
}

const KINDS: Record<number, CollectedSpan['kind']> = { 2: 'server', 3: 'client', 4: 'producer', 5: 'consumer' };
const STATUS_CODE_ERROR = 2;

function parseExport({ resourceSpans }: ExportRequest): CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(toRecord(resource.attributes)['service.name']);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, kind, traceId, spanId, parentSpanId = '', attributes, status }) => ({
        service,
        name,
        kind: KINDS[kind] ?? 'other',
        traceId,
        spanId,
        parentSpanId,
        attributes: toRecord(attributes),
        hasFailed: status.code === STATUS_CODE_ERROR,
      })),
    );
  });
}

function toRecord(attributes: KeyValue[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue } }) => [
      key,
      stringValue ?? Number(intValue ?? doubleValue),
    ]),
  );
}
