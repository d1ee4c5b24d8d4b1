import type { NotificationsServiceDefinition } from '@cups/contracts/gen/cups/notifications/v1/NotificationsService.ts';
import { loadService } from '@cups/contracts/proto';
import { createLog, createMetrics } from '@cups/process';
import { temporaryDir } from '@cups/testing';
import { connect, generateKeys, openKeys, serveGrpc } from '../src/index.ts';
import type { AccessRow, Client, GrpcServer, Keys, Rpcs, ServerOptions, ServiceName, Session } from '../src/index.ts';

export type Definition = NotificationsServiceDefinition;
export const FULL_NAME = 'cups.notifications.v1.NotificationsService';
export const TEST_SERVICES: ServiceName[] = ['identity', 'gateway', 'intake', 'notifications'];
export const PUBLIC_ACCESS: AccessRow = { callers: ['gateway'], roles: 'none', tenancy: 'public', personalData: false };

/** Captures log lines, parsed. */
export function captureLogLines() {
  const lines: Record<string, unknown>[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  return { lines, log: createLog({ service: 'notifications', destination, level: 'debug' }) };
}

export interface TestServer {
  server: GrpcServer;
  keys: Record<'identity' | 'gateway' | 'intake' | 'notifications', Keys>;
  lines: Record<string, unknown>[];
  metricsText(): Promise<string>;
  clientOf(caller: ServiceName): Client<Definition>;
  stop(): Promise<void>;
}

/** Serves the notifications service with the given handlers on a free port. */
export async function startTestServer(
  given: Partial<Rpcs<Definition>>,
  {
    slips = PUBLIC_ACCESS,
    notices = PUBLIC_ACCESS,
    ...options
  }: Partial<ServerOptions> & { slips?: AccessRow; notices?: AccessRow } = {},
): Promise<TestServer> {
  const { dir, remove } = temporaryDir();
  generateKeys(dir, TEST_SERVICES);
  const keysOf = (service: ServiceName) => openKeys({ dir, service });
  const keys = {
    identity: keysOf('identity'),
    gateway: keysOf('gateway'),
    intake: keysOf('intake'),
    notifications: keysOf('notifications'),
  };
  const { lines, log } = captureLogLines();
  const metrics = createMetrics('notifications');
  const server = await serveGrpc({
    name: 'notifications',
    keys: keys.notifications,
    port: 0,
    host: '127.0.0.1',
    log,
    metrics,
    definition: loadService<Definition>(FULL_NAME),
    rpcs: { ListNotices: async () => ({}), GetSlip: async () => ({}), ExportNotices: async () => ({}), ...given },
    access: { GetSlip: slips, ListNotices: notices, ExportNotices: PUBLIC_ACCESS },
    ...options,
  });
  const clients: { close(): void }[] = [];
  return {
    server,
    keys,
    lines,
    metricsText: () => metrics.registry.metrics(),
    clientOf(caller) {
      const address = `127.0.0.1:${server.port}`;
      const client = connect<Definition>(FULL_NAME, {
        address,
        keys: keysOf(caller),
        service: 'notifications',
        // Time tests set their own limit; no other test may reach it on a busy machine.
        timeoutMs: 20_000,
      });
      clients.push(client);
      return client;
    },
    async stop() {
      for (const client of clients) client.close();
      await server.drain(1000);
      remove();
    },
  };
}

/** Returns a synthetic session. */
export function session(more: Partial<Session> = {}): Session {
  const expires = new Date(Math.floor(Date.now() / 1000) * 1000 + 3600_000);
  return {
    operator: 'operators/cu-001.specialist-1',
    roles: ['specialist'],
    centre: 'centres/CU-001',
    sid: 's1',
    expires,
    ...more,
  };
}

/** Returns the rejection of a promise. */
export async function captureRejection(promise: Promise<unknown>): Promise<Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return Object.assign({}, error as Record<string, unknown>, { message: (error as Error).message });
  }
  throw new Error('the promise was not rejected');
}

/**
 * Returns the rejection of a call, or `still waiting` after `ms`. This process measures both, so a busy machine
 * delays them together.
 */
export function captureRejectionWithin(ms: number, call: Promise<unknown>): Promise<unknown> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, ms, 'still waiting')));
  return Promise.race([captureRejection(call).then(({ reason }) => reason), late]).finally(() => clearTimeout(timer));
}

/** A promise with its resolvers, for handlers that wait. */
export function createGate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}
