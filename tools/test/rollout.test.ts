import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { temporaryDir } from '@cups/testing';
import { allCommands, needsCluster } from '../check/guide-commands.ts';
import type { RolloutOutcome } from '../../k8s/lab/rollout/scenario.ts';
import { mebibytes, millicores, expectRefusal, restartsOf } from '../../k8s/lab/rollout/kube.ts';
import { ApiError } from '../day/desk.ts';
import { LoadGenerator } from '../../k8s/lab/rollout/load.ts';
import { Timeline } from '../../k8s/lab/rollout/timeline.ts';
import { Administrator } from '../../k8s/lab/rollout/administrator.ts';
import { renderRolloutChart } from '../../k8s/lab/rollout/rollout-chart.ts';
import { formatClock, findFailures, renderReport } from '../../k8s/lab/rollout/report.ts';
import { quantile, ClusterMonitor } from '../../k8s/lab/rollout/cluster-monitor.ts';

/** What the test of a roll-out is made of, as far as it goes without a cluster. */

const root = join(import.meta.dirname, '../..');
const load = new LoadGenerator('http://127.0.0.1:1');

/** An afternoon on which nothing went wrong. */
function outcome(changes: Partial<RolloutOutcome> = {}): RolloutOutcome {
  const watch = new ClusterMonitor({} as never, load, '');
  watch.samples.push(
    { at: 0, centres: 26, ready: { gateway: 2 }, restarts: 0, failed: 0, accepted: 0 },
    { at: 90, centres: 86, ready: { gateway: 3 }, restarts: 0, failed: 1, accepted: 40 },
  );
  watch.usage.set('gateway', { cpuMean: 80, cpuMost: 210, memoryMost: 130, samples: 3 });
  const moment = {
    name: 'open a wave',
    from: 5,
    to: 80,
    calls: 200,
    failed: [],
    deferred: [],
    seen: '20 opened',
    excuse: '',
  };
  const opening = { centres: 20, helmSeconds: 1.2, firstSeconds: 20, lastSeconds: 50, restarts: 0, newTemplates: 0 };
  return {
    day: { applications: 69, seconds: 23, lost: 0, doubled: 0, errors: [], documents: { scans: 29 } } as never,
    moments: [moment],
    openings: [opening],
    edges: [{ from: 'gateway', to: 'catalog', isOpen: true, shouldBeOpen: true }],
    watch,
    calls: 200,
    early: 0,
    accepted: 66,
    missing: [],
    mails: 12,
    spikeOldest: [0.1, 0.2],
    alerts: { passed: 60, failed: 0 },
    broken: '',
    ...changes,
  };
}
const failure = { at: 10, call: 'POST /applications', why: '503 OVERLOADED' };

test('parses Kubernetes quantities', () => {
  expect(['250m', '2', '1500000n', '500u'].map(millicores)).toEqual([250, 2000, 1.5, 0.5]);
  expect(['131072Ki', '64Mi', '1Gi', '1048576'].map(mebibytes)).toEqual([128, 64, 1024, 1]);
});

test('sums the restarts of all containers', () => {
  const pod = { metadata: { name: 'x', uid: 'u', labels: {} }, status: { phase: 'Running' } };
  expect(restartsOf(pod)).toBe(0);
  const containerStatuses = [{ restartCount: 2 }, { restartCount: 1 }];
  expect(restartsOf({ ...pod, status: { phase: 'Running', containerStatuses } })).toBe(3);
});

test('returns an observed value as quantile', () => {
  expect(quantile([5, 1, 3], 0.5)).toBe(3);
  expect(quantile([1, 2, 3, 4], 1)).toBe(4);
  expect(quantile([], 0.95)).toBeNaN();
});

test('throws when a command is not refused', async () => {
  await expect(expectRefusal(Promise.resolve('done'))).rejects.toThrow('It was not refused.');
  await expect(expectRefusal(Promise.reject(new TypeError('other')))).rejects.toThrow('other');
});

