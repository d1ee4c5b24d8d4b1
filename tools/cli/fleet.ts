import type { Command } from 'commander';
import { action, defineCommand, positiveNumber } from './program.ts';
import { runScript, toFlags } from './run-script.ts';

interface FleetOptions {
  desks: number;
  acts: number;
  hours: number;
  seconds: number;
  settle: number;
  seed?: string;
  report?: string;
  json: boolean;
}

export function fleetCommand(): Command {
  return defineCommand({
    name: 'fleet',
    summary:
      'Starts a platform in a folder of its own and simulated desks that run the outbox and the uploads of the page. Their ' +
      'lines drop, their PCs lose power, their disks are full and their clocks are wrong, and services die. Then all lines ' +
      'return. Fails when a write or a scan is lost, doubled or out of order, or when a printed receipt is not found. It ' +
      'ignores MONGODB_URI and KAFKA_BROKERS.',
    example: 'fleet --desks 20 --acts 5000 --hours 72 --seconds 90',
  })
    .option('--desks <n>', 'number of desks', positiveNumber(), 3)
    .option('--acts <n>', 'writes of all desks together', positiveNumber(), 500)
    .option('--hours <n>', 'hours at the desks', positiveNumber(), 24)
    .option('--seconds <s>', 'seconds in which these hours pass', positiveNumber(), 30)
    .option('--settle <s>', 'maximum seconds until everything is sent, once all lines work', positiveNumber(), 120)
    .option('--seed <text>', 'repeat another run (default: a new seed, which is printed)')
    .option('--report <file>', 'also write the report, as Markdown if the name ends in .md, else as JSON')
    .option('--json', 'print one JSON object and nothing else', false)
    .action(action((options: FleetOptions) => runScript('fleet/run.ts', toFlags(options))));
}
