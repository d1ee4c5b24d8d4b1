import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { eventually, captureLog } from '@cups/testing';
import { expect, test } from '@jest/globals';
import { openLagWatch } from '../src/index.ts';

test('LagWatch stops despite an unresponsive broker', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {})));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  try {
    const brokers = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
    const watch = openLagWatch({ brokers, prefix: '', log: captureLog().log, stuckMs: 30 });
    await eventually(() => sockets.length > 0);
    const ended = watch.stop().then(() => 'ended');
    expect(await Promise.race([ended, after(6000, 'too late', { ref: false })])).toBe('ended');
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});
