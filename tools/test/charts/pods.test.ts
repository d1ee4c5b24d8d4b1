import { describe, expect, test } from '@jest/globals';
import { listSettings } from '@cups/process/settings';
import { MANAGED } from '../../generate/charts/managed.ts';
import { render, renderText } from '../../cli/charts/render.ts';
import { CHECKER, SETTINGS } from '../../generate/charts/tables.ts';
import { matrix, named, ofKind } from './objects.ts';
import type { Container, Deployment, Job, PodSpec } from './objects.ts';

/** What holds for every pod and object that the charts make, whatever the values. */

const renders = matrix();
const deployments = renders.flatMap(({ title, objects }) =>
  ofKind<Deployment>(objects, 'Deployment').map((deployment) => ({
    title: `${deployment.metadata.name}: ${title}`,
    deployment,
    objects,
    pod: deployment.spec.template.spec,
    container: deployment.spec.template.spec.containers[0]!,
  })),
);

function expectRestricted(pod: PodSpec): void {
  const [container] = pod.containers;
  expect(pod).not.toHaveProperty('hostNetwork');
  expect(pod).not.toHaveProperty('initContainers');
  expect(pod.securityContext).toMatchObject({
    runAsNonRoot: true,
    runAsUser: 10_001,
    runAsGroup: 10_001,
    fsGroup: 10_001,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(pod.containers).toHaveLength(1);
  expect(container!.securityContext).toMatchObject({
    allowPrivilegeEscalation: false,
    privileged: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  });
  // "restricted" names the kinds of volume that a pod may have; ours are of three of them.
  for (const { name, ...kinds } of pod.volumes ?? []) {
    const [kind] = Object.keys(kinds);
    const allowed = WRITABLE_KINDS[name] ?? ['projected'];
    expect({ name, isAllowed: allowed.includes(kind!) }).toEqual({ name, isAllowed: true });
  }
}

/** Kinds of the volumes that a pod may write. */
const WRITABLE_KINDS: Readonly<Record<string, readonly string[]>> = {
  state: ['emptyDir'],
  documents: ['emptyDir', 'persistentVolumeClaim'],
  journal: ['persistentVolumeClaim'],
};
/** Volumes of files, by the setting that names their folder. */
const STORAGE_VOLUMES = { DOCUMENTS_DIR: 'documents', JOURNAL_DIR: 'journal' };

describe.each(deployments)('a pod of $title', ({ deployment, objects, pod, container }) => {
  test('meets pod security standard "restricted"', () => {
    expectRestricted(pod);
  });

  test('has its own service account without a token', () => {
    expect(pod).toMatchObject({ serviceAccountName: deployment.metadata.name, automountServiceAccountToken: false });
    const account = named(objects, 'ServiceAccount', deployment.metadata.name);
    expect(account).toMatchObject({ automountServiceAccountToken: false });
  });

  test('requests resources and limits memory and storage', () => {
    expect(Object.keys(container.resources.requests).sort()).toEqual(['cpu', 'ephemeral-storage', 'memory']);
    expect(Object.keys(container.resources.limits).sort()).toEqual(['ephemeral-storage', 'memory']);
  });

  test('has probes at the operations port', () => {
    const operations = container.ports.find(({ name }) => name === 'operations');
    const port = container.env.find(({ name }) => name === 'HTTP_PORT')!.value;
    expect(String(operations?.containerPort)).toBe(port);
    const asked = (probe: `${string}Probe`) => container[probe]!.httpGet;
    expect(asked('startupProbe')).toEqual({ path: '/healthz', port: 'operations' });
    expect(asked('livenessProbe')).toEqual({ path: '/healthz', port: 'operations' });
    expect(asked('readinessProbe')).toEqual({ path: '/readyz', port: 'operations' });
  });

  test('sleeps before a graceful stop of at most 20 s', () => {
    const { seconds } = container.lifecycle.preStop.sleep;
    expect(seconds).toBe(10);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(seconds + 20);
  });

  test('surges on a rollout, unless only one may write, and spreads over nodes', () => {
    const { strategy, selector, template } = deployment.spec;
    const surge = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } };
    expect(strategy).toEqual(deployment.metadata.name === 'journal' ? { type: 'Recreate' } : surge);
    expect(template.metadata.labels).toMatchObject(selector.matchLabels);
    const keys = pod.topologySpreadConstraints.map(({ topologyKey }) => topologyKey);
    expect(keys).toEqual(['topology.kubernetes.io/zone', 'kubernetes.io/hostname']);
    expect(pod.affinity.podAntiAffinity).toBeTruthy();
    expect(named(objects, 'PodDisruptionBudget', deployment.metadata.name)).toMatchObject({
      spec: { maxUnavailable: 1, selector },
    });
  });

  test('has exactly the settings of its code and no secret', () => {
    const known = settingsOf(deployment.metadata.name);
    const given = new Map(container.env.map(({ name, value }) => [name, value]));
    expect([...given.keys()].filter((name) => !known.has(name))).toEqual([]);
    // What is not set by the chart itself is a value of it, so it is there.
    const free = [...known].filter((name) => !MANAGED[name] && !name.endsWith('_FILE'));
    expect(free.filter((name) => !given.has(name))).toEqual([]);
    expect([...given.values()].filter((value) => /mongodb:|smtps?:/.test(value))).toEqual([]);
  });

  test('mounts what its settings name', () => {
    const folders = container.volumeMounts?.map(({ mountPath }) => mountPath) ?? [];
    const paths = container.env.map(({ value }) => value).filter((value) => value.startsWith('/'));
    for (const path of paths) {
      expect({ path, mounted: folders.some((folder) => covers(folder, path)) }).toEqual({ path, mounted: true });
    }
    expect(container.volumeMounts?.map(({ name }) => name)).toEqual(pod.volumes?.map(({ name }) => name));
    const writable = container.volumeMounts?.filter(({ readOnly }) => !readOnly).map(({ name }) => name) ?? [];
    const files = Object.entries(STORAGE_VOLUMES)
      .filter(([setting]) => container.env.some(({ name }) => name === setting))
      .map(([, volume]) => volume);
    expect(writable).toEqual([...(hasMailServer(container) ? [] : ['state']), ...files]);
  });
});

