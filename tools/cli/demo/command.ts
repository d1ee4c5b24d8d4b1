import type { Command } from 'commander';
import { action, defineCommand, wholeNumber } from '../program.ts';
import type { DemoOptions } from './demo.ts';

export function demoCommand(): Command {
  return defineCommand({
    name: 'demo',
    summary:
      'Plays a day at the desks of a running platform through its public REST API, and reconciles the results. ' +
      'Fails when an application was lost, duplicated or left open.',
    example: 'demo --applications 200',
  })
    .option('--url <url>', 'gateway (default: that of npm start)')
    .option('--mpower <url>', 'simulator of MPower that the platform uses (default: that of npm start)')
    .option('--applications <n>', 'number of applications', wholeNumber(1), 68)
    .option('--json', 'print one JSON object and nothing else', false)
    .action(
      action(async (options: DemoOptions) => {
        const { demo } = await import('./demo.ts');
        return demo(options);
      }),
    );
}
