import { once } from 'node:events';
import { eventually } from '@cups/testing';
import { describe, expect, test } from '@jest/globals';
import { COMMAND, expectCleanStop, findMarkedProcesses, start } from './npm-start.ts';

/** `npm start` under a supervisor: every signal ends the whole platform, and failed processes are restarted. */

describe('npm start', () => {
  const npm = (dataDir: string) => [...COMMAND.split(' '), dataDir];
  const shell = (dataDir: string) => ['sh', '-c', `${COMMAND} ${dataDir}`];

  test('SIGTERM to npm ends everything in order, Kafka and the embedded store included', async () => {
    const platform = await start(npm, { MONGODB_URI: undefined, KAFKA_BROKERS: undefined });
    expect(findMarkedProcesses(platform.mark).filter(({ name }) => /^\S*java /.test(name))).toHaveLength(2);
    const ended = once(platform.child, 'exit');
    platform.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expectCleanStop(platform);
  });

  test('SIGTERM to the shell of a supervisor ends everything', async () => {
    const platform = await start(shell);
    platform.child.kill('SIGTERM');
    await expectCleanStop(platform);
  });

  test('SIGKILL to npm ends everything', async () => {
    const platform = await start(npm);
    platform.child.kill('SIGKILL');
    await expectCleanStop(platform);
  });

  test('killing the signal forwarder ends everything', async () => {
    const platform = await start(npm);
    const runner = findMarkedProcesses(platform.mark).find(({ name }) => /^\S*node tools\/run\.mjs start/.test(name));
    process.kill(runner!.pid, 'SIGKILL');
    await expectCleanStop(platform);
  });

  test('a killed process is restarted, Kafka and store included, and the rest continues', async () => {
    const platform = await start(npm, { MONGODB_URI: undefined, KAFKA_BROKERS: undefined });
    const { url, mark, output, child } = platform;
    const pidOf = (name: RegExp) => findMarkedProcesses(mark).find((one) => name.test(one.name))?.pid;
    const gateway = pidOf(/bundles\/gateway\.mjs/);
    const killed = {
      intake: /bundles\/intake\.mjs/,
      kafka: /^\S*java .* Kafka /,
      store: /^\S*java .* cups\.store\.Store /,
    };
    for (const [name, pattern] of Object.entries(killed)) {
      const pid = pidOf(pattern)!;
      process.kill(pid, 'SIGKILL');
      await eventually(() => output().includes(`${name} is ready again`), { timeoutMs: 90_000 });
      expect(output()).toContain(`${name} exited unexpectedly (killed); restart 1 of 5 within 10 minutes`);
      expect(pidOf(pattern)).not.toBe(pid);
    }
    await eventually(async () => (await fetch(`${url}/api/v1/centres`)).ok, { timeoutMs: 30_000 });
    expect([pidOf(/bundles\/gateway\.mjs/), child.exitCode]).toEqual([gateway, null]);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expectCleanStop(platform);
  }, 300_000);
});
