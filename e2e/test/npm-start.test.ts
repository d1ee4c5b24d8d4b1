import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { COMMAND, expectCleanStop, findMarkedProcesses, start } from './npm-start.ts';

/** `npm start` starts everything, and a signal ends it. */

describe('npm start', () => {
  const npm = (dataDir: string) => [...COMMAND.split(' '), dataDir];

  test('SIGTERM to npm ends everything in order, Kafka and the embedded store included', async () => {
    const platform = await start(npm, { MONGODB_URI: undefined, KAFKA_BROKERS: undefined });
    expect(findMarkedProcesses(platform.mark).filter(({ name }) => /^\S*java /.test(name))).toHaveLength(2);
    const ended = once(platform.child, 'exit');
    platform.child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
    await expectCleanStop(platform);
  });
});
