import { join } from 'node:path';
import { operationsCommands } from '../../../tools/check/guide-commands.ts';
import type { ExternalServices } from './external-services.ts';
import { waitFor } from './kube.ts';
import type { KubeClient } from './kube.ts';
import { secretFiles } from './install-values.ts';
import type { Administrator } from './administrator.ts';
import type { Target } from './target.ts';

/** Installs with the commands of docs/how-to/install.md and generated values. */

export interface InstallResult {
  url: string;
  /** Duration of `helm upgrade --install` of the platform. */
  chartsSeconds: number;
  /** From then until the gateway responds to a request that needs all services. */
  answersAfter: number;
}

/** Parts of the test; `documents` needs no KEDA. */
export const PARTS = ['all', 'documents'] as const;
export type Part = (typeof PARTS)[number];

/** Returns the values in the folder `mine`; the rest is k8s/env/pilot.yaml. */
function createValues(
  { kafka, store, mail, secure }: ExternalServices,
  { host, from, sharesVolumes }: Target,
  part: Part,
): object {
  const here = [{ ipBlock: { cidr: `${host}/32` } }];
  const enabled = part === 'all';
  const byLag = { enabled, minReplicas: 2, maxReplicas: 4, partitions: 12, authentication: 'kafka-lag' };
  const consumer = { keda: Object.assign({ lagThreshold: 50 }, byLag) };
  // One node of two cores cannot satisfy the requests for separate nodes.
  const small = { resources: { requests: { cpu: '25m', memory: '96Mi' } } };
  return {
    global: {
      // Desks of a rehearsal use test operators.
      environment: 'development',
      strictExceptions: ['local-sign-in', 'trial-storage'],
      image: { pullPolicy: 'IfNotPresent' },
      kafka: { brokers: [`${kafka.host}:${kafka.port}`], peers: here },
      mongodb: { port: store.port, peers: here },
      // The cluster has no Prometheus.
      monitoring: { podMonitor: false, peers: [] },
    },
    alerts: { enabled: false },
    catalog: small,
    identity: Object.assign({ providers: ['local'] }, small),
    intake: Object.assign({}, small, consumer),
    documents: Object.assign({ checker: small }, small, sharesVolumes ? {} : WITHOUT_VOLUME),
    journal: small,
    // The consumer that is stopped: a small lag must suffice.
    'agency-bridge': Object.assign({ keda: Object.assign({ lagThreshold: 5 }, byLag) }, small),
    notifications: Object.assign(
      {
        mail: {
          existingSecret: 'mail',
          // All external services share one certificate.
          tls: { caConfigMap: 'authorities', key: 'kafka.crt' },
          peers: here,
          port: mail.port,
        },
      },
      small,
      consumer,
    ),
    gateway: {
      resources: { requests: { cpu: '200m', memory: '96Mi' } },
      route: { kind: 'none' },
      public: { peers: from.map((cidr) => ({ ipBlock: { cidr } })) },
      autoscaling: { enabled: true, minReplicas: 2, maxReplicas: 4 },
      // All desks share one address, which the real rate limit would block.
      settings: {
        RATE_LIMIT_ADDRESS_PER_MINUTE: 100_000,
        RATE_LIMIT_SESSION_PER_MINUTE: 10_000,
        MAX_IN_FLIGHT_PER_ADDRESS: 512,
      },
    },
    'agency-simulator': Object.assign(
      { settings: { SIMULATOR_TOPICS: 'all', SIMULATOR_BEHAVIOUR: 'demo', SIMULATOR_DELAY_MS: 250 } },
      small,
    ),
    topics: { partitions: 12, kafka: { username: secure.admin.username }, lagSecret: enabled ? 'cups-kafka-lag' : '' },
  };
}

/** Documents end with their pod, and a second pod would lack those of the first. */
const WITHOUT_VOLUME = { replicas: 1, storage: { existingClaim: '' } };

/** @throws CommandFailedError, Error when the platform does not respond */
export async function install(
  operator: Administrator,
  target: Target,
  beside: ExternalServices,
  { kube, part }: { kube: KubeClient; part: Part },
): Promise<InstallResult> {
  operator.write('values.yaml', createValues(beside, target, part));
  const { kafka, secure } = beside;
  operator.exported = {
    KAFKA_BROKERS: `${kafka.host}:${kafka.port}`,
    KAFKA_TLS_CA_FILE: secure.caFile,
    KAFKA_SASL_USERNAME: secure.admin.username,
    KAFKA_SASL_PASSWORD_FILE: join(operator.folder, 'mine/kafka-admin.password'),
  };
  for (const [name, content] of Object.entries(secretFiles(beside))) operator.write(name, content);
  let chartsSeconds = 0;
  for (const command of operationsCommands('Install the platform')) {
    const started = performance.now();
    await operator.sh(command);
    if (command.startsWith('npm run cups -- images'))
      await target.load(join(operator.folder, 'dist/images/images.tar'));
    if (command.includes('helm/platform')) chartsSeconds = (performance.now() - started) / 1000;
  }
  const url = await target.gatewayUrl(kube);
  const answersAfter = await waitFor('the gateway answers', 60, async () => {
    const response = await fetch(`${url}/api/v1/centres?pageSize=200`, { signal: AbortSignal.timeout(5_000) });
    return response.ok;
  });
  return { url, chartsSeconds, answersAfter };
}
