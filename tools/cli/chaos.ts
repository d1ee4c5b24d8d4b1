import { Option } from 'commander';
import type { Command } from 'commander';
import { action, defineCommand, positiveNumber } from './program.ts';
import { runScript, toFlags } from './run-script.ts';

interface ChaosOptions {
  minutes: number;
  seed?: string;
  only?: string;
  rate: number;
  rest: number;
  keep: boolean;
  data?: string;
  json: boolean;
}

export function chaosCommand(): Command {
  return defineCommand({
    name: 'chaos',
    summary:
      'Starts a platform in its own folder, works at its desks, and meanwhile kills, restarts, pauses and duplicates its ' +
      'processes, Kafka and the store, and sends invalid messages and overload. Then it waits until the platform settles, ' +
      'and fails when an invariant does not hold. It ignores MONGODB_URI and KAFKA_BROKERS.',
    example: 'chaos --minutes 2 --only kills,restarts',
  })
    .option('--minutes <n>', 'minutes with faults', positiveNumber(), 5)
    .option('--seed <text>', 'repeat the faults of another run (default: a new seed, which is printed)')
    .option('--only <kinds>', 'comma-separated kinds of faults (default: all)')
    .option('--rate <n>', 'applications started per second', positiveNumber(), 4)
    .option('--rest <s>', 'maximum seconds until the platform settles', positiveNumber(), 240)
    .option('--keep', 'keep the folder of data and logs; a violation always keeps it', false)
    .addOption(new Option('--data <folder>', 'folder of data and logs').default(undefined, 'a new temporary folder'))
    .option('--json', 'print one JSON object and nothing else', false)
    .action(action((options: ChaosOptions) => runScript('chaos/chaos.ts', toFlags(options))));
}