describe('findFailures', () => {
  const slow = Array.from({ length: 20 }, () => 9);
  test.each<[string, Partial<RolloutOutcome>]>([
    ['The test ended early: helm said no', { broken: 'helm said no' }],
    ['1 calls failed.', { moments: [{ ...outcome().moments[0]!, failed: [failure] }] }],
    [
      '11 calls were deferred.',
      { moments: [{ ...outcome().moments[0]!, deferred: Array(11).fill({ at: 6, seconds: 2 }) }] },
    ],
    ['An acknowledged application has no reply: 01X', { missing: ['01X'] }],
    ['Centres restarted 2 pods.', { openings: [{ ...outcome().openings[0]!, restarts: 2 }] }],
    ['Centres changed a pod template.', { openings: [{ ...outcome().openings[0]!, newTemplates: 1 }] }],
    ['catalog to intake is open.', { edges: [{ from: 'catalog', to: 'intake', isOpen: true, shouldBeOpen: false }] }],
    ['In the spike the oldest event was 9.0 s old (p95).', { spikeOldest: slow }],
    ['2 alert cases failed.', { alerts: { passed: 58, failed: 2 } }],
    ['The sample day: one is lost', { day: { lost: 1, doubled: 0, errors: ['one is lost'] } as never }],
  ])('%s', (sentence, changes) => {
    expect(findFailures(outcome(changes))).toEqual([sentence]);
  });

  test('finds nothing after a good run with planned kills', () => {
    const killed = { ...outcome().moments[0]!, failed: [failure], excuse: 'it was killed' };
    expect(findFailures(outcome())).toEqual([]);
    expect(findFailures(outcome({ moments: [killed] }))).toEqual([]);
  });
});

describe('the report', () => {
  const circumstances = {
    date: '2026-11-26',
    commit: 'abc',
    command: 'npm run cups -- rollout',
    machine: '2 cores',
    versions: { Kubernetes: 'v1.34.4' },
    cluster: 'nodes: 1',
    loadBefore: 0.1,
  };
  const installed = { url: '', chartsSeconds: 33, answersAfter: 0.2 };

  test('shows observations and success', () => {
    const text = renderReport(circumstances, installed, outcome(), 'rollout.svg');
    expect(text).toContain('**The test passed.**');
    expect(text).toContain('| Failed calls | 0 | 0 of 200 |');
    expect(text).toContain('| gateway | 80 m | 210 m | 130 MiB | 3 |');
    expect(text).toContain('| 0:05 | 1:20 | open a wave | 200 | 0 | 0 | 20 opened |');
  });

  test('names each failed call and failure', () => {
    const moments = [{ ...outcome().moments[0]!, failed: [failure, failure] }];
    const text = renderReport(circumstances, installed, outcome({ moments }), 'rollout.svg');
    expect(text).toContain('- 2 calls failed.');
    expect(text).toContain('| open a wave | POST /applications | 503 OVERLOADED | 2 |');
  });

  test('the chart has every step and a line per figure', () => {
    const { watch, moments } = outcome();
    const svg = renderRolloutChart(watch.samples, moments);
    expect(svg).toContain('>open a wave</text>');
    expect(svg.match(/<path /g)).toHaveLength(7);
    expect(() => renderRolloutChart([], [])).toThrow('Nothing was seen.');
    expect(formatClock(125)).toBe('2:05');
  });
});

test('records a step with its failures even if it throws', async () => {
  const moments = new Timeline(load, () => {});
  const broken = moments.record('break', async () => {
    load.failed.push({ ...failure, at: load.now });
    throw new Error('no');
  });
  await expect(broken).rejects.toThrow('no');
  expect(moments.entries).toMatchObject([{ name: 'break', seen: 'FAILED: no', failed: [{ why: '503 OVERLOADED' }] }]);
});

