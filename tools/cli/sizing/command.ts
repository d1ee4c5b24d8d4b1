import type { Command } from 'commander';
import { action, collect, defineCommand } from '../program.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import type { SizingOptions } from './sizing.ts';

export function sizingCommand(): Command {
  return defineCommand({
    name: 'sizing',
    summary:
      'Computes partitions, pods, nodes, memory and disks from the measured cost of one application (bench/life.json), ' +
      'the resource requests of the charts, and assumptions.',
    example: 'sizing --centres 100 --assume applicationsPerDay=40 --json',
  })
    .option('--centres <n>', 'number of centres; may be repeated (default: the numbers of the page)', collect)
    .option('--prices <file>', 'YAML with currency, cpuCore, memoryGiB and diskGiB, each the price of a unit per month')
    .option('--assume <name=n>', 'override an assumption; may be repeated', collect)
    .option('--json', 'print one JSON object', false)
    .option('--write', 'write docs/how-to/size-a-deployment.md', false)
    .option('--check', 'fail when that page is stale', false)
    .addHelpText('after', `\nAssumptions: ${Object.keys(ASSUMPTIONS).join(', ')}`)
    .action(action(async (options: SizingOptions) => (await import('./sizing.ts')).sizing(options)));
}
