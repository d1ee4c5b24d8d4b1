import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createMetrics, reduceError, serveHttp } from '../src/index.ts';
import { captureLog, temporaryDir } from '@cups/testing';

describe('createLog', () => {
  test('writes the fields of the closed list only', () => {
    const { log, lines } = captureLog();
    log.info({
      event: 'x',
      count: 3,
      ...({ idnp: '2900000000012', msg: 'Ion', answers: { a: 1 }, url: '/x', err: new Error('E') } as object),
    });
    const { time, ...rest } = lines[0] as Record<string, unknown>;
    expect(rest).toEqual({ level: 'info', service: 'test', event: 'x', count: 3 });
    expect(Date.parse(time as string)).not.toBeNaN();
  });

  test('drops values of another type, truncates texts and redacts personal numbers', () => {
    const { log, lines } = captureLog();
    log.warn({
      event: 'x',
      count: 'many' as never,
      method: { a: 1 } as never,
      resource: 'operators/2900000000012',
      reason: 'r'.repeat(1000),
    });
    expect(lines[0]).toMatchObject({ level: 'warn', resource: 'operators/[number]' });
    expect(lines[0]).not.toHaveProperty('count');
    expect(lines[0]).not.toHaveProperty('method');
    expect((lines[0]?.['reason'] as string).length).toBeLessThan(400);
  });

  test('adds the fields of a child to each of its lines', () => {
    const { log, lines } = captureLog();
    log.child({ requestId: 'r1', caller: 'gateway' }).error({ event: 'x' });
    expect(lines[0]).toMatchObject({ requestId: 'r1', caller: 'gateway', event: 'x', level: 'error' });
  });

  test('reduces an error and its causes to class, code and code locations', () => {
    const cause = Object.assign(new Error('dup key: { idnp: "2900000000012" }\n    at Ion (/home/ion:1:1)'), {
      code: 'E11000',
    });
    const error = new RangeError('Ion Popescu', { cause });
    const { log, lines } = captureLog();
    log.error({ event: 'x', error });
    const text = JSON.stringify(lines);
    expect(lines[0]).toMatchObject({ error: { name: 'RangeError', cause: { name: 'Error', code: 'E11000' } } });
    expect(text).toMatch(/process\.test\.ts:\d+:\d+/);
    expect(text).not.toMatch(/\bIon\b|Popescu|2900000000012|dup key/);
  });

  test('reduces an error whose name or code is free text', () => {
    const error = Object.assign(new Error('m'), { name: 'Ion Popescu', code: 'key: 2900000000012' });
    expect(reduceError(error)).toMatchObject({ name: 'Error' });
    expect(reduceError(error)).not.toHaveProperty('code');
    expect(reduceError('Ion Popescu')).toEqual({ name: 'thrown string' });
    expect(reduceError(null)).toEqual({ name: 'thrown null' });
  });
});

describe('serveHttp', () => {
  let ready = true;
  let live = true;
  let http: Awaited<ReturnType<typeof serveHttp>>;
  beforeEach(async () => {
    [ready, live] = [true, true];
    const metrics = createMetrics('intake');
    metrics.counter('things_total', 'Things.', ['kind']).inc({ kind: 'a' });
    metrics.counter('cycles_total', 'Cycles, counted elsewhere.', [], () => 7);
    expect(metrics.counter('things_total', 'Things.', ['kind'])).toBe(metrics.counter('things_total', 'Things.'));
    http = await serveHttp({
      port: 0,
      host: '127.0.0.1',
      metrics,
      live: () => live,
      ready: () => (ready ? true : Promise.reject(new Error('store is unavailable'))),
    });
  });
  afterEach(() => http.close());
  const get = (path: string) => fetch(`http://127.0.0.1:${http.port}${path}`);

  test('serves live and ready, with 503 for false or an exception', async () => {
    expect([(await get('/healthz')).status, (await get('/readyz?x=1')).status]).toEqual([200, 200]);
    [ready, live] = [false, false];
    const answers = [await get('/healthz'), await get('/readyz')];
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    expect(await (answers[1] as Response).text()).toBe('no\n');
  });

  test('serves the metrics of the process and the service', async () => {
    await get('/metrics');
    const text = await (await get('/metrics')).text();
    expect(text).toContain('things_total{kind="a",service="intake"} 1');
    expect(text).toContain('cycles_total{service="intake"} 7');
    expect(text).toMatch(
      /# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total\{service="intake"\} 0?\.?\d/,
    );
    expect(text).toMatch(/process_resident_memory_bytes\{service="intake"\} \d{7,}/);
  });

  test('serves no other path', async () => {
    expect((await get('/')).status).toBe(404);
  });
});