describe('a desk of the load', () => {
  const centre = {
    name: 'centres/CU-001',
    code: 'CU-001',
    kind: 'town-hall',
    status: 'active',
    displayName: 'X',
    agencies: ['agencies/asp'],
  };

  /** Submits an application to a platform that gives these refusals, then serves every call. */
  async function submitAfter(refusals: { reason: string; retryAfter?: number }[]): Promise<LoadGenerator> {
    const server = createServer((request, response) => {
      const isSignIn = request.url?.endsWith('/sessions') ?? false;
      const refusal = isSignIn ? undefined : refusals.shift();
      if (refusal?.retryAfter !== undefined) response.setHeader('retry-after', refusal.retryAfter);
      response.writeHead(refusal ? 503 : 201, {
        'content-type': 'application/json',
        'set-cookie': 's=1',
      });
      const served = isSignIn ? { operator: { centre: 'centres/CU-001' } } : { id: 'X', name: 'mandates/X', etag: 'e' };
      response.end(JSON.stringify(refusal ? { status: 503, reason: refusal.reason } : served));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    try {
      const desks = new LoadGenerator(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const desk = await desks.join(centre);
      desks.services = [{ code: 's', version: { provider: 'agencies/asp', centreKinds: ['town-hall'] } }];
      await desks.submitApplication(desk, centre).catch((error: unknown) => expect(error).toBeInstanceOf(ApiError));
      return desks;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  test.each([
    ['an unavailable platform', { reason: 'UNAVAILABLE', retryAfter: 0 }, '503 UNAVAILABLE'],
    ['an overload without a time', { reason: 'OVERLOADED' }, '503 OVERLOADED'],
    ['an overload of more than 30 s', { reason: 'OVERLOADED', retryAfter: 31 }, '503 OVERLOADED'],
  ])('counts %s as failed, without another attempt', async (_case, refusal, why) => {
    const desks = await submitAfter([refusal]);
    expect(desks.failed).toMatchObject([{ call: 'POST /mandates', why }]);
    expect(desks).toMatchObject({ calls: 1, accepted: 0, deferred: [] });
  });

  test('sends a call again when the platform asks for it, and counts it as deferred', async () => {
    const overload = { reason: 'OVERLOADED', retryAfter: 0 };
    const desks = await submitAfter([overload, overload]);
    expect(desks).toMatchObject({ calls: 4, accepted: 1, failed: [] });
    expect(desks.deferred).toEqual([{ at: expect.any(Number), seconds: expect.any(Number) }]);
  });
});

describe('an administrator', () => {
  test('has a separate checkout', async () => {
    const work = temporaryDir();
    const before = execFileSync('git', ['status', '--porcelain', 'data'], { cwd: root, encoding: 'utf8' });
    const said: string[] = [];
    const folder = join(work.dir, 'checkout');
    const operator = new Administrator(folder, '/nowhere', new AbortController().signal, (line) => said.push(line));
    const table = operator.withoutWave(['2023-1', '2023-2', '2023-3']);
    expect(table.split('\n').filter((row) => row.endsWith(';2023-2'))).toHaveLength(20);
    expect(readdirSync(join(folder, 'helm/centres/data/centres'))).toHaveLength(26);
    operator.write('centres.csv', table);
    await operator.follow('Open many centres', /import|list/);
    expect(readdirSync(join(folder, 'data/centres'))).toHaveLength(86);
    expect(said[0]).toBe('npm run cups -- centre import mine/centres.csv');
    expect(existsSync(join(root, 'data/centres/CU-086.yaml'))).toBe(true);
    expect(execFileSync('git', ['status', '--porcelain', 'data'], { cwd: root, encoding: 'utf8' })).toBe(before);
    await expect(operator.follow('Upgrade', /nothing/)).rejects.toThrow('No command of "Upgrade" fits nothing.');
    work.remove();
  });

  test('runs every command of the how-to pages that needs a cluster', () => {
    const files = ['scenario.ts', 'install.ts', '../../../tools/cli/rollout/rollout.ts'];
    const sources = files.map((file) => readFileSync(join(root, 'k8s/lab/rollout', file), 'utf8')).join('\n');
    const headings = [...allCommands()].filter(([, list]) => list.some(needsCluster)).map(([heading]) => heading);
    expect(headings.filter((heading) => !sources.includes(`'${heading}'`))).toEqual([]);
  });
});
