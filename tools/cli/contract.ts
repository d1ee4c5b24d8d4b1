import type { Command } from 'commander';
import { action, defineCommand } from './program.ts';
import { runScript } from './run-script.ts';

const FILE = 'tools/generate/contract/contract.ts';

export function contractCommand(): Command {
  return defineCommand({
    name: 'contract',
    summary:
      'Publishes the agency contract to libs/agency-contract/published and checks it: fails when a file is stale, the ' +
      'AsyncAPI parser reports a finding, or the contract breaks an agency built for the baseline.',
    example: 'contract --check',
  })
    .option('--check', 'write nothing', false)
    .option('--baseline', 'make the published contract the new baseline', false)
    .action(
      action(({ check, baseline }: { check: boolean; baseline: boolean }) =>
        runScript(FILE, [...(check ? ['--check'] : []), ...(baseline ? ['--baseline'] : [])]),
      ),
    );
}
