import { AGENCY_QUOTA } from '@cups/events';
import { listSettings } from '@cups/process/settings';
import type { Setting } from '@cups/process/settings';
import { SERVICES } from '../services.ts';
import { SETTINGS } from '../settings/tables.ts';
import { MANAGED } from './managed.ts';
import {
  bytes,
  choice,
  cpu,
  flag,
  anyObject,
  listOf,
  matchingPattern,
  objectName,
  port,
  settingSchema,
  text,
  stringMap,
  integer,
} from './schema.ts';
import type { Value } from './schema.ts';

/** The values of every chart, as data: values.yaml, values.schema.json and README.md of each are made of them. */

const value = (path: string, schema: Value['schema'], fallback: unknown, meaning: string): Value => ({
  path,
  schema,
  default: fallback,
  meaning,
});

const secretKey = matchingPattern('^[A-Za-z0-9._-]+$');
const code = matchingPattern('^[a-z][a-z0-9-]{1,19}$');

const OCTET = '(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4_RANGE = `(${OCTET}[.]){3}${OCTET}/(3[0-2]|[12]?[0-9])`;
const IPV6_RANGE = '([0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}/(12[0-8]|1[01][0-9]|[1-9]?[0-9])';
/** A range of addresses (CIDR). The API server refuses a wrong one after the jobs have run. */
const range = matchingPattern(`^(${IPV4_RANGE}|${IPV6_RANGE})$`);

const PEER = 'as in a NetworkPolicy: podSelector, namespaceSelector, ipBlock';
const peers = listOf({
  type: 'object',
  additionalProperties: false,
  properties: {
    podSelector: anyObject,
    namespaceSelector: anyObject,
    ipBlock: {
      type: 'object',
      additionalProperties: false,
      required: ['cidr'],
      properties: { cidr: range, except: listOf(range) },
    },
  },
});
const KUBE_DNS = [
  {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  },
];

/** Where the authority of a certificate stands: a ConfigMap or a Secret, never both. */
function authority(path: string, what: string): Value[] {
  return [
    value(`${path}.caConfigMap`, objectName, '', `ConfigMap with the authority ${what}.`),
    value(`${path}.caSecret`, objectName, '', 'Secret with it, instead.'),
    value(`${path}.key`, secretKey, 'ca.crt', 'Its key there.'),
  ];
}

/** What all services share; the umbrella says it once. */
const GLOBAL: Value[] = [
  value('global.environment', choice('development', 'production'), 'production', 'Where the platform runs.'),
  value('global.strictMode', flag, true, 'Refuses what is for demonstrations only, with a sentence for each.'),
  value(
    'global.strictExceptions',
    listOf(choice('local-sign-in')),
    [],
    'What strictMode lets pass all the same, by name. A pilot without a real sign-in names local-sign-in.',
  ),
  value('global.image.registry', text, '', 'Before the repository of every image.'),
  value('global.image.tag', text, '', 'Tag of every image without one of its own; empty: the version of the release.'),
  value(
    'global.image.charts',
    matchingPattern('^([0-9]+[.][0-9]+[.][0-9]+)?$'),
    '',
    'The charts that the images were made with, by the version of platform; older charts refuse them. `npm run images` writes it.',
  ),
  value(
    'global.image.pullPolicy',
    choice('Always', 'IfNotPresent', 'Never'),
    'Always',
    'Always asks the registry whether this cluster may still run it; what is there is not loaded again.',
  ),
  value('global.image.pullSecrets', listOf(objectName), [], 'Secrets for the registry, by name.'),
  value(
    'global.listenHost',
    choice('::', '0.0.0.0'),
    '::',
    'Where pods listen: every address of IPv4 and IPv6, or of IPv4 where nodes have no IPv6.',
  ),
  value('global.prefix', matchingPattern('^[a-z0-9.-]*$'), '', 'Before every topic, group and database.'),
  value(
    'global.kafka.brokers',
    listOf(matchingPattern('^[^:,\\s]+:[0-9]{1,5}$')),
    [],
    'Where Kafka is found, host:port.',
  ),
  value('global.kafka.peers', peers, [], `Where the brokers are, ${PEER}.`),
  ...authority('global.kafka.tls', 'of the certificates of the brokers; with one Kafka is spoken to over TLS'),
  value('global.mongodb.port', port, 27_017, 'Port of the stores.'),
  value('global.mongodb.peers', peers, [], `Where the stores are, ${PEER}.`),
  ...authority('global.mongodb.tls', 'of the certificate of the stores; with one they are spoken to over TLS'),
  value('global.publicKeys.configMap', objectName, 'cups-public-keys', "ConfigMap with everybody's public keys."),
  value('global.networkPolicy.enabled', flag, true, 'Exactly the calls and topics of the platform, and no others.'),
  value('global.networkPolicy.dns', peers, KUBE_DNS, `Where names are resolved, ${PEER}.`),
  value(
    'global.networkPolicy.nodes',
    listOf(range),
    [],
    'Addresses of the nodes (CIDR), where the network does not let a node reach the health of its pods by itself.',
  ),
  value('global.monitoring.podMonitor', flag, false, 'A PodMonitor for each service (Prometheus operator).'),
  value(
    'global.monitoring.labels',
    stringMap,
    {},
    'Labels by which Prometheus takes monitors and rules; the one of kube-prometheus-stack asks for `release: <its release>`.',
  ),
  value('global.monitoring.peers', peers, [], `Where Prometheus is, ${PEER}.`),
];

