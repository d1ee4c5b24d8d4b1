import { NAMESPACE, waitFor } from './kube.ts';
import type { KubeClient } from './kube.ts';

/** Runs a script in a pod, under the platform's network and pod policies. */

export interface Probe {
  /** Name of the pod. */
  name: string;
  labels: Record<string, string>;
  /** Script for Node; its standard output is the result. */
  script: string;
  env: Record<string, string>;
  /** Secret mounted at /secret. */
  secret?: string;
}

const PROBE_TIMEOUT_SECONDS = 120;

/** Returns the labels of a service's pods. */
export const labelsOf = (service: string): Record<string, string> => ({
  'app.kubernetes.io/name': service,
  'app.kubernetes.io/part-of': 'cups',
});

/** @returns the output. @throws Error when it fails or takes more than two minutes */
export async function runProbe(kube: KubeClient, probe: Probe): Promise<string> {
  const { name } = probe;
  const image = await kube.kubectl([
    'get',
    'deployment',
    'catalog',
    '-n',
    NAMESPACE,
    '-o',
    'jsonpath={.spec.template.spec.containers[0].image}',
  ]);
  await kube.kubectl(['apply', '-f', '-'], JSON.stringify(buildPod(probe, image.trim())));
  try {
    await waitFor(
      `${name} has ended`,
      PROBE_TIMEOUT_SECONDS,
      async () => (await readPhase(kube, name)) === 'Succeeded',
    );
    return await kube.kubectl(['logs', name, '-n', NAMESPACE]);
  } finally {
    await kube.kubectl(['delete', 'pod', name, '-n', NAMESPACE, '--wait=false']);
  }
}

const readPhase = (kube: KubeClient, name: string): Promise<string> =>
  kube.kubectl(['get', 'pod', name, '-n', NAMESPACE, '-o', 'jsonpath={.status.phase}']);

function buildPod({ name, labels, script, env, secret }: Probe, image: string): object {
  const security = {
    runAsNonRoot: true,
    runAsUser: 10_001,
    runAsGroup: 10_001,
    fsGroup: 10_001,
    seccompProfile: { type: 'RuntimeDefault' },
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      securityContext: security,
      volumes: secret === undefined ? [] : [{ name: 'secret', secret: { secretName: secret, defaultMode: 0o440 } }],
      containers: [
        {
          name: 'probe',
          image,
          imagePullPolicy: 'IfNotPresent',
          command: ['/nodejs/bin/node', '-e', script],
          env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
          volumeMounts: secret === undefined ? [] : [{ name: 'secret', mountPath: '/secret', readOnly: true }],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          // It never becomes ready, since its labels must not attract calls.
          readinessProbe: { tcpSocket: { port: 1 } },
        },
      ],
    },
  };
}
