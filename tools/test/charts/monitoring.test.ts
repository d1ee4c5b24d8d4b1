import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parse } from 'yaml';
import { listCaseFiles } from '../../cli/alerts/run.ts';
import { DASHBOARD } from '../../cli/charts/dashboard.ts';
import { environmentFile, render } from '../../cli/charts/render.ts';
import { SERVICES } from '../../platform/services.ts';

/** Alerts and dashboards ask for metrics that the code has, under labels that they bear. */

const root = join(import.meta.dirname, '..', '..', '..');

interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  labels?: { severity?: string };
  annotations?: Record<string, string>;
}

const { groups } = parse(readFileSync(join(root, 'helm/platform/rules.yaml'), 'utf8')) as {
  groups: { name: string; rules: Rule[] }[];
};
const rules = groups.flatMap((group) => group.rules);
const alerts = rules.filter((rule): rule is Rule & { alert: string } => rule.alert !== undefined);
const recorded = rules.flatMap(({ record }) => record ?? []);

/** Every metric of the code, with the names of its labels; a histogram has three. */
const metrics = new Map<string, Set<string>>();
let sources = '';
for (const folder of ['libs', 'apps']) {
  for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
    if (!/^[^/]+\/src\/.*\.ts$/.test(file)) continue;
    const source = readFileSync(join(root, folder, file), 'utf8');
    findMetrics(source);
    sources += source;
  }
}

function findMetrics(source: string): void {
  const declared = /\.(counter|gauge|histogram)\(\s*'([a-z_]+)',\s*(?:'[^']*'|"[^"]*"|\w+)(?:,\s*\[([^\]]*)\])?/g;
  for (const [, type, name, list = ''] of source.matchAll(declared)) {
    const labels = [...list.matchAll(/'(\w+)'/g)].map(([, label]) => label!);
    const names = type === 'histogram' ? ['_bucket', '_sum', '_count'].map((ending) => name + ending) : [name!];
    for (const one of names) metrics.set(one, new Set([...labels, ...(one.endsWith('_bucket') ? ['le'] : [])]));
  }
}

/** Labels of every series: the code adds `service`, the scrape the rest. */
const COMMON_LABELS = new Set(['service', 'pod']);

/** What is wrong with an expression: it does not parse, or asks for what nobody has. */
function validateExpression(expression: string): string[] {
  const readable = expression.replaceAll('$__rate_interval', '5m');
  const found: string[] = [];
  const asked: string[] = [];
  const labels: string[] = [];
  parser.parse(readable).iterate({
    enter({ type, from, to }) {
      const text = readable.slice(from, to);
      if (type.isError) found.push(`does not parse at ${from}: ${readable}`);
      if (type.name === 'VectorSelector') asked.push(/^[a-zA-Z_:][\w:]*/.exec(text)?.[0] ?? text);
      if (type.name === 'LabelName') labels.push(text);
    },
  });
  const unknown = asked.filter((name) => !metrics.has(name) && !recorded.includes(name));
  const borne = new Set([...COMMON_LABELS, ...asked.flatMap((name) => [...(metrics.get(name) ?? [])])]);
  return [
    ...found,
    ...unknown.map((name) => `no metric ${name}`),
    ...labels.filter((label) => !borne.has(label)).map((label) => `no label ${label}`),
  ];
}

test('finds the metrics of the code', () => {
  expect(metrics.size).toBeGreaterThan(40);
  expect(metrics.get('http_requests_total')).toEqual(new Set(['operation', 'status']));
  expect(metrics.get('http_request_duration_seconds_bucket')).toEqual(new Set(['operation', 'le']));
});

test('detects invalid expressions and unknown metrics', () => {
  expect(validateExpression('sum(store_ready')).not.toEqual([]);
  expect(validateExpression('store_redy == 0')).toEqual(['no metric store_redy']);
  expect(validateExpression('max by (agency) (store_ready)')).toEqual(['no label agency']);
});

test.each(rules.map((rule) => [rule.alert ?? rule.record, rule.expr]))('%s uses existing metrics', (_, expression) => {
  expect(validateExpression(expression!)).toEqual([]);
});

describe.each(Object.entries(DASHBOARD))('the row %s of the dashboard', (_, panels) => {
  test.each(panels.map(({ title, series }) => [title, Object.entries(series)] as const))('%s', (_title, series) => {
    for (const [legend, expression] of series) {
      expect(validateExpression(expression)).toEqual([]);
      const grouped = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label!);
      expect(grouped.filter((label) => !expression.includes(label))).toEqual([]);
    }
  });
});

interface Case {
  name: string;
  input_series: { series: string; values: string }[];
  alert_rule_test: { eval_time: string; alertname: string; exp_alerts: { exp_labels: object }[] }[];
}

const files = listCaseFiles().map(
  (file) => parse(readFileSync(file, 'utf8')) as { rule_files: string[]; tests: Case[] },
);
const cases = files.flatMap(({ tests }) => tests);