/** A folder of data is mounted by the folders within it. */
const covers = (folder: string, path: string) => `${path}/`.startsWith(`${folder}/`) || folder.startsWith(`${path}/`);

const hasMailServer = ({ env }: Container) => !env.some(({ name }) => name === 'STATE_DIR');

function settingsOf(service: string): Set<string> {
  const settings = listSettings(SETTINGS[service] ?? CHECKER);
  return new Set(settings.flatMap((one) => ('file' in one ? [one.name, one.file] : [one.name])));
}

const jobs = renders.flatMap(({ title, objects }) =>
  ofKind<Job>(objects, 'Job').map((job) => ({ title: `${job.metadata.name}: ${title}`, job, objects })),
);

describe.each(jobs)('the job $title', ({ job, objects }) => {
  const { spec: pod } = job.spec.template;

  test('meets pod security standard "restricted" with its own account', () => {
    expectRestricted(pod);
    expect(pod.serviceAccountName).toBe(job.metadata.name);
    expect(named(objects, 'ServiceAccount', job.metadata.name)).toBeDefined();
  });

  test('has a token only where it writes Secrets', () => {
    expect(pod.automountServiceAccountToken).toBe(job.metadata.name === 'keys');
  });

  test('has egress to its targets and no ingress', () => {
    expect(named(objects, 'NetworkPolicy', job.metadata.name)).toMatchObject({
      spec: { podSelector: { matchLabels: job.spec.template.metadata.labels }, policyTypes: ['Ingress', 'Egress'] },
    });
    expect(named(objects, 'NetworkPolicy', job.metadata.name)).not.toMatchObject({
      spec: { ingress: expect.anything() },
    });
  });
});

