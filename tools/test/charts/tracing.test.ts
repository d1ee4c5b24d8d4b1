import { describe, expect, test } from '@jest/globals';
import { environmentFile, render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';
import { SERVICES } from '../../platform/services.ts';
import { ofKind } from './objects.ts';

/** With an endpoint, every service but the simulator exports spans to the collector, and may reach it. */

interface Deployment extends KubernetesObject {
  spec: { template: { spec: { containers: { env: { name: string; value: string }[] }[] } } };
}
interface Policy extends KubernetesObject {
  spec: { egress?: { to: unknown[]; ports: { port: number }[] }[] };
}

const PEER = { podSelector: { matchLabels: { app: 'collector' } } };
const traced = SERVICES.filter((name) => name !== 'agency-simulator').sort();

function renderWith(tracing: object) {
  const values = { 'agency-simulator': { enabled: true }, global: { strictMode: false, tracing } };
  return render('platform', { files: [environmentFile('production')], values });
}

/** Returns the variables of OpenTelemetry of each service that has any. */
function settingsOf(objects: KubernetesObject[]): Record<string, Record<string, string>> {
  const found = ofKind<Deployment>(objects, 'Deployment').map(({ metadata, spec }) => {
    const env = spec.template.spec.containers.flatMap((container) => container.env);
    const own = env.filter(({ name }) => name.startsWith('OTEL_')).map(({ name, value }) => [name, value]);
    return [metadata.name, Object.fromEntries(own)] as const;
  });
  return Object.fromEntries(found.filter(([, own]) => Object.keys(own).length > 0));
}

describe('global.tracing', () => {
  test('sets nothing by default', () => {
    const objects = render('platform', { files: [environmentFile('production')] });
    expect(settingsOf(objects)).toEqual({});
    expect(JSON.stringify(ofKind(objects, 'NetworkPolicy'))).not.toContain('4318');
  });

  test.each([
    ['http://collector.monitoring:4318', 4318],
    ['https://traces.example', 443],
    ['http://collector', 80],
  ])('exports spans to %s and opens port %i', (endpoint, port) => {
    const objects = renderWith({ endpoint, ratio: 0.25, peers: [PEER] });
    const expected = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: '0.25' };
    expect(settingsOf(objects)).toEqual(Object.fromEntries(traced.map((name) => [name, expected])));
    const allowed = ofKind<Policy>(objects, 'NetworkPolicy').filter(({ spec }) =>
      spec.egress?.some(({ to, ports }) => JSON.stringify([to, ports[0]?.port]) === JSON.stringify([[PEER], port])),
    );
    expect(allowed.map(({ metadata }) => metadata.name).sort()).toEqual(traced);
  });

  test('requires the peers of the collector', () => {
    expect(() => renderWith({ endpoint: 'http://collector:4318' })).toThrow('global.tracing.peers is empty');
  });
});
