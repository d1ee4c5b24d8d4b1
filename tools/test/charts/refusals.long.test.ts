import { expect, test } from '@jest/globals';
import { environmentFile, ENVIRONMENTS, helm, render } from '../../cli/charts/render.ts';
import { SERVICES } from '../../platform/services.ts';

/** What the charts refuse: each row is one thing wrong with values that are right otherwise, and what is said about it. */

const LONG_NAME = 'Not_A_Name';

const someone = { existingSecret: 'first-supervisor' };

/** Kafka without TLS and without users, everywhere. */
const openKafka = {
  global: { kafka: { tls: { caConfigMap: '' } } },
  topics: { enabled: false },
  ...Object.fromEntries(
    ['identity', 'intake', 'documents', 'agency-bridge', 'notifications', 'journal', 'agency-simulator'].map((name) => [
      name,
      { kafka: { existingSecret: '' } },
    ]),
  ),
};

function range(cidr: string, except: string[] = []) {
  return { global: { kafka: { peers: [{ ipBlock: { cidr, except } }] } } };
}

/** Of the schemas: the path is named as `/gateway/…`, or as the chart's name and the path within. */
const INVALID_VALUES: [what: string, values: unknown, sentence: RegExp][] = [
  ['a chart that is unknown', { archive: {} }, /additional properties 'archive' not allowed/],
  ['a shared value that is unknown', { global: { colour: 1 } }, /at '\/global': additional properties 'colour'/],
  ['a shared image value that is unknown', { global: { image: { name: 'x' } } }, /at '\/global\/image': .*'name'/],
  ['an environment that is unknown', { global: { environment: 'test' } }, /at '\/global\/environment': value must be/],
  ['strictMode as a text', { global: { strictMode: 'yes' } }, /at '\/global\/strictMode': got string, want boolean/],
  ['an exception that is unknown', { global: { strictExceptions: ['all'] } }, /at '\/global\/strictExceptions\/0'/],
  ['an exception named twice', exceptions('local-sign-in', 'local-sign-in'), /items at 0 and 1 are equal/],
  ['a pull policy that is unknown', { global: { image: { pullPolicy: 'Once' } } }, /at '\/global\/image\/pullPolicy'/],
  ['a pull secret with a bad name', { global: { image: { pullSecrets: [LONG_NAME] } } }, /pullSecrets\/0'.*pattern/],
  ['a host to listen on that is none', { global: { listenHost: 'everywhere' } }, /at '\/global\/listenHost'/],
  ['a prefix that Kafka does not take', { global: { prefix: 'a b' } }, /at '\/global\/prefix'.*pattern/],
  ['brokers as a text', { global: { kafka: { brokers: 'a:1,b:2' } } }, /kafka\/brokers': got string, want array/],
  ['a broker without a port', { global: { kafka: { brokers: ['kafka'] } } }, /at '\/global\/kafka\/brokers\/0'/],
  ['two brokers in one text', { global: { kafka: { brokers: ['a:1,b:2'] } } }, /at '\/global\/kafka\/brokers\/0'/],
  ['a peer of a kind that is unknown', { global: { kafka: { peers: [{ host: 'x' }] } } }, /kafka\/peers\/0'.*'host'/],
  ['a peer of Kafka as a text', { global: { kafka: { peers: ['kafka'] } } }, /peers\/0': got string, want object/],
  ['a port of the stores that is none', { global: { mongodb: { port: 70_000 } } }, /mongodb\/port': maximum/],
  ['an authority in values', { global: { kafka: { tls: { ca: 'PEM' } } } }, /at '\/global\/kafka\/tls': .*'ca'/],
  [
    'an authority of the stores with a bad name',
    { global: { mongodb: { tls: { caSecret: LONG_NAME } } } },
    /caSecret'/,
  ],
  ['a password of Kafka in values', { intake: { kafka: { password: 'x' } } }, /at '\/kafka': .*'password' not allowed/],
  ['a user of Kafka of the gateway', { gateway: { kafka: {} } }, /gateway:\n- at '': additional properties 'kafka'/],
  [
    'a setting of Kafka that the chart sets',
    settings('intake', { KAFKA_SASL_USERNAME: 'x' }),
    /'KAFKA_SASL_USERNAME' not/,
  ],
  ['an authority of mail in values', { notifications: { mail: { tls: { ca: 'PEM' } } } }, /at '\/mail\/tls': .*'ca'/],
  ['a password for an agency without a Secret', agencyUser({ code: 'asp' }), /topics\/agencies\/0': missing property/],
  ['a password for an agency that is no code', agencyUser({ code: 'A.B', existingSecret: 'x' }), /agencies\/0\/code'/],
  ['the URI of the store in values', { intake: { mongodb: { uri: 'mongodb://x' } } }, /at '\/mongodb': .*'uri'/],
  [
    'a ConfigMap of keys with a bad name',
    { global: { publicKeys: { configMap: LONG_NAME } } },
    /publicKeys\/configMap/,
  ],
  [
    'a range of four numbers that is none',
    range('10.0.0.300/32'),
    /at '\/global\/kafka\/peers\/0\/ipBlock\/cidr'.*pattern/,
  ],
  ['a range with too long a prefix', range('10.0.0.0/33'), /ipBlock\/cidr'.*pattern/],
  ['a range of IPv6 with too long a prefix', range('2001:db8::/129'), /ipBlock\/cidr'.*pattern/],
  ['an address without a prefix', range('10.0.0.1'), /ipBlock\/cidr'.*pattern/],
  ['an exception that is no range', range('10.0.0.0/8', ['10.0.0.0/99']), /ipBlock\/except\/0'.*pattern/],
  [
    'a node of an address that is none',
    { global: { networkPolicy: { nodes: ['10.0.0.256/32'] } } },
    /networkPolicy\/nodes\/0'/,
  ],
  ['a node that is no range', { global: { networkPolicy: { nodes: ['node1'] } } }, /networkPolicy\/nodes\/0'/],
  [
    'a label of monitors that is a number',
    { global: { monitoring: { labels: { release: 1 } } } },
    /monitoring\/labels\/release/,
  ],
  ['a monitor as a text', { global: { monitoring: { podMonitor: 'on' } } }, /monitoring\/podMonitor': got string/],
  ['a value that is unknown', { catalog: { replica: 3 } }, /catalog:\n- at '': additional properties 'replica'/],
  ['replicas as a text', { catalog: { replicas: '3' } }, /catalog:\n- at '\/replicas': got string, want integer/],
  ['half a replica', { catalog: { replicas: 1.5 } }, /at '\/replicas': got number, want integer/],
  ['fewer replicas than none', { catalog: { replicas: -1 } }, /at '\/replicas': minimum: got -1, want 0/],
  ['a digest as a tag', { intake: { image: { tag: 5 } } }, /intake:\n- at '\/image\/tag': got number, want string/],
  ['a digest that is too short', { intake: { image: { digest: 'sha256:12' } } }, /at '\/image\/digest'.*pattern/],
  ['a digest without its kind', { intake: { image: { digest: '0'.repeat(64) } } }, /at '\/image\/digest'.*pattern/],
  ['an image with its tag', { intake: { image: { repository: 'cups/intake:1' } } }, /at '\/image\/repository'/],
  ['an image value that is unknown', { intake: { image: { pullPolicy: 'Never' } } }, /at '\/image': .*'pullPolicy'/],
  [
    'a limit of CPU',
    { intake: { resources: { limits: { cpu: 1 } } } },
    /at '\/resources\/limits': .*'cpu' not allowed/,
  ],
  ['memory without a unit', { intake: { resources: { limits: { memory: 512 } } } }, /limits\/memory': got number/],
  ['memory in decimal units', { intake: { resources: { limits: { memory: '512M' } } } }, /limits\/memory'.*pattern/],
  ['a share of CPU that is none', { intake: { resources: { requests: { cpu: 'half' } } } }, /requests\/cpu'.*pattern/],
  [
    'a sleep that is too long',
    { intake: { preStopSeconds: 600 } },
    /at '\/preStopSeconds': maximum: got 600, want 120/,
  ],
  ['a grace that is too short', { intake: { gracePeriodSeconds: 5 } }, /at '\/gracePeriodSeconds': minimum/],
  ['a security context', { intake: { securityContext: {} } }, /additional properties 'securityContext' not allowed/],
  ['an environment of its own', { intake: { env: [] } }, /additional properties 'env' not allowed/],
  ['a label that is a number', { intake: { pod: { labels: { team: 1 } } } }, /at '\/pod\/labels\/team': got number/],
  ['a pod value that is unknown', { intake: { pod: { hostNetwork: true } } }, /at '\/pod': .*'hostNetwork'/],
  [
    'a priority class with a bad name',
    { intake: { pod: { priorityClassName: 'Very High' } } },
    /pod\/priorityClassName/,
  ],
  ['a Secret with a bad name', { intake: { keys: { existingSecret: LONG_NAME } } }, /at '\/keys\/existingSecret'/],
  ['a key of a Secret with a slash', { intake: { mongodb: { key: 'a/b' } } }, /at '\/mongodb\/key'.*pattern/],
  ['a store of the gateway', { gateway: { mongodb: {} } }, /gateway:\n- at '': additional properties 'mongodb'/],
  [
    'keys of the simulator',
    { 'agency-simulator': { enabled: true, keys: {} } },
    /additional properties 'keys' not allowed/,
  ],
  ['a setting that no code reads', settings('intake', { SPEED: 1 }), /at '\/settings': additional properties 'SPEED'/],
  ['a setting of another service', settings('catalog', { MAIL_FROM: 'x' }), /at '\/settings': .*'MAIL_FROM'/],
  ['a setting that the chart sets', settings('intake', { GRPC_PORT: 1 }), /at '\/settings': .*'GRPC_PORT'/],
  ['a secret as a setting', settings('notifications', { SMTP_URL: 'smtp://x' }), /at '\/settings': .*'SMTP_URL'/],
  ['a setting for tests', settings('gateway', { VALIDATE_RESPONSES: true }), /'VALIDATE_RESPONSES' not allowed/],
  ['a setting above its bound', settings('intake', { MAX_IN_FLIGHT: 5000 }), /settings\/MAX_IN_FLIGHT': maximum/],
  [
    'a setting below its bound',
    settings('intake', { TIMER_POLL_INTERVAL_MS: 1 }),
    /settings\/TIMER_POLL_INTERVAL_MS': minimum/,
  ],
  ['a number as a text', settings('intake', { MAX_IN_FLIGHT: '64' }), /MAX_IN_FLIGHT': got string, want integer/],
  ['a level of the log that is none', settings('intake', { LOG_LEVEL: 'loud' }), /settings\/LOG_LEVEL': value must be/],
  ['a flag as a text', settings('agency-bridge', { CREATE_TOPICS: 'no' }), /CREATE_TOPICS': got string, want boolean/],
  ['HPA for a consumer', { intake: { autoscaling: { enabled: true } } }, /'autoscaling' not allowed/],
  ['KEDA for a caller', { gateway: { keda: { enabled: true } } }, /additional properties 'keda' not allowed/],
  ['a target of CPU above all', { gateway: { autoscaling: { targetCpuPercent: 200 } } }, /targetCpuPercent': maximum/],
  ['a lag of none', { intake: { keda: { lagThreshold: 0 } } }, /at '\/keda\/lagThreshold': minimum: got 0, want 1/],
  ['a sign-in that is unknown', { identity: { providers: ['ldap'] } }, /at '\/providers\/0': value must be one of/],
  ['an origin with a path', { gateway: { publicOrigin: 'https://x/y' } }, /at '\/publicOrigin'.*pattern/],
  ['an origin without a scheme', { gateway: { publicOrigin: 'cups.example' } }, /at '\/publicOrigin'.*pattern/],
  [
    'a way in that is unknown',
    { gateway: { route: { kind: 'nodeport' } } },
    /at '\/route\/kind': value must be one of/,
  ],
  ['more proxies than there can be', { gateway: { route: { trustedProxies: 50 } } }, /trustedProxies': maximum/],
  ['a value of the jobs that is unknown', { topics: { retention: 1 } }, /at '\/topics': .*'retention' not allowed/],
  ['a person among the values', firstSupervisor({ idnp: '2900000000012' }), /'\/ops\/firstSupervisor': .*'idnp'/],
  ['more partitions than a topic may have', { topics: { partitions: 5000 } }, /topics\/partitions': maximum/],
  ['a runbook that is no text', { alerts: { runbook: 1 } }, /at '\/alerts\/runbook': got number, want string/],
  ['a port of mail that is none', { notifications: { mail: { port: 0 } } }, /at '\/mail\/port': minimum/],
];

/** Of the charts: what is between two values. Each sentence begins with the path of the value. */
const CONTRADICTING_VALUES: [what: string, values: unknown, sentence: string][] = [
  [
    'an Ingress without a certificate in production',
    { gateway: { route: { kind: 'ingress', ingress: { className: 'nginx', tlsSecret: '' } } } },
    'gateway.route.ingress.tlsSecret is missing: an Ingress without a certificate serves plain HTTP.',
  ],
  [
    'a grace that does not hold the sleep',
    { intake: { preStopSeconds: 30 } },
    'intake.gracePeriodSeconds must be at least preStopSeconds + 20',
  ],
  ['no private key', { catalog: { keys: { existingSecret: '' } } }, 'catalog.keys.existingSecret is missing'],
  [
    'no URI of the store',
    { identity: { mongodb: { existingSecret: '' } } },
    'identity.mongodb.existingSecret is missing',
  ],
  [
    'no secret of requests',
    { intake: { requestSecret: { existingSecret: '' } } },
    'intake.requestSecret.existingSecret is missing',
  ],
  [
    'no keys of people in production',
    { intake: { personHash: { existingSecret: '' } } },
    'intake.personHash.existingSecret is missing: production requires it',
  ],
  [
    'no keys of people in a pilot that is strict',
    {
      global: { environment: 'development', strictExceptions: ['local-sign-in'] },
      identity: { personHash: { existingSecret: '' } },
    },
    'identity.personHash.existingSecret is missing: operators could submit',
  ],
  [
    'a store in the clear in production, strict or not',
    { global: { strictMode: false, mongodb: { tls: { caConfigMap: '' } } } },
    'global.mongodb.tls names no authority: production requires TLS',
  ],
  [
    'a Kafka in the clear in production, strict or not',
    openKafka,
    'global.kafka.tls names no authority: production requires TLS',
  ],
  [
    'a sign-in to Kafka without TLS',
    { global: { kafka: { tls: { caConfigMap: '' } } } },
    'notifications.kafka.existingSecret is set without global.kafka.tls',
  ],
  [
    'an administrator of Kafka without TLS',
    {
      global: { environment: 'development', strictMode: false, kafka: { tls: { caConfigMap: '' } } },
      identity: { kafka: { existingSecret: '' } },
      intake: { kafka: { existingSecret: '' } },
      documents: { kafka: { existingSecret: '' } },
      'agency-bridge': { kafka: { existingSecret: '' } },
      notifications: { kafka: { existingSecret: '' } },
      journal: { kafka: { existingSecret: '' } },
      'agency-simulator': { enabled: false },
    },
    'topics.kafka.existingSecret is set without global.kafka.tls',
  ],
  [
    'two authorities of the brokers',
    { global: { kafka: { tls: { caSecret: 'other' } } } },
    'global.kafka.tls names a caConfigMap and a caSecret',
  ],
  [
    'two authorities of the stores',
    { global: { mongodb: { tls: { caSecret: 'other' } } } },
    'global.mongodb.tls names a caConfigMap and a caSecret',
  ],
  [
    'two authorities of the mail server',
    { notifications: { mail: { tls: { caConfigMap: 'one', caSecret: 'other' } } } },
    'notifications.mail.tls names a caConfigMap and a caSecret',
  ],
  [
    'scaling by a lag that nobody may read',
    { intake: { keda: { authentication: '' } } },
    'intake.keda.authentication is missing',
  ],
  ['no broker', { global: { kafka: { brokers: [] } } }, 'global.kafka.brokers is empty'],
  ['no place of the brokers', { global: { kafka: { peers: [] } } }, 'global.kafka.peers is empty'],
  ['no place of the stores', { global: { mongodb: { peers: [] } } }, 'global.mongodb.peers is empty'],
  [
    'no place of the collector',
    { global: { tracing: { endpoint: 'http://c:4318' } } },
    'global.tracing.peers is empty',
  ],
  ['no place of the mail server', { notifications: { mail: { peers: [] } } }, 'notifications.mail.peers is empty'],
  [
    'fewer replicas at most than at least',
    { gateway: { autoscaling: { minReplicas: 11 } } },
    'gateway.autoscaling.maxReplicas must not be less than minReplicas',
  ],
  [
    'fewer consumers at most than at least',
    { intake: { keda: { minReplicas: 7 } } },
    'intake.keda.maxReplicas must not be less than minReplicas',
  ],
  [
    'more consumers than partitions',
    { intake: { keda: { partitions: 3 } } },
    'intake.keda.maxReplicas must not be more than partitions',
  ],
  [
    'a first supervisor whom a tool without a key appoints',
    { ops: { firstSupervisor: someone, keys: { existingSecret: '' } } },
    'ops.keys.existingSecret is missing',
  ],
  [
    'a first supervisor whom a tool without a certificate appoints',
    { ops: { firstSupervisor: someone, tls: { existingSecret: '' } } },
    'ops.tls.existingSecret is missing',
  ],
  ['a route without an origin', { gateway: { publicOrigin: '' } }, 'gateway.publicOrigin is missing'],
  [
    'a route of no Gateway',
    { gateway: { route: { gatewayApi: { parentRefs: [] } } } },
    'gateway.route.gatewayApi.parentRefs is empty',
  ],
  ['MPass without our keys', { identity: { saml: { existingSecret: '' } } }, 'identity.saml.existingSecret is missing'],
  [
    'MPass without an address',
    settings('identity', { SAML_IDP_SSO_URL: '' }),
    'identity.settings.SAML_IDP_SSO_URL is missing',
  ],
  [
    'OpenID Connect with nobody in particular',
    { identity: { providers: ['oidc'] } },
    'identity.settings.OIDC_ISSUER is missing',
  ],
  [
    'MPower without our certificate',
    settings('identity', { MPOWER_URL: 'https://mpower.example' }),
    'identity.mpower.existingSecret is missing',
  ],
  [
    'MPower that may not be reached',
    settings('identity', { MPOWER_URL: 'https://mpower.example' }),
    'identity.mpower.peers is empty',
  ],
  ['an OpenID provider that may not be reached', { identity: { providers: ['oidc'] } }, 'identity.oidc.peers is empty'],
  [
    'test operators in production',
    { identity: { providers: ['local'] } },
    'identity.providers holds local: its test operators',
  ],
  [
    'plain calls between services in production',
    { intake: { tls: { existingSecret: '' } } },
    'intake.tls.existingSecret is missing: production requires encrypted calls',
  ],
  [
    'a simulator without keys for the agency API',
    settings('agency-simulator', { SIMULATOR_PLATFORM_URL: 'https://cups.example' }),
    'agency-simulator.agencyKeys.existingSecret is missing',
  ],
  [
    'replicas with documents of their own',
    { documents: { settings: { DOCUMENTS_STORAGE: 'folder' } }, global: { strictExceptions: ['trial-storage'] } },
    'documents.storage.existingClaim is missing with more than one replica',
  ],
  [
    'a journal whose log ends with its pod',
    { journal: { storage: { existingClaim: '' } }, global: { strictMode: false } },
    'journal.storage.existingClaim is missing: a replaced pod would find no log',
  ],
  [
    'an http origin in production',
    { gateway: { publicOrigin: 'http://cups.example' } },
    'gateway.publicOrigin must begin with https:// in production',
  ],
];

/** Of strictMode: what works, and is for demonstrations only. */
const STRICT_MODE_VALUES: [what: string, values: unknown, sentence: string][] = [
  [
    'development',
    { global: { environment: 'development' } },
    'global.environment is development: strictMode requires production',
  ],
  [
    'local sign-in',
    { global: { environment: 'development' }, identity: { providers: ['local'] } },
    'identity.providers holds local: anyone could sign in as any operator',
  ],
  [
    'plain calls between services',
    {
      global: { environment: 'development', strictExceptions: ['local-sign-in'] },
      gateway: { tls: { existingSecret: '' } },
    },
    'gateway.tls.existingSecret is missing: calls between services would travel unencrypted',
  ],
  [
    'a tag instead of a digest',
    { catalog: { image: { digest: '', tag: '0.1.0' } } },
    'catalog.image.digest is missing',
  ],
  ['a tag instead of the digest of a job', { keys: { enabled: true } }, 'keys.image.digest is missing'],
  [
    'a tag instead of the digest of another job',
    { ops: { firstSupervisor: someone, image: { digest: '' } } },
    'ops.image.digest is missing',
  ],
  ['one replica', { intake: { keda: { enabled: false }, replicas: 1 } }, 'intake runs one replica'],
  ['one replica at least', { gateway: { autoscaling: { minReplicas: 1 } } }, 'gateway runs one replica'],
  [
    'a service that does not sign in to Kafka',
    { intake: { kafka: { existingSecret: '' } } },
    'intake.kafka.existingSecret is missing',
  ],
  [
    'a simulator that does not sign in to Kafka',
    { 'agency-simulator': { kafka: { existingSecret: '' } } },
    'agency-simulator.kafka.existingSecret is missing',
  ],
  ['a Kafka in the open', inDevelopment(openKafka), 'global.kafka.tls names no authority: messages to agencies'],
  [
    'a store in the open',
    inDevelopment({ global: { mongodb: { tls: { caConfigMap: '' } } } }),
    'global.mongodb.tls names no authority: applications',
  ],
  [
    'topics that nobody in particular makes',
    { topics: { kafka: { existingSecret: '' } } },
    'topics.kafka.existingSecret is missing',
  ],
  ['no network policies', { global: { networkPolicy: { enabled: false } } }, 'global.networkPolicy.enabled is off'],
  [
    'no mail server',
    { notifications: { mail: { existingSecret: '' } } },
    'notifications.mail.existingSecret is missing',
  ],
  [
    'an http origin',
    {
      global: { environment: 'development', strictExceptions: ['local-sign-in'] },
      gateway: { publicOrigin: 'http://cups.example' },
    },
    'gateway.publicOrigin does not begin with https://',
  ],
  ['a face that everybody reaches', { gateway: { public: { peers: [] } } }, 'gateway.public.peers is empty'],
  [
    'a simulator that answers for agencies',
    settings('agency-simulator', { SIMULATOR_TOPICS: 'all' }),
    'agency-simulator.settings.SIMULATOR_TOPICS is not training in production',
  ],
  [
    'a simulator with keys of real agencies',
    {
      'agency-simulator': {
        settings: { SIMULATOR_PLATFORM_URL: 'https://cups.example' },
        agencyKeys: { existingSecret: 'agency-keys' },
      },
    },
    'agency-simulator.settings.SIMULATOR_PLATFORM_URL is set in production',
  ],
  [
    'a service that makes topics',
    settings('agency-bridge', { CREATE_TOPICS: true }),
    'agency-bridge.settings.CREATE_TOPICS is on',
  ],
  ['a talkative log', settings('intake', { LOG_LEVEL: 'trace' }), 'intake.settings.LOG_LEVEL is for debugging'],
];

/** The same values in a pilot with test staff, where production's own refusals do not apply. */
function inDevelopment<Values extends { global: object }>(values: Values): unknown {
  const pilot = { environment: 'development', strictExceptions: ['local-sign-in'] };
  return { ...values, global: { ...values.global, ...pilot } };
}

function agencyUser(user: Record<string, unknown>): unknown {
  return { topics: { agencies: [user] } };
}

function firstSupervisor(values: Record<string, unknown>): unknown {
  return { ops: { firstSupervisor: values } };
}

function settings(service: string, values: Record<string, unknown>): unknown {
  return { [service]: { settings: values } };
}

function exceptions(...names: string[]): unknown {
  return { global: { strictExceptions: names } };
}

const production = (values: unknown) => () => render('platform', { files: [environmentFile('production')], values });

test.each(INVALID_VALUES)('the schemas of the charts refuse %s', (_, values, sentence) => {
  expect(production(values)).toThrow(sentence);
});

test.each(CONTRADICTING_VALUES)('the charts refuse %s', (_, values, sentence) => {
  expect(production(values)).toThrow(sentence);
});

test.each(STRICT_MODE_VALUES)('strictMode refuses %s', (_, values, sentence) => {
  expect(production(values)).toThrow(sentence);
});

test('strictMode refuses only values that otherwise work', () => {
  for (const [, values, sentence] of STRICT_MODE_VALUES) {
    const lenient = { ...(values as object), global: { ...(values as { global?: object }).global, strictMode: false } };
    expect({ sentence, objects: production(lenient)().length > 0 }).toEqual({ sentence, objects: true });
  }
});

test('reports all errors of a service at once', () => {
  const wrong = { catalog: { keys: { existingSecret: '' }, image: { digest: '' } } };
  expect(production(wrong)).toThrow(/catalog\.keys\.existingSecret.*\n.*catalog\.image\.digest/);
});

test('accepts IPv4 and IPv6 ranges', () => {
  for (const cidr of ['10.0.0.0/8', '192.0.2.255/32', '0.0.0.0/0', '2001:db8::/32', '::/0', 'fd00::1/128'])
    expect(production(range(cidr, [cidr]))().length).toBeGreaterThan(0);
});

test('refuses only images built with newer charts', () => {
  const made = (charts: string) => production({ global: { image: { charts } } });
  expect(made('99.0.0')).toThrow(
    /global\.image\.charts: these images need charts from version 99\.0\.0, and these are \d+\.\d+\.\d+/,
  );
  for (const charts of ['', '0.1.0', '0.2.0']) expect(made(charts)().length).toBeGreaterThan(0);
});

test('the registry refuses any value', () => {
  expect(() => render('centres', { values: { shards: 8 } })).toThrow(/additional properties 'shards' not allowed/);
});

test('passes helm lint --strict in every environment', () => {
  const lint = (...args: string[]) => {
    const { status, stdout } = helm(['lint', '--strict', '--quiet', ...args]);
    expect({ args, status, stdout: stdout.trim() }).toEqual({ args, status: 0, stdout: '' });
  };
  lint(...['common', 'platform', 'centres', 'agencies', ...SERVICES].map((chart) => `helm/${chart}`));
  for (const environment of ENVIRONMENTS) lint('helm/platform', '-f', environmentFile(environment));
});

test('shows access and missing steps in the install notes', () => {
  const notes = (environment: string, ...more: string[]) => {
    const files = ['-f', environmentFile(environment), ...more];
    const { stdout } = helm(['install', 'cups', 'helm/platform', '-n', 'cups', '--dry-run=client', ...files]);
    return stdout.slice(stdout.indexOf('NOTES:'));
  };
  expect(notes('dev')).toMatch(/No route leads in.*strictMode is off.*No job makes keys.*No job makes topics/s);
  expect(notes('pilot')).toMatch(/People come in at https:\/\/pilot\.cups\.example, .* Ingress\./s);
  expect(notes('pilot')).not.toMatch(/strictMode/);
  expect(notes('production')).toMatch(/once its name leads to the Gateway\./);
  const withoutRoute = ['--set', 'gateway.route.kind=none'];
  expect(notes('pilot', ...withoutRoute)).toMatch(
    /port-forward.*A browser does not sign in there: .* than https:\/\/pilot\.cups\.example \(CROSS_SITE_REQUEST\)\.\nFor a rehearsal set/s,
  );
  const here = ['--set', 'gateway.publicOrigin=http://127.0.0.1:8080'];
  expect(notes('dev', ...withoutRoute, ...here)).toMatch(/In a browser, http:\/\/127\.0\.0\.1:8080 signs in/);
});
