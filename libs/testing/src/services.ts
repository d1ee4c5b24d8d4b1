import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadService } from '@cups/contracts/proto';
import { Problem } from '@cups/problem';
import type { DataVersions, Log, Metrics } from '@cups/contracts';
import { createLog, createMetrics } from '@cups/process';
import {
  AGENCY_SESSION_SECONDS,
  connect,
  generateKeys,
  openKeys,
  serveGrpc,
  type AccessTable,
  type Client,
  type Keys,
  type Role,
  type Rpcs,
  type ServiceName,
  type Session,
} from '@cups/rpc';

const ALL_SERVICES: ServiceName[] = [
  'catalog',
  'identity',
  'intake',
  'documents',
  'agency-bridge',
  'notifications',
  'journal',
  'gateway',
  'ops',
];

export interface TestKeys {
  /** For KEYS_DIR. */
  dir: string;
  forService(service: ServiceName): Keys;
  /**
   * Returns a session and its assertion, signed by identity's key. A machine of an agency needs the role
   * `agency-system` and `agency` only.
   */
  session(claims: {
    role: Role | Role[];
    centre?: string;
    inheritedCentres?: string[];
    agency?: string;
    operator?: string;
    language?: string;
    person?: string;
    expires?: Date;
  }): { session: Session; token: string };
  remove(): void;
}

/**
 * Creates key pairs of these services (default: all) in a temporary folder, always with identity's to sign sessions.
 */
export function createTestKeys(services: ServiceName[] = ALL_SERVICES): TestKeys {
  const dir = mkdtempSync(join(tmpdir(), 'cups-keys-'));
  generateKeys(dir, [...new Set<ServiceName>([...services, 'identity'])]);
  const opened = new Map<ServiceName, Keys>();
  const forService = (service: ServiceName): Keys => {
    let keys = opened.get(service);
    if (!keys) {
      if (!services.includes(service)) generateKeys(dir, [service]);
      opened.set(service, (keys = openKeys({ dir, service })));
    }
    return keys;
  };
  return {
    dir,
    forService,
    session({ role, centre, inheritedCentres, agency, operator, language, person, expires }) {
      const isMachine = role === 'agency-system';
      const session: Session = {
        operator: operator ?? (isMachine ? `operators/agency.${agency?.split('/')[1]}` : 'operators/test'),
        roles: Array.isArray(role) ? role : [role],
        ...(centre === undefined ? {} : { centre }),
        ...(inheritedCentres === undefined ? {} : { inheritedCentres }),
        ...(agency === undefined ? {} : { agency }),
        ...(language === undefined ? {} : { language }),
        ...(person === undefined ? {} : { person }),
        sid: randomUUID(),
        expires: expires ?? new Date(Date.now() + (isMachine ? AGENCY_SESSION_SECONDS * 1000 : 3_600_000)),
      };
      return { session, token: forService('identity').signSession(session) };
    },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}

export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
};

/** Creates a log that captures its lines. */
export function captureLog(service = 'test'): { log: Log; lines: Record<string, unknown>[]; text(): string } {
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    service,
    level: 'debug',
    destination: { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) },
  });
  return { log, lines, text: () => lines.map((line) => JSON.stringify(line)).join('\n') };
}

/** Creates separate metrics; `text` scrapes them. */
export function captureMetrics(service = 'test'): { metrics: Metrics; text(): Promise<string> } {
  const metrics = createMetrics(service);
  return { metrics, text: () => metrics.registry.metrics() };
}

/**
 * Serves a fake service from its proto on a free port, for any caller. Other methods fail with METHOD_NOT_FOUND.
 * `calls` records the requests.
 */
export async function fakeService<Definition extends object>(
  fullName: string,
  rpcs: Partial<Rpcs<Definition>>,
  { service, keys }: { service: ServiceName; keys: TestKeys },
): Promise<{ address: string; port: number; calls: { method: string; request: unknown }[]; close(): Promise<void> }> {
  const definition = loadService<Definition>(fullName);
  const calls: { method: string; request: unknown }[] = [];
  const given = rpcs as Record<string, ((request: never, context: never) => Promise<unknown>) | undefined>;
  const all: Record<string, unknown> = {};
  const access: Record<string, unknown> = {};
  for (const method of Object.keys(definition)) {
    access[method] = { callers: ALL_SERVICES, roles: 'none', tenancy: 'service', personalData: false };
    all[method] = async (request: never, context: never) => {
      calls.push({ method, request });
      const answer = given[method];
      if (!answer) throw new Problem({ reason: 'METHOD_NOT_FOUND', message: `The fake has no ${method}.` });
      return answer(request, context);
    };
  }
  const server = await serveGrpc<Definition>({
    name: service,
    definition,
    rpcs: all as Rpcs<Definition>,
    access: access as AccessTable<Definition>,
    keys: keys.forService(service),
    port: 0,
    host: '127.0.0.1',
    log: captureLog(service).log,
    metrics: createMetrics(service),
  });
  server.setServing(true);
  return { address: `127.0.0.1:${server.port}`, port: server.port, calls, close: () => server.drain(2_000) };
}

/** Creates a client that calls as `from`, with the session if given. */
export function clientFor<Definition>(
  fullName: string,
  options: {
    address: string;
    keys: TestKeys;
    from: ServiceName;
    to: ServiceName;
    sessionToken?: string;
    /** Data file versions of the caller. */
    versions?: DataVersions | undefined;
  },
): Client<Definition> {
  const { address, keys, from, to, sessionToken, versions } = options;
  const client = connect<Definition>(fullName, {
    address,
    keys: keys.forService(from),
    service: to,
    timeoutMs: 10_000,
    versions,
  });
  if (sessionToken === undefined) return client;
  return new Proxy(client, {
    get(target, name) {
      const call = Reflect.get(target, name) as unknown;
      if (typeof call !== 'function' || name === 'close') return call;
      return (request: unknown, context: object = {}, more?: unknown) =>
        (call as (...given: unknown[]) => unknown)(request, { sessionToken, ...context }, more);
    },
  });
}