/** An image, in the part of the values that `before` names. */
const image = (before: string, name: string): Value[] => [
  value(
    `${before}image.repository`,
    matchingPattern('^([a-z0-9][a-z0-9._-]*(:[0-9]+)?/)?[a-z0-9][a-z0-9._/-]*$'),
    `cups/${name}`,
    'Image, without registry and tag.',
  ),
  value(`${before}image.tag`, text, '', 'Tag; empty: `global.image.tag`.'),
  value(`${before}image.digest`, matchingPattern('^(sha256:[0-9a-f]{64})?$'), '', 'Digest, which wins over every tag.'),
];

interface Size {
  cpu: string;
  memory: string;
  limit: string;
}

const workload = (name: string, size: Size): Value[] => [
  value('enabled', flag, name !== 'agency-simulator', 'Whether the umbrella installs it.'),
  value('replicas', integer(0, 100), name === 'agency-simulator' ? 1 : 2, 'Pods, while nothing counts them by load.'),
  ...image('', name),
  value('resources.requests.cpu', cpu, size.cpu, 'Share of CPU that is kept for a pod. There is no limit on purpose.'),
  value('resources.requests.memory', bytes, size.memory, 'Memory that is kept for a pod.'),
  value('resources.requests.ephemeral-storage', bytes, '16Mi', 'Space for logs that is kept for a pod.'),
  value('resources.limits.memory', bytes, size.limit, 'Memory at which a pod is ended.'),
  value('resources.limits.ephemeral-storage', bytes, '256Mi', 'Space for logs at which a pod is ended.'),
  value('preStopSeconds', integer(0, 120), 10, 'Sleep before a stop, until every caller has seen that the pod leaves.'),
  value('gracePeriodSeconds', integer(20, 600), 40, 'Time for a stop: at least preStopSeconds + 20.'),
  value('pod.labels', stringMap, {}, 'More labels of the pods.'),
  value('pod.annotations', stringMap, {}, 'Annotations of the pods.'),
  value('pod.nodeSelector', stringMap, {}, 'Nodes that may run them.'),
  value('pod.tolerations', { type: 'array', items: anyObject }, [], 'Taints that they bear, as in a pod.'),
  value('pod.priorityClassName', objectName, '', 'PriorityClass of the pods.'),
];

const byCpu = (maximum: number): Value[] => [
  value('autoscaling.enabled', flag, false, 'Whether CPU counts the replicas (HorizontalPodAutoscaler).'),
  value('autoscaling.minReplicas', integer(1, 100), 2, 'Never fewer.'),
  value('autoscaling.maxReplicas', integer(1, 100), maximum, 'Never more.'),
  value('autoscaling.targetCpuPercent', integer(10, 100), 70, 'Of the CPU that is requested.'),
];

const byLag: Value[] = [
  value('keda.enabled', flag, false, 'Whether the lag of its group counts the replicas (KEDA).'),
  value('keda.minReplicas', integer(1, 100), 2, 'Never fewer.'),
  value('keda.maxReplicas', integer(1, 100), 6, 'Never more; at most `keda.partitions`.'),
  value('keda.partitions', integer(1, 1000), 24, 'Partitions of the topic that it reads.'),
  value('keda.lagThreshold', integer(1, 1_000_000), 100, 'Unread events for each replica.'),
  value('keda.authentication', objectName, '', 'TriggerAuthentication of a principal that may describe only.'),
];

const secret = (path: string, key: string, what: string): Value[] => [
  value(`${path}.existingSecret`, objectName, '', `Secret that holds ${what}.`),
  value(`${path}.key`, secretKey, key, 'Its key there.'),
];
const keyValues = (name: string, ...keySets: string[]): Value[] => [
  value(
    'keys.existingSecret',
    objectName,
    '',
    `Secret with the private key of the service, \`${name}.key.jwk\`${keySets.map((file) => `, and \`${file}\``).join('')}.`,
  ),
  value(
    'tls.existingSecret',
    objectName,
    '',
    `Secret with its certificate \`tls.crt\` (the URI \`spiffe://cups/${name}\` among its names), \`tls.key\` and \`ca.crt\`; without one calls are plain.`,
  ),
];
const store = secret('mongodb', 'uri', 'the URI of its store, without a database');
const kafka = secret(
  'kafka',
  'password',
  'the password of its user of Kafka, which is called as the service, after the prefix',
);