describe.each(renders)('the objects of $title', ({ objects }) => {
  test('have the release’s namespace and labels', () => {
    for (const { kind, metadata } of objects) {
      expect({ kind, name: metadata.name, namespace: metadata.namespace }).toMatchObject({ namespace: 'cups' });
      expect(metadata.labels).toMatchObject({
        'app.kubernetes.io/part-of': 'cups',
        'app.kubernetes.io/managed-by': 'Helm',
        'app.kubernetes.io/instance': 'cups',
        'helm.sh/chart': expect.stringMatching(/^[a-z-]+-\d+\.\d+\.\d+$/),
      });
    }
  });

  test('have unique names per kind', () => {
    const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
  });

  test('have at most one autoscaler per workload', () => {
    for (const { metadata, spec } of ofKind<Deployment>(objects, 'Deployment')) {
      const counted = ['HorizontalPodAutoscaler', 'ScaledObject'].filter((kind) => named(objects, kind, metadata.name));
      const fixed = spec.replicas === undefined ? [] : ['Deployment'];
      expect({ name: metadata.name, places: [...counted, ...fixed].length }).toEqual({
        name: metadata.name,
        places: 1,
      });
    }
  });

  test('mount only data ConfigMaps of the centres chart', () => {
    const made = new Set(render('centres').map(({ metadata }) => metadata.name));
    const mounted = ofKind<Deployment>(objects, 'Deployment').flatMap(configMapsOf);
    // Public keys are made by the job of keys, authorities by the operator.
    const known = new Set(['cups-public-keys', 'authorities', ...made]);
    expect(mounted.filter((name) => !known.has(name))).toEqual([]);
  });
});

function configMapsOf({ spec }: Deployment): string[] {
  const sources = (spec.template.spec.volumes ?? []).flatMap(({ projected }) => projected?.sources ?? []);
  return sources.flatMap(({ configMap }) => configMap?.name ?? []);
}

test('sets no default other than the production default of a setting', () => {
  const containers = ofKind<Deployment>(render('platform', { files: ['k8s/env/production.yaml'] }), 'Deployment').map(
    ({ spec }) => spec.template.spec.containers[0]!,
  );
  const differing = Object.values(SETTINGS)
    .flatMap(listSettings)
    .filter(({ inProduction }) => inProduction !== undefined);
  expect(differing.map(({ name }) => name)).toContain('RETENTION_CONFIRMED');
  for (const { name, inProduction } of differing) {
    const values = containers.flatMap(({ env }) => env.find((one) => one.name === name)?.value ?? []);
    expect({ name, values: [...new Set(values)] }).toEqual({ name, values: [String(inProduction)] });
  }
});

test('schedules one replica on one node', () => {
  const text = JSON.stringify(renders.map(({ objects }) => objects));
  expect(text).not.toContain('DoNotSchedule');
  expect(text).not.toContain('requiredDuringScheduling');
});

test('renders reproducibly', () => {
  for (const chart of ['platform', 'centres', 'agencies']) {
    const options = chart === 'platform' ? { files: ['k8s/env/production.yaml'] } : {};
    const [first, ...others] = [1, 2, 3].map(() => renderText(chart, options));
    expect(others).toEqual([first, first]);
  }
});

test('renders a service chart alone as within the platform', () => {
  const kafka = { brokers: ['kafka:9092'], peers: [{ podSelector: {} }] };
  const global = { environment: 'development', strictMode: false, image: { pullPolicy: 'Always' }, kafka };
  const values = {
    global,
    keys: { existingSecret: 'cups-key-catalog' },
    tls: { existingSecret: 'cups-tls-catalog' },
  };
  const alone = render('catalog', { values });
  const all = render('platform', { files: ['k8s/env/dev.yaml'], values: { global, catalog: { replicas: 2 } } });
  expect(all.filter(({ metadata }) => metadata.name === 'catalog')).toEqual(alone);
});