test('has a firing and a quiet test for every alert', () => {
  expect(new Set(files.flatMap((file) => file.rule_files))).toEqual(new Set(['../../helm/platform/rules.yaml']));
  const found = new Map<string, Set<string>>();
  for (const { name, alert_rule_test: tried } of cases) {
    const { alertname: alert, exp_alerts: told } = tried[0]!;
    const what = told.length > 0 ? 'fires' : 'keeps quiet';
    expect(tried).toHaveLength(1);
    expect(name).toMatch(new RegExp(`^${alert} ${what}: `));
    found.set(alert, (found.get(alert) ?? new Set()).add(what));
  }
  const wanted = alerts.map(({ alert }) => [alert, new Set(['fires', 'keeps quiet'])] as const);
  expect(found).toEqual(new Map(wanted));
});

test.each(cases.map(({ name, input_series: series }) => [name, series] as const))(
  '%s: of series of the code',
  (_, input) => {
    for (const { series } of input)
      expect({ series, faults: validateExpression(series) }).toEqual({ series, faults: [] });
  },
);

test('uses relevant series in quiet tests', () => {
  const metricsOf = ({ input_series: input }: Case) => input.map(({ series }) => /^\w+/.exec(series)![0]);
  for (const { alert } of alerts) {
    const [firing, quiet] = ['fires', 'keeps quiet'].map((what) =>
      cases.filter(({ name }) => name.startsWith(`${alert} ${what}: `)).flatMap(metricsOf),
    );
    expect({ alert, shared: quiet!.some((metric) => firing!.includes(metric)) }).toEqual({ alert, shared: true });
  }
});

const runbook = readFileSync(join(root, 'docs/how-to/runbook.md'), 'utf8');

test('has a runbook heading for exactly the alerts', () => {
  const headings = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
  expect(headings.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
});

describe('the runbook', () => {
  const sections = runbook
    .split(/^## /m)
    .filter((section) => alerts.some(({ alert }) => section.startsWith(`${alert}\n`)));
  const spans = [...sections.join('\n').matchAll(/`([^`\n]+)`/g)].map(([, span]) => span!);

  test('uses existing metrics', () => {
    const isCommand = /^(kubectl|npm|helm|db\.|GET) ?/;
    const expressions = spans.filter((span) => /^[a-z]+( by)? ?\(/.test(span) && !isCommand.test(span));
    expect(expressions.length).toBeGreaterThan(10);
    expect(expressions.flatMap(validateExpression)).toEqual([]);
    const named = spans.filter((span) => /^[a-z]+(_[a-z]+)+$/.test(span));
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((name) => !metrics.has(name) && !metrics.has(`${name}_bucket`))).toEqual([]);
  });

  test('names existing log events', () => {
    const written = new Set([...sources.matchAll(/event: '([a-z-]+)'/g)].map(([, event]) => event!));
    const words = new Set(spans.filter((span) => /^[a-z]+(-[a-z]+)+$/.test(span)));
    // Services, what is in the cluster, and why an application has no due date.
    for (const other of [...SERVICES, 'calendar-unknown', 'cups-public-keys']) words.delete(other);
    expect(words.size).toBeGreaterThan(15);
    expect([...words].filter((word) => !written.has(word))).toEqual([]);
  });
});

test('gives every alert severity, summary and runbook link', () => {
  const [rendered] = render('platform', { files: [environmentFile('production')] })
    .filter(({ kind }) => kind === 'PrometheusRule')
    .map(({ spec }) => spec as { groups: typeof groups });
  const ready = rendered!.groups.flatMap((group) => group.rules).filter(({ alert }) => alert !== undefined);
  expect(ready).toHaveLength(alerts.length);
  for (const { alert, labels, annotations } of ready) {
    expect(['page', 'ticket']).toContain(labels?.severity);
    expect(annotations?.['summary']).toMatch(/\.$/);
    expect(annotations?.['runbook_url']).toBe(`https://docs.cups.example/runbook#${alert!.toLowerCase()}`);
  }
});

test('uses only kept labels in alert texts', () => {
  for (const { alert, expr, annotations } of alerts) {
    const used = [...annotations!['summary']!.matchAll(/\$labels\.(\w+)/g)].map(([, label]) => label!);
    expect({ alert, lost: used.filter((label) => !expr.includes(label)) }).toEqual({ alert, lost: [] });
  }
});

test('sets the labels that select monitors and rules', () => {
  const values = { global: { monitoring: { labels: { release: 'prometheus' } } } };
  const objects = render('platform', { files: [environmentFile('production')], values });
  const watched = objects.filter(({ kind }) => ['PodMonitor', 'PrometheusRule'].includes(kind));
  // The services, the pods that open files, and the rules.
  expect(watched).toHaveLength(SERVICES.length + 2);
  for (const { metadata } of watched) expect(metadata.labels).toMatchObject({ release: 'prometheus' });
});

test('alerts on the absence of any service', () => {
  const { expr } = alerts.find(({ alert }) => alert === 'ServiceDown')!;
  const watched = [...expr.matchAll(/service="([a-z-]+)"/g)].map(([, service]) => service);
  expect(watched).toEqual(SERVICES.filter((service) => service !== 'agency-simulator'));
});
