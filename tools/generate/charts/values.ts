import { listSettings } from '@cups/process/settings';
import type { Setting, Settings } from '@cups/process/settings';
import { CHECKER, SETTINGS } from './tables.ts';
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
  range,
  ratio,
  settingSchema,
  text,
  stringMap,
  integer,
} from './schema.ts';
import type { Value } from './schema.ts';

/** The values of every chart, as data. values.yaml, values.schema.json and README.md of each chart derive from them. */

/** One value of a chart. */
export const value = (path: string, schema: Value['schema'], fallback: unknown, meaning: string): Value => ({
  path,
  schema,
  default: fallback,
  meaning,
});

export const secretKey = matchingPattern('^[A-Za-z0-9._-]+$');
export const code = matchingPattern('^[a-z][a-z0-9-]{1,19}$');

export const PEER = 'as in a NetworkPolicy: podSelector, namespaceSelector, ipBlock';
export const peers = listOf({
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
/** All addresses except those of private networks, of nodes and of clouds' metadata. */
const PUBLIC_INTERNET = [
  {
    ipBlock: {
      cidr: '0.0.0.0/0',
      except: [
        ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
        ...['172.16.0.0/12', '192.168.0.0/16', '198.18.0.0/15', '224.0.0.0/3'],
      ],
    },
  },
  { ipBlock: { cidr: '2000::/3', except: ['2001:db8::/32', '2002::/16'] } },
];
const KUBE_DNS = [
  {
    namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
    podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
  },
];

/** The values of a certificate authority: a ConfigMap or a Secret, never both. */
function authority(path: string, what: string): Value[] {
  return [
    value(`${path}.caConfigMap`, objectName, '', `ConfigMap with the authority ${what}.`),
    value(`${path}.caSecret`, objectName, '', 'Secret with the authority, instead of a ConfigMap.'),
    value(`${path}.key`, secretKey, 'ca.crt', 'Key in the ConfigMap or Secret.'),
  ];
}

/** Values that all services share; the umbrella chart has them once. */
export const GLOBAL: Value[] = [
  value('global.environment', choice('development', 'production'), 'production', 'Environment of the platform.'),
  value('global.strictMode', flag, true, 'Refuses demonstration-only values, with one error for each.'),
  value(
    'global.strictExceptions',
    listOf(choice('local-sign-in', 'trial-storage')),
    [],
    'Exceptions from strictMode. A pilot without a real identity provider sets local-sign-in, a trial without a volume of documents trial-storage.',
  ),
  value('global.image.registry', text, '', 'Registry prefix of every image repository.'),
  value(
    'global.image.tag',
    text,
    '',
    'Tag of every image without a tag of its own; empty: the version of the release.',
  ),
  value(
    'global.image.charts',
    matchingPattern('^([0-9]+[.][0-9]+[.][0-9]+)?$'),
    '',
    'Chart version of platform that the images were built with; older charts refuse them. `npm run cups -- images` writes it.',
  ),
  value(
    'global.image.pullPolicy',
    choice('Always', 'IfNotPresent', 'Never'),
    'Always',
    '`Always` asks the registry whether this cluster may still run the image; existing layers are not loaded again.',
  ),
  value('global.image.pullSecrets', listOf(objectName), [], 'Names of the Secrets for the registry.'),
  value(
    'global.listenHost',
    choice('::', '0.0.0.0'),
    '::',
    'Listen address of pods: every IPv4 and IPv6 address, or IPv4 only where nodes have no IPv6.',
  ),
  value('global.prefix', matchingPattern('^[a-z0-9.-]*$'), '', 'Prefix of every topic, group and database.'),
  value('global.kafka.brokers', listOf(matchingPattern('^[^:,\\s]+:[0-9]{1,5}$')), [], 'Kafka brokers, host:port.'),
  value('global.kafka.peers', peers, [], `Brokers, ${PEER}.`),
  ...authority('global.kafka.tls', 'of the broker certificates; enables TLS to Kafka'),
  value('global.mongodb.port', port, 27_017, 'Port of the stores.'),
  value('global.mongodb.peers', peers, [], `Stores, ${PEER}.`),
  ...authority('global.mongodb.tls', 'of the store certificates; enables TLS to the stores'),
  value(
    'global.publicKeys.configMap',
    objectName,
    'cups-public-keys',
    'ConfigMap with the public keys of all services.',
  ),
  value(
    'global.networkPolicy.enabled',
    flag,
    true,
    'NetworkPolicies that allow exactly the calls and topics of the platform.',
  ),
  value('global.networkPolicy.dns', peers, KUBE_DNS, `DNS servers, ${PEER}.`),
  value(
    'global.networkPolicy.nodes',
    listOf(range),
    [],
    'Node addresses (CIDR), where the network does not allow nodes to check the health of their pods.',
  ),
  value('global.monitoring.podMonitor', flag, false, 'Creates a PodMonitor for each service (Prometheus operator).'),
  value(
    'global.monitoring.labels',
    stringMap,
    {},
    'Labels by which Prometheus selects monitors and rules; kube-prometheus-stack needs `release: <its release>`.',
  ),
  value('global.monitoring.peers', peers, [], `Prometheus, ${PEER}.`),
  value(
    'global.tracing.endpoint',
    matchingPattern('^(https?://[^/\\s]+)?$'),
    '',
    'OpenTelemetry collector that receives spans by OTLP/HTTP, such as http://collector.monitoring:4318. Empty: no spans.',
  ),
  value('global.tracing.ratio', ratio, 0.1, 'Share of traces that are recorded.'),
  value('global.tracing.peers', peers, [], `Collector, ${PEER}.`),
  value(
    'global.retentionConfirmed',
    flag,
    false,
    'Whether an administrator confirmed the terms of retention. Until then no service erases data at the end of a term.',
  ),
];

/** The values of an image, under the path `before`. */
export const image = (before: string, name: string): Value[] => [
  value(
    `${before}image.repository`,
    matchingPattern('^([a-z0-9][a-z0-9._-]*(:[0-9]+)?/)?[a-z0-9][a-z0-9._/-]*$'),
    `cups/${name}`,
    'Image repository, without registry and tag.',
  ),
  value(`${before}image.tag`, text, '', 'Tag; empty: `global.image.tag`.'),
  value(`${before}image.digest`, matchingPattern('^(sha256:[0-9a-f]{64})?$'), '', 'Digest; overrides every tag.'),
];

interface Size {
  cpu: string;
  memory: string;
  limit: string;
}

/** The size of a pod, under the path `before`. */
const resources = (before: string, size: Size): Value[] => [
  value(`${before}resources.requests.cpu`, cpu, size.cpu, 'CPU request of a pod. There is no CPU limit on purpose.'),
  value(`${before}resources.requests.memory`, bytes, size.memory, 'Memory request of a pod.'),
  value(`${before}resources.requests.ephemeral-storage`, bytes, '16Mi', 'Storage request of a pod, for logs.'),
  value(`${before}resources.limits.memory`, bytes, size.limit, 'Memory limit of a pod.'),
  value(`${before}resources.limits.ephemeral-storage`, bytes, '256Mi', 'Storage limit of a pod, for logs.'),
];

/** One process writes to the log, so journal never has two pods. */
const replicas = (name: string): Value =>
  name === 'journal'
    ? value('replicas', integer(0, 1), 1, 'Number of pods: one writes to the log, and nothing waits for it.')
    : value('replicas', integer(0, 100), name === 'agency-simulator' ? 1 : 2, 'Number of pods, without autoscaling.');

const workload = (name: string, size: Size): Value[] => [
  value('enabled', flag, name !== 'agency-simulator', 'Whether the umbrella chart installs the service.'),
  replicas(name),
  ...image('', name),
  ...resources('', size),
  value(
    'preStopSeconds',
    integer(0, 120),
    10,
    'Seconds between the removal of a pod from its Service and SIGTERM, so that callers stop using it.',
  ),
  value('gracePeriodSeconds', integer(20, 600), 40, 'Seconds for a shutdown: at least preStopSeconds + 20.'),
  value('pod.labels', stringMap, {}, 'Additional labels of the pods.'),
  value('pod.annotations', stringMap, {}, 'Additional annotations of the pods.'),
  value('pod.nodeSelector', stringMap, {}, 'Node labels that the pods require.'),
  value('pod.tolerations', { type: 'array', items: anyObject }, [], 'Tolerations, as in a pod.'),
  value('pod.priorityClassName', objectName, '', 'PriorityClass of the pods.'),
];

const byCpu = (maximum: number): Value[] => [
  value('autoscaling.enabled', flag, false, 'Scales by CPU (HorizontalPodAutoscaler).'),
  value('autoscaling.minReplicas', integer(1, 100), 2, 'Minimum number of replicas.'),
  value('autoscaling.maxReplicas', integer(1, 100), maximum, 'Maximum number of replicas.'),
  value('autoscaling.targetCpuPercent', integer(10, 100), 70, 'Target percentage of the requested CPU.'),
];

const byLag: Value[] = [
  value('keda.enabled', flag, false, 'Scales by the lag of its consumer group (KEDA).'),
  value('keda.minReplicas', integer(1, 100), 2, 'Minimum number of replicas.'),
  value('keda.maxReplicas', integer(1, 100), 6, 'Maximum number of replicas; at most `keda.partitions`.'),
  value('keda.partitions', integer(1, 1000), 24, 'Number of partitions of the consumed topic.'),
  value('keda.lagThreshold', integer(1, 1_000_000), 100, 'Unread events per replica.'),
  value('keda.authentication', objectName, '', 'TriggerAuthentication of a Kafka user with read access to lag only.'),
];

export const secret = (path: string, key: string, what: string): Value[] => [
  value(`${path}.existingSecret`, objectName, '', `Secret with ${what}.`),
  value(`${path}.key`, secretKey, key, 'Key in the ConfigMap or Secret.'),
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
    `Secret with the certificate \`tls.crt\` (the URI \`spiffe://cups/${name}\` among its names), \`tls.key\` and \`ca.crt\`. Without it calls are plain.`,
  ),
];
const store = secret('mongodb', 'uri', 'the URI of its store, without a database');
const kafka = secret(
  'kafka',
  'password',
  'the password of its Kafka user, whose name is the prefix and the name of the service',
);

const personHash = secret(
  'personHash',
  'person-hash.jwks',
  'the keys that detect own applications of operators; for identity and intake only',
);

const ROUTE_VALUES: Value[] = [
  value(
    'publicOrigin',
    matchingPattern('^(https?://[^/\\s]+)?$'),
    '',
    'Public URL of the platform, such as https://cups.example. Cookies and the Origin check depend on it.',
  ),
  value('route.kind', choice('none', 'gateway-api', 'ingress'), 'none', 'Kind of the public route.'),
  value('route.trustedProxies', integer(0, 10), 1, 'Number of trusted proxies for X-Forwarded-For.'),
  value('route.gatewayApi.parentRefs', { type: 'array', items: anyObject }, [], 'Gateways of the route.'),
  value('route.ingress.className', text, '', 'Ingress class.'),
  value('route.ingress.annotations', stringMap, {}, 'Annotations of the Ingress.'),
  value('route.ingress.tlsSecret', objectName, '', 'Secret with the certificate.'),
  value('public.peers', peers, [], `Proxies that may access the public port, ${PEER}. Empty: everybody.`),
];

/** Defaults of a chart that differ from those of a process that is started by hand. */
const DEFAULTS: Record<string, unknown> = {
  // An administrator creates topics, never a service.
  CREATE_TOPICS: false,
};

/** The data keys of a service: their store, and the Vault that may protect their key-encryption keys. */
const dataKeys: Value[] = [
  ...secret('keyStore', 'uri', 'the URI of the store of wrapped data keys, if it is another one'),
  ...authority('vault.tls', 'of the Vault, if it is private'),
  value('vault.port', port, 8200, 'Port of the Vault, for the provider `vault`.'),
  value('vault.peers', peers, [], `Vault, ${PEER}.`),
];

const SERVICE_VALUES: Record<string, Value[]> = {
  catalog: [...keyValues('catalog'), ...byCpu(6)],
  identity: [
    ...keyValues('identity', 'identity-persons.jwks', 'identity.jwks'),
    ...store,
    ...dataKeys,
    ...kafka,
    ...personHash,
    value(
      'providers',
      listOf(choice('mpass', 'oidc', 'local')),
      [],
      'Identity providers. Without any, nobody can sign in. `local` has test operators without a password.',
    ),
    value(
      'saml.existingSecret',
      objectName,
      '',
      'Secret for `mpass`: the platform key pair `current.key` and `current.crt` (during a rotation also `next.*` and `previous.*`), and the signing certificate of the provider, `idp.crt`.',
    ),
    ...secret('oidc', 'client-secret', 'the client secret for `oidc`'),
    value('oidc.port', port, 443, 'Port of the OpenID provider.'),
    value('oidc.peers', peers, [], `OpenID provider, ${PEER}.`),
    value(
      'mpower.existingSecret',
      objectName,
      '',
      'Secret with the client certificate for MPower, `client.crt`, and its private key, `client.key`.',
    ),
    ...authority('mpower.tls', 'of MPower, if it is private'),
    value('mpower.port', port, 443, 'Port of MPower.'),
    value('mpower.peers', peers, [], `MPower, ${PEER}.`),
    ...byCpu(6),
  ],
  intake: [
    ...keyValues('intake', 'intake.jwks'),
    ...store,
    ...dataKeys,
    ...kafka,
    ...secret('requestSecret', 'intake.secret', 'the secret of the request fingerprints'),
    ...personHash,
    ...byLag,
  ],
  documents: [
    ...keyValues('documents', 'documents.jwks'),
    ...store,
    ...dataKeys,
    ...kafka,
    value(
      'storage.existingClaim',
      objectName,
      '',
      'PersistentVolumeClaim of the encrypted documents, for the storage `folder`; ReadWriteMany for more than one node.',
    ),
    ...secret('s3', 'credentials.json', 'the access key of the storage `s3`'),
    value('s3.port', port, 443, 'Port of the S3 server.'),
    value('s3.peers', peers, [], `S3 server, ${PEER}.`),
    value('clamd.port', port, 3310, 'Port of the malware scanner.'),
    value('clamd.peers', peers, [], `Malware scanner, ${PEER}.`),
    value('checker.enabled', flag, true, 'Whether files are opened in pods of their own, which reach nothing.'),
    value('checker.replicas', integer(1, 100), 2, 'Number of these pods.'),
    ...resources('checker.', { cpu: '100m', memory: '256Mi', limit: '2560Mi' }),
    ...settingValues(CHECKER, 'checker.'),
    ...byCpu(6),
  ],
  'agency-bridge': [
    ...keyValues('agency-bridge'),
    ...store,
    ...kafka,
    value('webhooks.port', port, 443, 'Port of the webhooks of agencies.'),
    value('webhooks.peers', peers, PUBLIC_INTERNET, `Webhooks of agencies, ${PEER}. By default the public internet.`),
    ...byLag,
  ],
  notifications: [
    ...keyValues('notifications', 'notifications.jwks'),
    ...store,
    ...dataKeys,
    ...kafka,
    ...secret('mail', 'url', 'the URL of the mail server, smtps://…'),
    ...authority('mail.tls', 'of the mail server, if it is private'),
    value('mail.port', port, 465, 'Port of the mail server.'),
    value('mail.peers', peers, [], `Mail server, ${PEER}.`),
    ...byLag,
  ],
  journal: [
    ...keyValues('journal', 'journal-checkpoints.jwks'),
    ...store,
    ...kafka,
    value(
      'storage.existingClaim',
      objectName,
      'journal',
      'PersistentVolumeClaim of the log (`k8s/claims.yaml` has one). Required: a pod without its log refuses to work. Its backups are the only copies of entries after 40 days.',
    ),
  ],
  gateway: [...keyValues('gateway', 'gateway-cookie.jwks'), ...ROUTE_VALUES, ...byCpu(10)],
  'agency-simulator': [
    ...kafka,
    value(
      'agencyKeys.existingSecret',
      objectName,
      '',
      'Secret with a private key `<code>.key.jwk` of each simulated agency, for `SIMULATOR_PLATFORM_URL`. The public keys are in the agency files.',
    ),
    value('platform.port', port, 8080, 'Port at which the simulator reaches the platform.'),
    value('platform.peers', peers, [], `Proxy in front of the platform, ${PEER}. Empty: the gateway in the namespace.`),
  ],
};

const SMALL_SIZE: Size = { cpu: '50m', memory: '128Mi', limit: '384Mi' };
const SIZES: Record<string, Size> = {
  intake: { cpu: '100m', memory: '256Mi', limit: '512Mi' },
  gateway: { cpu: '100m', memory: '160Mi', limit: '512Mi' },
};

/** The settings of a process that its chart has as values of the same name, under the path `before`. */
function settingValues(table: Settings, before = ''): Value[] {
  return listSettings(table)
    .filter(({ name }) => MANAGED[name] === undefined)
    .map((one) => value(`${before}settings.${one.name}`, settingSchema(one), defaultFor(one), one.meaning));
}

/** @throws Error for a secret: a chart mounts it as a file */
function defaultFor(setting: Setting): unknown {
  const { name, secret: isSecret } = setting;
  if (isSecret) throw new Error(`${name} is a secret: mount it, and say so in tools/generate/charts/managed.ts.`);
  // A chart is for production unless its values say otherwise.
  return DEFAULTS[name] ?? setting.inProduction ?? setting.default ?? '';
}

/** Every value of the chart of a service. */
export const buildValues = (service: string): Value[] => [
  ...workload(service, SIZES[service] ?? SMALL_SIZE),
  ...SERVICE_VALUES[service]!,
  ...settingValues(SETTINGS[service]!),
  ...GLOBAL,
];