describe('serve', () => {
  const index = join(import.meta.dirname, '..', 'src', 'index.ts');

  /** Runs a main.ts and sends `signal` after a line with "service-started". */
  async function runMain(main: string, signal?: NodeJS.Signals) {
    const { dir, remove } = temporaryDir();
    const file = join(dir, 'main.mts');
    writeFileSync(file, `import { createLog, serve } from ${JSON.stringify(index)};\n${main}`);
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let sent = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (bytes: Buffer) => {
        out += bytes.toString();
        if (signal && !sent && out.includes('"service-started"')) {
          sent = true;
          child.kill(signal);
        }
      });
    }
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    remove();
    return { code, out };
  }

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s stops in order and exits 0 with every log line written',
    async (signal) => {
      const { code, out } = await runMain(
        `const log = createLog({ service: 'x' });
       serve(async () => ({ log, stop: async () => { for (let i = 0; i < 500; i++) log.info({ event: 'closing', count: i }); } }));
       setInterval(() => {}, 1000);`,
        signal,
      );
      expect(code).toBe(0);
      const events = out
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { event: string }).event);
      expect(events.filter((event) => event === 'closing')).toHaveLength(500);
      expect([events[0], events[1], events.at(-1)]).toEqual([
        'service-started',
        'shutdown-started',
        'shutdown-completed',
      ]);
      expect(out).toMatch(/"open":"Timeout 1"/);
    },
  );

  test('logs no warning for a clean shutdown, even with sockets closing late', async () => {
    const { code, out } = await runMain(
      `import { connect, createServer } from 'node:net';
       import { once } from 'node:events';
       const log = createLog({ service: 'x' });
       const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
       await once(server, 'listening');
       const client = connect(server.address().port, '127.0.0.1');
       await once(client, 'connect');
       serve(async () => ({ log, stop: async () => { client.end(); server.close(); } }));`,
      'SIGTERM',
    );
    expect(code).toBe(0);
    const last = JSON.parse(out.trim().split('\n').at(-1) as string) as Record<string, unknown>;
    expect(last).toMatchObject({ level: 'info', event: 'shutdown-completed' });
  });

  test('writes lines that follow each other together, and the last one when the process ends', async () => {
    const { out } = await runMain(
      `import fs from 'node:fs';
       import { setTimeout as pause } from 'node:timers/promises';
       const { write } = fs;
       let writes = 0;
       fs.write = (...given) => { writes += 1; return write(...given); };
       const log = createLog({ service: 'x' });
       for (let i = 0; i < 10; i++) log.info({ event: 'x' });
       const count = writes;
       while (writes === 0) await pause(5);
       log.info({ event: 'last', count, total: writes });`,
    );
    const lines = out.trim().split('\n');
    expect(lines).toHaveLength(11);
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ event: 'last', count: 0, total: 1 });
  });

  test.each(['pipe', 'socket'] as const)(
    'drops lines without delay if standard output is a full %s without a reader',
    async (kind) => {
      const { dir, remove } = temporaryDir();
      const file = join(dir, 'main.mts');
      writeFileSync(
        file,
        `import { createLog, serve } from ${JSON.stringify(index)};
         let dropped = 0;
         const log = createLog({ service: 'x', onDrop: () => (dropped += 1) });
         serve(async () => ({ log, stop: async () => process.stderr.write('in order') }));
         setInterval(() => {
           for (let i = 0; i < 1000; i++) log.info({ event: 'x', reason: 'r'.repeat(200) });
           if (dropped > 0) process.stderr.write('dropped');
         }, 5);`,
      );
      execFileSync('mkfifo', [join(dir, 'fifo')]);
      // Also open for reading, so that a reader exists, which reads nothing.
      const fifo = openSync(join(dir, 'fifo'), 'r+');
      const child = spawn(process.execPath, [file], { stdio: ['ignore', kind === 'pipe' ? fifo : 'pipe', 'pipe'] });
      const ended = new Promise((resolve) => child.on('exit', (...exitArguments) => resolve(exitArguments)));
      const late = setTimeout(() => child.kill('SIGKILL'), 8_000);
      let errorOutput = '';
      child.stderr!.on('data', (bytes: Buffer) => {
        if (errorOutput === '') child.kill('SIGTERM');
        errorOutput += bytes.toString();
      });
      expect(await ended).toEqual([0, null]);
      expect(errorOutput).toMatch(/^(dropped)+in order/);
      clearTimeout(late);
      child.stdout?.destroy();
      closeSync(fifo);
      remove();
    },
  );

  describe('on a full disk', () => {
    /** Runs a main.ts whose standard output is on a full disk. */
    async function runOnFullDisk(main: string) {
      const { dir, remove } = temporaryDir();
      const file = join(dir, 'main.mts');
      writeFileSync(file, `import { createLog, serve } from ${JSON.stringify(index)};\n${main}`);
      const full = openSync('/dev/full', 'w');
      const child = spawn(process.execPath, [file], { stdio: ['ignore', full, 'pipe'] });
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      let errorOutput = '';
      child.stderr!.on('data', (bytes: Buffer) => {
        errorOutput += bytes.toString();
        if (errorOutput.includes('serves')) child.kill('SIGTERM');
      });
      const code = await new Promise((resolve) => child.on('close', resolve));
      clearTimeout(late);
      closeSync(full);
      remove();
      return { code, errorOutput };
    }

    test('serves on and stops in order', async () => {
      const { code, errorOutput } = await runOnFullDisk(
        `const log = createLog({ service: 'x' });
         serve(async () => ({ log, stop: async () => process.stderr.write('in order') }));
         setInterval(() => log.info({ event: 'x' }), 5);
         setTimeout(() => process.stderr.write('serves'), 300);`,
      );
      expect({ code, errorOutput }).toEqual({ code: 0, errorOutput: 'servesin order' });
    });

    test('a crash ends the process', async () => {
      const { code } = await runOnFullDisk(
        `const log = createLog({ service: 'x' });
         serve(async () => { setTimeout(() => { throw new Error('x'); }, 100); return { log, stop: async () => {} }; });
         setInterval(() => log.info({ event: 'x' }), 5);`,
      );
      expect(code).toBe(1);
    });

    test('writes the lines once there is space again, each once', async () => {
      const { code, out } = await runMain(
        `import fs from 'node:fs';
         const { write } = fs;
         let isFull = true;
         fs.write = (fd, ...given) => {
           if (!isFull) return write(fd, ...given);
           given.at(-1)(Object.assign(new Error('full'), { code: 'ENOSPC' }));
         };
         const log = createLog({ service: 'x' });
         serve(async () => ({ log, stop: async () => {} }));
         for (let i = 0; i < 100; i++) log.info({ event: 'x', count: i });
         setTimeout(() => (isFull = false), 100);
         setTimeout(() => process.kill(process.pid, 'SIGTERM'), 1_600);`,
      );
      const counts = out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: string; count?: number })
        .flatMap(({ event, count }) => (event === 'x' ? [count] : []));
      expect({ code, counts }).toEqual({ code: 0, counts: Array.from({ length: 100 }, (_, i) => i) });
    });
  });

  test('prints one sentence for an invalid setting and exits 1', async () => {
    const { code, out } = await runMain(
      `serve(() => { throw new Error('GRPC_PORT must be a port from 0 to 65535.'); });`,
    );
    expect({ code, out }).toEqual({ code: 1, out: 'GRPC_PORT must be a port from 0 to 65535.\n' });
  });

  test('hides the text of a driver error at the start', async () => {
    const { code, out } = await runMain(
      `serve(Promise.reject(Object.assign(new Error('dup key 2900000000012'), { code: 11000 })));`,
    );
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ event: 'startup-failed', error: { name: 'Error', code: '11000' } });
    expect(out).not.toContain('2900000000012');
  });

  test.each(['setTimeout(() => { throw new Error("Ion") })', 'Promise.reject(new Error("Ion"))'])(
    'logs an uncaught error without its text and exits 1: %s',
    async (thrown) => {
      const { code, out } = await runMain(
        `const log = createLog({ service: 'x' }); serve(async () => { ${thrown}; return { log, stop: async () => {} }; }); setInterval(() => {}, 1000);`,
      );
      expect(code).toBe(1);
      expect(out).toMatch(/"event":"process-crashed"/);
      expect(out).not.toContain('Ion');
    },
  );

  test('exits 1 if the shutdown fails', async () => {
    const { code, out } = await runMain(
      `serve(async () => ({ stop: () => Promise.reject(new Error('x')) })); setInterval(() => {}, 1000);`,
      'SIGTERM',
    );
    expect(code).toBe(1);
    expect(out).toContain('shutdown-failed');
  });
});
