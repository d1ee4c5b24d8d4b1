import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Log, Metrics } from '@cups/contracts';
import { createSemaphore } from '../semaphore.ts';
import { findChildProgram } from './child-program.ts';
import { CHECK_LIMITS } from './limits.ts';
import { startChild } from './run-child.ts';
import type { Child } from './run-child.ts';
import { confine } from './sandbox.ts';
import { selectIsolation } from './select-isolation.ts';

/**
 * The checker in a pod of its own: a connection is one file, and its two directions are the pipes of one child. The
 * server itself reads nothing, stores nothing, and has no keys: it uses no TLS, because code in a file could then read
 * the key. The network policy of the pod admits documents and no connection of its own.
 */
export interface CheckServer {
  port: number;
  close(): Promise<void>;
}

export interface CheckServerOptions {
  host: string;
  port: number;
  /** Maximum number of children at the same time; further connections wait. */
  maxChecks: number;
  log: Log;
  metrics: Metrics;
}

/** @throws Error, one sentence, if children cannot run */
export async function startCheckServer(options: CheckServerOptions): Promise<CheckServer> {
  const { host, port, maxChecks, log, metrics } = options;
  const program = findChildProgram();
  // In a pod, the pod itself is the isolation: a container rarely admits namespaces.
  const command = confine(program, await selectIsolation(program, { environment: 'development', log, metrics }));
  const sockets = new Set<Socket>();
  const children = new Set<Child>();
  const pending = metrics.gauge('documents_checker_connections', 'Open connections, running and waiting checks.');
  const runBounded = createSemaphore(maxChecks);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    sockets.add(socket);
    pending.set(sockets.size);
    socket.on('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      pending.set(sockets.size);
    });
    void runBounded(() => serveOne(socket, startChild(command), children));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      for (const child of children) child.kill();
      await closed;
      await Promise.all([...children].map((child) => child.ended));
    },
  };
}

/** Connects a client with a child until one of them ends, or the time is over. */
async function serveOne(socket: Socket, child: Child, children: Set<Child>): Promise<void> {
  children.add(child);
  const timer = setTimeout(() => child.kill(), CHECK_LIMITS.wallMs);
  // A client that leaves takes its child with it.
  socket.once('close', () => child.kill());
  if (socket.destroyed) child.kill();
  socket.pipe(child.stdin);
  child.stdout.pipe(socket);
  socket.resume();
  await child.ended;
  clearTimeout(timer);
  children.delete(child);
  socket.end();
}
