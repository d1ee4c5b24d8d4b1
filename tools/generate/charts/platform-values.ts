import { SERVICES } from '../../platform/services.ts';
import { flag, integer, listOf, objectName, port, text } from './schema.ts';
import type { Value } from './schema.ts';
import { code, GLOBAL, image, PEER, peers, secret, secretKey, value } from './values.ts';

/** The values of the umbrella chart: shared ones and its own. The chart of a service has the values of that service. */
export const PLATFORM: Value[] = [
  ...SERVICES.map((name) => value(name, { type: 'object' }, {}, `Values of the chart ${name}.`)),
  value('topics.enabled', flag, false, 'Runs a job before each release that creates missing topics.'),
  ...image('topics.', 'topics'),
  value('topics.partitions', integer(1, 1000), 24, 'Number of partitions of a new topic.'),
  value('topics.kafka.username', text, 'admin', 'Kafka user of the job that creates topics, users and rights.'),
  ...secret(
    'topics.kafka',
    'password',
    'the password of that administrator; with it the job also creates users and rights',
  ),
  value(
    'topics.lagSecret',
    objectName,
    '',
    'Secret with the `password` of the Kafka user that KEDA uses to read the lag; creates a TriggerAuthentication `kafka-lag`.',
  ),
  value(
    'topics.agencies',
    listOf({
      type: 'object',
      additionalProperties: false,
      properties: { code, existingSecret: objectName, key: secretKey },
      required: ['code', 'existingSecret'],
    }),
    [],
    'Agencies whose users receive a password: code, existingSecret, key (default `password`). Their rights are created in any case.',
  ),
  value('topics.replication', integer(0, 10), 0, 'Replication factor of a new topic; 0: the default of the brokers.'),
  value(
    'keys.enabled',
    flag,
    false,
    'Runs a job before each release that generates missing keys of services in this namespace.',
  ),
  ...image('keys.', 'keys'),
  value(
    'keys.certificates',
    flag,
    true,
    'The job also creates and renews a certificate authority and the certificates of services. Disable it where another authority does, such as cert-manager.',
  ),
  value('keys.apiServer.port', port, 443, 'Port of the API server, where the job writes Secrets.'),
  value(
    'keys.apiServer.targetPort',
    port,
    6443,
    'Listen port of the API server itself; most networks apply NetworkPolicies to this one.',
  ),
  value('keys.apiServer.peers', peers, [], `API server, ${PEER}. Empty: any address.`),
  value(
    'ops.firstSupervisor.existingSecret',
    objectName,
    '',
    'Secret with the person: `idnp`, `given-name`, `family-name`, `reason`, and `language` unless it is `ro`. With it a job after each release makes that person a supervisor, unless a supervisor already works.',
  ),
  ...image('ops.', 'ops'),
  value('ops.keys.existingSecret', objectName, 'cups-key-ops', 'Secret with `ops.key.jwk`.'),
  value(
    'ops.tls.existingSecret',
    objectName,
    'cups-tls-ops',
    'Secret with the certificate of the job, as those of the services; used where identity has one.',
  ),
  value('alerts.enabled', flag, false, 'Creates a PrometheusRule with the alerts (Prometheus operator).'),
  value(
    'alerts.runbook',
    text,
    'docs/how-to/runbook.md',
    'URL or path of the runbook; each alert links to its heading.',
  ),
  value('dashboards.enabled', flag, false, 'Creates a ConfigMap with the dashboard, for the sidecar of Grafana.'),
  ...GLOBAL,
];
