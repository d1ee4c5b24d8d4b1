import type { Command } from 'commander';
import { action, defineCommand } from '../program.ts';

export function scanCommand(): Command {
  return defineCommand({
    name: 'scan',
    summary:
      'Renders the platform of every environment, the centres and the agencies, and scans them with checkov, kube-score ' +
      'and kube-linter. Fails when a check fails or a finding is critical. The first run installs the scanners into ' +
      '.cups/scanners in the versions of k8s/scanners: it takes minutes, Go, Python 3 and the network.',
    example: 'scan kube-linter',
  })
    .argument('[scanners...]', 'only these scanners (default: all)')
    .action(action(async (scanners: string[]) => (await import('./scan.ts')).scan(scanners)));
}