const personHash = secret(
  'personHash',
  'person-hash.jwks',
  'the keys by which intake sees whose own application one is; of identity and intake alone',
);

const ROUTE_VALUES: Value[] = [
  value(
    'publicOrigin',
    matchingPattern('^(https?://[^/\\s]+)?$'),
    '',
    'What people type, such as https://cups.example; cookies and the check of Origin follow it.',
  ),
  value('route.kind', choice('none', 'gateway-api', 'ingress'), 'none', 'How people come in.'),
  value('route.trustedProxies', integer(0, 10), 1, 'Proxies in front whose X-Forwarded-For is believed.'),
  value(
    'route.gatewayApi.parentRefs',
    { type: 'array', items: anyObject },
    [],
    'The Gateway that the route belongs to.',
  ),
  value('route.ingress.className', text, '', 'Class of the Ingress.'),
  value('route.ingress.annotations', stringMap, {}, 'Annotations of the Ingress.'),
  value('route.ingress.tlsSecret', objectName, '', 'Secret with the certificate.'),
  value('public.peers', peers, [], `Who may reach the public port, the proxy, ${PEER}. Empty: everybody.`),
];

const SERVICE_VALUES: Record<string, Value[]> = {
  catalog: [...keyValues('catalog'), ...byCpu(6)],
  identity: [
    ...keyValues('identity', 'identity-persons.jwks'),
    ...store,
    ...kafka,
    ...personHash,
    value(
      'providers',
      listOf(choice('mpass', 'oidc', 'local')),
      [],
      'Who may say who signs in; without any, nobody signs in. `local` has test operators without a password.',
    ),
    value(
      'saml.existingSecret',
      objectName,
      '',
      'Secret for `mpass`: our key pair `current.key` and `current.crt` (while it is changed `next.*` and `previous.*` too), and `idp.crt`, what the identity provider signs with.',
    ),
    ...secret('oidc', 'client-secret', 'what we show the OpenID provider of `oidc`'),
    value('oidc.port', port, 443, 'Port of that provider.'),
    value('oidc.peers', peers, [], `Where it is, ${PEER}.`),
    ...byCpu(6),
  ],
  intake: [
    ...keyValues('intake'),
    ...store,
    ...kafka,
    ...secret('requestSecret', 'intake.secret', 'the secret of the fingerprints of requests'),
    ...personHash,
    ...byLag,
  ],
  'agency-bridge': [...keyValues('agency-bridge'), ...store, ...kafka, ...byLag],
  notifications: [
    ...keyValues('notifications'),
    ...store,
    ...kafka,
    ...secret('mail', 'url', 'the address of the mail server, smtps://…'),
    ...authority('mail.tls', 'of the certificate of the mail server, where it is a private one'),
    value('mail.port', port, 465, 'Port of the mail server.'),
    value('mail.peers', peers, [], `Where the mail server is, ${PEER}.`),
    ...byLag,
  ],
  gateway: [...keyValues('gateway', 'gateway-cookie.jwks'), ...ROUTE_VALUES, ...byCpu(10)],
  'agency-simulator': [...kafka],
};

const SMALL_SIZE: Size = { cpu: '50m', memory: '128Mi', limit: '384Mi' };
const SIZES: Record<string, Size> = {
  intake: { cpu: '100m', memory: '224Mi', limit: '512Mi' },
  gateway: { cpu: '100m', memory: '160Mi', limit: '512Mi' },
};

/** What a chart sets otherwise than a process that is started by hand. */
const DEFAULTS: Record<string, unknown> = {
  // Topics are made with the rights of an administrator, never by a service.
  CREATE_TOPICS: false,
};

/** The settings of a service that are values of its chart under their own names. */
function settingValues(service: string): Value[] {
  return listSettings(SETTINGS[service]!)
    .filter(({ name }) => MANAGED[name] === undefined)
    .map((setting) => value(`settings.${setting.name}`, settingSchema(setting), defaultFor(setting), setting.meaning));
}

/** @throws Error for a secret: a chart gives it as a file */
function defaultFor(setting: Setting): unknown {
  const { name, secret: isSecret } = setting;
  if (isSecret) throw new Error(`${name} is a secret: mount it, and say so in tools/charts/managed.ts.`);
  return DEFAULTS[name] ?? setting.default ?? '';
}

