import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { buildPrincipals } from '@cups/events/rights';
import { listSettings } from '@cups/process/settings';
import { parse } from 'yaml';
import { environmentFile, render } from '../../cli/charts/render.ts';
import type { KubernetesObject } from '../../cli/charts/render.ts';
import { SERVICES } from '../../platform/services.ts';
import { SETTINGS } from '../../generate/charts/tables.ts';
import { ofKind } from './objects.ts';

/**
 * The edges of the platform stand in four places: what the code connects to, what it accepts, the picture in the README, and
 * the network policies. They are the same.
 */

const root = join(import.meta.dirname, '..', '..', '..');

const isService = (name: string) => SERVICES.some((service) => service === name);

type Edge = `${string} -> ${string}`;
const sorted = (edges: Iterable<Edge>): Edge[] => [...new Set(edges)].sort();

/** All sources of a service as one text. */
function sourcesOf(service: string): string {
  const folder = join(root, 'apps', service, 'src');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  return files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
}

/** Whom the code calls: every `connect` names the service that it calls. */
const codeEdges = SERVICES.flatMap((service) =>
  [...sourcesOf(service).matchAll(/\bconnect(?:<\w+>)?\(\s*'cups\.[^']+',\s*\{\s*service: '([a-z-]+)'/g)].map(
    ([, called]): Edge => `${service} -> ${called}`,
  ),
);

/** Whom the code lets in: the callers of the rows of its access table. The tool of operators is no service, and runs outside. */
async function readAccessEdges(): Promise<Edge[]> {
  const edges: Edge[] = [];
  for (const service of SERVICES) {
    const source = join(root, 'apps', service, 'src', 'access.ts');
    const loaded = (await import(source).catch(() => ({ access: {} }))) as { access: Record<string, Row> };
    for (const { callers } of Object.values(loaded.access)) {
      edges.push(...callers.filter(isService).map((caller): Edge => `${caller} -> ${service}`));
    }
  }
  return edges;
}

interface Row {
  callers: string[];
}

interface Rule {
  from?: Peer[];
  to?: Peer[];
  ports: { protocol: string; port: number }[];
}

interface Peer {
  podSelector?: { matchLabels?: Record<string, string> };
  namespaceSelector?: unknown;
}

interface Policy extends KubernetesObject {
  spec: {
    podSelector: { matchLabels?: Record<string, string> };
    policyTypes: string[];
    ingress?: Rule[];
    egress?: Rule[];
  };
}

const NAME = 'app.kubernetes.io/name';
const ALL_ENABLED = { 'agency-simulator': { enabled: true }, global: { strictMode: false } };
const objects = render('platform', { files: [environmentFile('production')], values: ALL_ENABLED });
const policies = ofKind<Policy>(objects, 'NetworkPolicy').filter(({ metadata }) => isService(metadata.name));
const portOf = new Map(
  ofKind<KubernetesObject & { spec: { ports: { port: number }[] } }>(objects, 'Service').map(({ metadata, spec }) => [
    metadata.name,
    spec.ports[0]!.port,
  ]),
);

/** Services of the platform that a rule names, each with the port that it opens. */
function resolvePeers(peers: Peer[] = [], ports: Rule['ports']): string[] {
  return peers
    .filter(({ namespaceSelector }) => namespaceSelector === undefined)
    .map(({ podSelector }) => podSelector?.matchLabels?.[NAME] ?? '')
    .filter(isService)
    .map((name) => `${name}:${ports.map(({ port }) => port).join()}`);
}

const policyEdges = {
  out: policies.flatMap(({ metadata, spec }) =>
    (spec.egress ?? []).flatMap(({ to, ports }) =>
      resolvePeers(to, ports).map((to): Edge => `${metadata.name} -> ${to}`),
    ),
  ),
  in: policies.flatMap(({ metadata, spec }) =>
    (spec.ingress ?? []).flatMap(({ from, ports }) =>
      resolvePeers(from, ports).map(
        (caller): Edge => `${caller.split(':')[0]!} -> ${metadata.name}:${caller.split(':')[1]}`,
      ),
    ),
  ),
};

test('allows egress to the called services', () => {
  const wanted = codeEdges.map((edge): Edge => `${edge}:${portOf.get(edge.split(' -> ')[1]!)}` as Edge);
  expect(codeEdges.length).toBeGreaterThan(8);
  expect(sorted(policyEdges.out)).toEqual(sorted(wanted));
});

test('allows ingress exactly from the callers', () => {
  expect(sorted(policyEdges.in)).toEqual(sorted(policyEdges.out));
});

test('keeps access tables equal to the callers', async () => {
  expect(sorted(await readAccessEdges())).toEqual(sorted(codeEdges));
});

test('sets the addresses of the called services', () => {
  const addressed = SERVICES.flatMap((service) =>
    listSettings(SETTINGS[service]!)
      .filter(({ type }) => type === 'address')
      .map(({ name }): Edge => `${service} -> ${name.replace('_ADDRESS', '').replaceAll('_', '-').toLowerCase()}`),
  );
  expect(sorted(addressed)).toEqual(sorted(codeEdges));
});

const diagram = /```mermaid\n(flowchart[\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8'))![1]!;
/** The picture calls two of them by a shorter or a wider name. */
const ALIASES: Record<string, string> = { bridge: 'agency-bridge', agency: 'agency-simulator' };
const resolveAlias = (name: string) => ALIASES[name] ?? name;

test('matches the calls of the README diagram', () => {
  const solid = [...diagram.matchAll(/^ {2}(\w+) --(?: "[^"]*" --)?> (\w+)$/gm)]
    .filter(([, from]) => from !== 'desk')
    .map(([, from, to]): Edge => `${resolveAlias(from!)} -> ${resolveAlias(to!)}`);
  expect(sorted(solid)).toEqual(sorted(codeEdges));
});

test('allows Kafka only for services with topics', () => {
  const dotted = [...diagram.matchAll(/^ {2}(\w+) -\.-> (\w+)$/gm)].flatMap(([, from, to]) => [from!, to!]);
  const users = dotted.map(resolveAlias).filter(isService);
  expect(findServicesReaching(9093)).toEqual([...new Set(users)].sort());
  const reading = SERVICES.filter((service) => settingNames(service).includes('KAFKA_BROKERS'));
  expect(findServicesReaching(9093)).toEqual(reading.toSorted());
});

test('allows the store only for services with one', () => {
  const stored = SERVICES.filter((service) => settingNames(service).includes('MONGODB_URI'));
  expect(findServicesReaching(27_017)).toEqual(stored.toSorted());
});

const settingNames = (service: string) => listSettings(SETTINGS[service]!).map(({ name }) => name);

/** Who may reach a port that is none of the platform's own. */
function findServicesReaching(port: number): string[] {
  return policies
    .filter(({ spec }) => spec.egress?.some(({ ports }) => ports.some((one) => one.port === port)))
    .map(({ metadata }) => metadata.name)
    .sort();
}

test('allows other egress only to webhooks, the mail server, the checker, S3 and the malware scanner', () => {
  const known = new Set([53, 9093, 27_017, ...SERVICES.map((service) => portOf.get(service))]);
  const others = policies.flatMap(({ metadata, spec }) =>
    (spec.egress ?? []).flatMap(({ ports }) =>
      ports.filter(({ port }) => !known.has(port)).map(({ port }) => `${metadata.name}:${port}`),
    ),
  );
  expect(others.sort()).toEqual([
    ...['agency-bridge:443', 'documents:3310', 'documents:443', 'documents:7017', 'notifications:465'],
  ]);
});

test('lets the pods that open files reach nothing, and only documents reach them', () => {
  const checker = ofKind<Policy>(objects, 'NetworkPolicy').find(
    ({ metadata }) => metadata.name === 'documents-checker',
  )!;
  expect(checker.spec.policyTypes).toEqual(['Ingress', 'Egress']);
  expect(checker.spec.egress).toBeUndefined();
  const inside = checker.spec.ingress!.filter(({ ports }) => ports[0]!.port === portOf.get('documents-checker'));
  expect(inside.flatMap(({ from, ports }) => resolvePeers(from, ports))).toEqual(['documents:7017']);
});

test('lets the simulator reach the gateway only where it uses the agency API', () => {
  const simulator = {
    enabled: true,
    agencyKeys: { existingSecret: 'agency-keys' },
    settings: { SIMULATOR_PLATFORM_URL: 'http://gateway' },
  };
  const policiesWith = (more: object) => {
    const values = { 'agency-simulator': Object.assign({}, simulator, more), global: { strictMode: false } };
    const found = render('platform', { files: [environmentFile('production')], values });
    const names = ['agency-simulator', 'agency-simulator-to-gateway'];
    return names.map((name) => ofKind<Policy>(found, 'NetworkPolicy').find(({ metadata }) => metadata.name === name));
  };
  const [inside, atGateway] = policiesWith({});
  expect(inside!.spec.egress!.flatMap(({ to, ports }) => resolvePeers(to, ports))).toEqual(['gateway:8080']);
  expect(atGateway!.spec.podSelector.matchLabels![NAME]).toBe('gateway');
  expect(atGateway!.spec.ingress!.flatMap(({ from, ports }) => resolvePeers(from, ports))).toEqual([
    'agency-simulator:8080',
  ]);
  const [outside, none] = policiesWith({ platform: { port: 443, peers: [{ ipBlock: { cidr: '192.0.2.1/32' } }] } });
  expect(outside!.spec.egress!.map(({ ports }) => ports[0]!.port)).toContain(443);
  expect(none).toBeUndefined();
});

test('denies both directions by default', () => {
  for (const { spec } of policies) expect(spec.policyTypes).toEqual(['Ingress', 'Egress']);
  const all = ofKind<Policy>(objects, 'NetworkPolicy').find(({ metadata }) => metadata.name === 'default-deny');
  expect(all?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
});

test('scales consumers on the groups and topics that they read', () => {
  for (const service of ['intake', 'agency-bridge', 'notifications']) {
    const chart = parse(readFileSync(join(root, 'helm', service, 'service.yaml'), 'utf8')) as {
      consumes: { group: string; topic: string };
    };
    const text = sourcesOf(service).replaceAll(/\s+/g, ' ');
    const constant = /const GROUP = '([^']+)'/.exec(text)?.[1];
    const [, group, topic] = /groupId: ('[^']+'|GROUP), topics: \['([^']+)'/.exec(text)!;
    expect(chart.consumes).toEqual({ group: group === 'GROUP' ? constant : group!.slice(1, -1), topic });
  }
});

test('gives KEDA access only to the scaled groups', () => {
  const principals = buildPrincipals('', { agencies: [], simulated: [] });
  const of = (name: string) =>
    principals
      .find(({ user }) => user === name)!
      .rights.map((right) => `${right.operation} ${right.resource} ${right.name}`);
  const looked = SERVICES.flatMap((service) => {
    const chart = parse(readFileSync(join(root, 'helm', service, 'service.yaml'), 'utf8')) as {
      consumes?: { group: string; topic: string };
    };
    if (!chart.consumes) return [];
    const { group, topic } = chart.consumes;
    expect(of(service)).toEqual(expect.arrayContaining([`read topic ${topic}`, `read group ${group}`]));
    return [`describe topic ${topic}`, `describe group ${group}`];
  });
  expect(of('kafka-lag').sort()).toEqual([...new Set(looked)].sort());
});

test('has a Kafka user for exactly the services with topics', () => {
  const users = buildPrincipals('', { agencies: [], simulated: [] }).map(({ user }) => user);
  expect(users.filter(isService).sort()).toEqual(findServicesReaching(9093));
});
