import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CollectedSpan } from '@cups/testing';

/** Who calls whom: from spans, and from the diagram in the README. */

/** `intake -> catalog` for a call, `intake -> cups.applications` and back for a topic. */
export type Edge = `${string} -> ${string}`;

/** Nodes of the journal, which runs outside these journeys. */
const PARTLY_VISITED = ['journal', 'cups.checkpoints'];

const sorted = (edges: Iterable<Edge>): Edge[] =>
  [...new Set(edges)].filter((edge) => !edge.split(' -> ').some((node) => PARTLY_VISITED.includes(node))).sort();

/** The topics of all agencies are one node of the diagram, and the entries of all services are another. */
const topicOf = (span: CollectedSpan): string =>
  String(span.attributes['messaging.destination.name'])
    .replace(/^agency\.[a-z0-9-]+\./, 'agency.<code>.')
    .replace(/^cups\.journal\.[a-z0-9-]+$/, 'cups.journal.<service>');

/** Returns the steps of a trace, each as `<service>: <span> > <service>: <span>`. The first one begins with ` > `. */
export function stepsOfSpans(spans: CollectedSpan[]): string[] {
  const describe = ({ service, name }: CollectedSpan) => `${service}: ${name}`;
  const names = new Map(spans.map((span) => [span.spanId, describe(span)]));
  return spans.map((span) => `${names.get(span.parentSpanId) ?? span.parentSpanId} > ${describe(span)}`);
}

/** Returns the calls and topics that spans show. */
export function edgesOfSpans(spans: CollectedSpan[]): Edge[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  return sorted(
    spans.flatMap((span): Edge[] => {
      if (span.kind === 'producer') return [`${span.service} -> ${topicOf(span)}`];
      if (span.kind === 'consumer') return [`${topicOf(span)} -> ${span.service}`];
      const caller = span.kind === 'server' ? byId.get(span.parentSpanId) : undefined;
      return caller ? [`${caller.service} -> ${span.service}`] : [];
    }),
  );
}

/** Nodes outside the platform, which have no spans, and topics of centres in training. */
const OUTSIDE = ['desk', 'agency', 'simulator', 'exercises', 'answers'];

/** Returns the edges of the diagram between services and topics. */
export function edgesOfReadme(): Edge[] {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const diagram = /```mermaid\n([^]+?)```/.exec(readme)?.[1] ?? '';
  const names = new Map(
    [...diagram.matchAll(/^ {2}(\w+)(?:\[\("|>"?|\(\["?)([^"\])]+)/gm)].map(([, node = '', text = '']) => [
      node,
      text.replace('#lt;', '<').replace('#gt;', '>'),
    ]),
  );
  const edges = [...diagram.matchAll(/^ {2}(\w+) (?:-- "[^"]*" -->|-->|-\.->) (\w+)$/gm)];
  const inside = edges.filter(([, from = '', to = '']) => !OUTSIDE.includes(from) && !OUTSIDE.includes(to));
  return sorted(inside.map(([, from = '', to = '']): Edge => `${names.get(from) ?? from} -> ${names.get(to) ?? to}`));
}