/** Every value of the chart of a service. */
export const buildValues = (service: string): Value[] => [
  ...workload(service, SIZES[service] ?? SMALL_SIZE),
  ...SERVICE_VALUES[service]!,
  ...settingValues(service),
  ...GLOBAL,
];

/** The values of the umbrella: what all share, and its own; what is a service's own stands in its chart. */
export const PLATFORM: Value[] = [
  ...SERVICES.map((name) => value(name, { type: 'object' }, {}, `Values of the chart ${name}.`)),
  value('topics.enabled', flag, false, 'A job before each release creates topics that are missing.'),
  ...image('topics.', 'topics'),
  value('topics.partitions', integer(1, 1000), 24, 'Partitions of a topic that is created.'),
  value('topics.kafka.username', text, 'admin', 'User of Kafka as which the job makes topics, users and rights.'),
  ...secret('topics.kafka', 'password', 'the password of that administrator; with it users and rights are made too'),
  value(
    'topics.lagSecret',
    objectName,
    '',
    'Secret with the `password` of the user by which KEDA learns how far groups are; with it a TriggerAuthentication `kafka-lag`.',
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
    'Agencies whose users get a password: code, existingSecret, key (default `password`). Their rights are made in any case.',
  ),
  value('topics.replication', integer(0, 10), 0, "Copies of a topic that is created; 0: the brokers' own default."),
  value(
    'keys.enabled',
    flag,
    false,
    'A job before each release makes those keys of the services that are missing in this namespace.',
  ),
  ...image('keys.', 'keys'),
  value(
    'keys.certificates',
    flag,
    true,
    'That job makes an authority and certificates of the services too, and renews them; off where another one does, such as cert-manager.',
  ),
  value('keys.apiServer.port', port, 443, 'Port of the API server, where that job writes Secrets.'),
  value(
    'keys.apiServer.targetPort',
    port,
    6443,
    'Port where the API server itself listens; most networks ask a NetworkPolicy about this one.',
  ),
  value('keys.apiServer.peers', peers, [], `Where the API server is, ${PEER}. Empty: anywhere.`),
  value(
    'operator.firstSupervisor.existingSecret',
    objectName,
    '',
    'Secret that says who: `idnp`, `given-name`, `family-name`, `why`, and `language` where it is not `ro`. With one, a job after each release makes that person a supervisor, unless one is at work already.',
  ),
  ...image('operator.', 'operator'),
  value('operator.keys.existingSecret', objectName, 'cups-key-operator', 'Secret with `operator.key.jwk`.'),
  value(
    'operator.tls.existingSecret',
    objectName,
    'cups-tls-operator',
    'Secret with its certificate, as those of the services; used where identity has one.',
  ),
  value('alerts.enabled', flag, false, 'A PrometheusRule with the alerts (Prometheus operator).'),
  value(
    'alerts.runbook',
    text,
    'docs/how-to/runbook.md',
    'Where the runbook is read; each alert links to its heading.',
  ),
  value('dashboards.enabled', flag, false, 'A ConfigMap with the dashboard, for the sidecar of Grafana.'),
  ...GLOBAL,
];

/** The values of the chart of agencies, which stands beside Kafka and shares nothing with the platform. */
export const AGENCIES: Value[] = [
  value('cluster', objectName, 'kafka', 'Name of the Kafka of Strimzi.'),
  value('prefix', matchingPattern('^[a-z0-9.-]*$'), '', 'Before every topic, group and user.'),
  value('topics.partitions', integer(1, 1000), 24, 'Partitions of each topic; it can only grow.'),
  value('topics.replicas', integer(1, 10), 3, 'Copies of each topic, on a broker each.'),
  value('topics.minInSyncReplicas', integer(1, 10), 2, 'Copies that a message must have to count as written.'),
  value('topics.retentionDays', integer(1, 3650), 90, 'How long a message waits for whoever is to read it.'),
  value('users.enabled', flag, true, 'A user for each agency, with a password and its rights.'),
  ...(
    [
      ['producerBytesPerSecond', integer(1024, 1_000_000_000), 'What it may write in a second'],
      ['consumerBytesPerSecond', integer(1024, 1_000_000_000), 'What it may read in a second'],
      ['requestPercent', integer(1, 100), 'Share of the time of a thread of a broker that it may take'],
    ] as const
  ).map(([name, schema, meaning]) =>
    value(`users.${name}`, schema, AGENCY_QUOTA[name], `${meaning}, when \`quota\` of its file says nothing else.`),
  ),
  value('training.enabled', flag, true, 'The topics of trainings, and a user for the simulator that answers there.'),
];
