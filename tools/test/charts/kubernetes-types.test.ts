import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import ts from 'typescript';
import { render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';
import { matrix } from './objects.ts';

/**
 * Compiles every rendered object against the types of Kubernetes. A misspelt field, which the API server would drop with a warning,
 * does not compile.
 */

const root = join(import.meta.dirname, '..', '..', '..');
// Within the repository, so that the types are found.
const folder = join(root, '.cups', `typed-${process.pid}`);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Where the type of a kind comes from. */
const MODULES: Record<string, string> = {
  'v1/ConfigMap': 'kubernetes-models/v1/ConfigMap',
  'v1/Service': 'kubernetes-models/v1/Service',
  'v1/ServiceAccount': 'kubernetes-models/v1/ServiceAccount',
  'apps/v1/Deployment': 'kubernetes-models/apps/v1/Deployment',
  'autoscaling/v2/HorizontalPodAutoscaler': 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler',
  'networking.k8s.io/v1/Ingress': 'kubernetes-models/networking.k8s.io/v1/Ingress',
  'networking.k8s.io/v1/NetworkPolicy': 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy',
  'policy/v1/PodDisruptionBudget': 'kubernetes-models/policy/v1/PodDisruptionBudget',
  'gateway.networking.k8s.io/v1/HTTPRoute': '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute',
  'keda.sh/v1alpha1/ScaledObject': '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject',
  'keda.sh/v1alpha1/TriggerAuthentication': '@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication',
  'batch/v1/Job': 'kubernetes-models/batch/v1/Job',
  'rbac.authorization.k8s.io/v1/Role': 'kubernetes-models/rbac.authorization.k8s.io/v1/Role',
  'rbac.authorization.k8s.io/v1/RoleBinding': 'kubernetes-models/rbac.authorization.k8s.io/v1/RoleBinding',
  'monitoring.coreos.com/v1/PrometheusRule':
    '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule',
  'monitoring.coreos.com/v1/PodMonitor': '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor',
};

/** A source that writes objects down as constants of their types. */
function formatSource(name: string, objects: KubernetesObject[]): string {
  const kinds = new Map(objects.map(({ apiVersion, kind }) => [`${apiVersion}/${kind}`, kind]));
  const imports = [...kinds].map(
    ([id, kind]) => `import type { I${kind} } from '${MODULES[id] ?? `no type for ${id}`}';`,
  );
  const constants = objects.map(
    (object, place) => `const o${place}: I${object.kind} = ${JSON.stringify(object, null, 1)};`,
  );
  const list = `export const all = [${objects.map((_, place) => `o${place}`).join(', ')}];`;
  const file = join(folder, `${name}.ts`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, [...imports, ...constants, list].join('\n'));
  return file;
}

/** What the compiler says of some sources, in one run. */
function compile(files: string[]): { file: string | undefined; says: string }[] {
  const program = ts.createProgram(files, {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2024,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => ({
    file: file?.fileName,
    says: ts.flattenDiagnosticMessageText(messageText, ' '),
  }));
}

test('accepts every rendered object and rejects a misspelt field', () => {
  const all = matrix().flatMap(({ objects }) => objects);
  const different = new Map([...all, ...render('centres')].map((object) => [JSON.stringify(object), object]));
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'x' },
    spec: { maxUnavailible: 1 },
  };
  const misspelt = formatSource('misspelt', [budget]);
  expect(compile([formatSource('objects', [...different.values()]), misspelt])).toEqual([
    { file: misspelt, says: expect.stringContaining('maxUnavailible') },
  ]);
}, 120_000);
