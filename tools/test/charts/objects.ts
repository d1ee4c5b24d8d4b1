import { environmentFile, ENVIRONMENTS, render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';

/** What the tests of the charts read in rendered objects. */

export interface Container {
  name: string;
  image: string;
  env: { name: string; value: string }[];
  ports: { name: string; containerPort: number }[];
  securityContext: Record<string, unknown>;
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  lifecycle: { preStop: { sleep: { seconds: number } } };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
  [probe: `${string}Probe`]: { httpGet: { path: string; port: string } };
}

interface Source {
  secret?: { name: string };
  configMap?: { name: string };
}

export interface PodSpec {
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  terminationGracePeriodSeconds: number;
  securityContext: Record<string, unknown>;
  containers: Container[];
  initContainers?: Container[];
  volumes?: { name: string; projected?: { sources: Source[] }; emptyDir?: { sizeLimit?: string } }[];
  topologySpreadConstraints: { topologyKey: string }[];
  affinity: { podAntiAffinity: unknown };
  [field: string]: unknown;
}

export interface Deployment extends KubernetesObject {
  spec: {
    replicas?: number;
    strategy: { rollingUpdate: unknown };
    selector: { matchLabels: Record<string, string> };
    template: { metadata: { labels: Record<string, string> }; spec: PodSpec };
  };
}

export interface Job extends KubernetesObject {
  spec: { template: { metadata: { labels: Record<string, string> }; spec: PodSpec } };
}

/** Objects of one kind, by name. */
export const ofKind = <One extends KubernetesObject>(objects: KubernetesObject[], kind: string): One[] =>
  objects.filter((one) => one.kind === kind) as One[];

export const named = (objects: KubernetesObject[], kind: string, name: string): KubernetesObject | undefined =>
  objects.find((one) => one.kind === kind && one.metadata.name === name);

interface ChartRender {
  title: string;
  objects: KubernetesObject[];
}

let rendered: ChartRender[] | undefined;

/**
 * Returns the objects of each environment, and of every combination of values that changes which objects there are, over
 * those of production. Rendered once for all files of a group: do not change them.
 */
export const matrix = (): readonly ChartRender[] => (rendered ??= [...renderMatrix()]);

function* renderMatrix(): Generator<ChartRender> {
  for (const environment of ENVIRONMENTS) {
    yield { title: environment, objects: render('platform', { files: [environmentFile(environment)] }) };
  }
  for (const kind of ['none', 'gateway-api', 'ingress']) {
    for (const scaled of [false, true]) {
      for (const rest of [false, true]) {
        const title = `route ${kind}, ${scaled ? 'scaled' : 'fixed'}, ${rest ? 'with everything else' : 'bare'}`;
        const values = valuesOf(kind, scaled, rest);
        yield { title, objects: render('platform', { files: [environmentFile('production')], values }) };
      }
    }
  }
}

function valuesOf(kind: string, scaled: boolean, rest: boolean): unknown {
  const caller = { autoscaling: { enabled: scaled } };
  const consumer = { keda: { enabled: scaled } };
  const pod = { labels: { team: 'desk' }, annotations: { note: 'x' }, nodeSelector: { disk: 'ssd' } };
  const placed = { tolerations: [{ key: 'desk', operator: 'Exists' }], priorityClassName: 'platform' };
  return {
    global: {
      strictMode: false,
      prefix: rest ? 'a-' : '',
      image: { pullSecrets: rest ? ['registry'] : [] },
      networkPolicy: { enabled: true, nodes: rest ? ['192.0.2.0/24'] : [] },
      monitoring: { podMonitor: rest, peers: rest ? [{ podSelector: {} }] : [] },
    },
    catalog: caller,
    identity: caller,
    gateway: { ...caller, route: { kind, ingress: { tlsSecret: 'cups-tls' } }, pod: rest ? { ...pod, ...placed } : {} },
    intake: consumer,
    documents: Object.assign({ clamd: rest ? { peers: [{ podSelector: {} }] } : {} }, caller),
    'agency-bridge': consumer,
    notifications: { ...consumer, mail: { existingSecret: rest ? 'mail' : '' } },
    'agency-simulator': { enabled: rest },
    topics: { enabled: rest },
    keys: { enabled: rest, apiServer: { peers: scaled ? [{ ipBlock: { cidr: '192.0.2.1/32' } }] : [] } },
    ops: { firstSupervisor: { existingSecret: rest ? 'first-supervisor' : '' } },
    alerts: { enabled: rest },
    dashboards: { enabled: rest },
  };
}
