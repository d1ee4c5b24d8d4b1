import type { Command } from 'commander';
import { action, defineCommand, wholeNumber } from '../program.ts';
import type { StartOptions } from './start.ts';

export function startCommand(): Command {
  return defineCommand({
    name: 'start',
    summary:
      'Starts Kafka, the store and all services, plays the sample day on an empty store, and serves until Ctrl-C. ' +
      'Restarts a process that exits, at most 5 times in 10 minutes; then it stops everything. On a full disk it waits for space. ' +
      'MONGODB_URI and KAFKA_BROKERS replace the embedded store and Kafka.',
    example: 'start --port 8081 --no-sample-data',
  })
    .option('--port <n>', 'port of the gateway; 0 takes a free one', wholeNumber(0, 65_535), 8080)
    .option('--data <folder>', 'data folder of Kafka and the store', '.cups/data')
    .option('--no-sample-data', 'do not play the sample day')
    .option('--insecure', 'Kafka without TLS, users and ACLs, and calls between services without TLS', false)
    .action(
      action(async (options: StartOptions) => {
        const { start } = await import('./start.ts');
        await start(options);
      }),
    );
}
