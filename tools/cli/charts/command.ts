import type { Command } from 'commander';
import { action, defineCommand } from '../program.ts';
import type { PackageOptions } from './charts.ts';

const load = () => import('./charts.ts');

export function chartsCommand(): Command {
  return defineCommand({
    name: 'charts',
    summary:
      'Without a subcommand, writes the dashboard and renders the pilot into k8s/rendered, so that a review shows what a ' +
      'change does to a cluster. Renders the other environments into dist/rendered, which is not committed.',
    example: 'charts --check',
  })
    .option('--check', 'write nothing; fail when a committed file is stale', false)
    .action(action(async ({ check }: { check: boolean }) => (await load()).writeGenerated(check)))
    .addCommand(
      defineCommand({
        name: 'package',
        summary: 'Writes a reproducible archive of each chart, and signs it with a key.',
        example: 'charts package --out dist/charts',
      })
        .option('--out <folder>', 'output folder', 'dist/charts')
        .option('--key <file>', 'armoured OpenPGP private key: writes a .prov beside each, and keyring.gpg')
        .option('--passphrase-file <file>', 'passphrase of that key')
        .action(action(async (options: PackageOptions) => (await load()).packageCharts(options))),
    )
    .addCommand(
      defineCommand({
        name: 'released',
        summary: 'Records in k8s/released.json, after a release, what the next one must keep.',
        example: 'charts released',
      }).action(action(async () => (await load()).writeReleaseRecord(false))),
    );
}
