import { Option } from 'commander';
import type { Command } from 'commander';
import { action, defineCommand, positiveNumber } from '../program.ts';
import { PARTS } from '../../../k8s/lab/rollout/install.ts';
import type { RolloutSettings } from './rollout.ts';

export function rolloutCommand(): Command {
  return defineCommand({
    name: 'rollout',
    summary:
      'Tests a roll-out in a real Kubernetes: installs the platform from the images and charts of this checkout with the ' +
      'commands of docs/how-to, then, while desks submit applications, imports and opens centres, upgrades and rolls back, ' +
      'rotates keys, deletes, drains and kills pods, scales, and tests every connection between services. Takes about 30 ' +
      'minutes. With KUBECONFIG it uses that cluster, which needs KEDA, metrics-server, enforced policies and no namespace ' +
      'cups. Otherwise it starts one from source (needs root; see k8s/cluster/README.md).',
    example: "rollout --host 192.168.1.10 --load 'kind load image-archive {}'",
  })
    .addOption(
      new Option('--part <part>', 'all steps, or those of documents, which need no KEDA').choices(PARTS).default('all'),
    )
    .option('--rate <n>', 'applications per second, three calls each', positiveNumber(100), 2)
    .option('--spike <n>', 'applications per second in the spike', positiveNumber(100), 10)
    .option('--out <folder>', 'output folder of rollout.md and rollout.svg', 'dist/rollout')
    .option('--host <address>', 'with KUBECONFIG: address of this machine for its pods')
    .option('--load <command>', 'with KUBECONFIG: loads an archive of images ({}) into its nodes')
    .option('--keep', 'leave cluster, Kafka and store running until Ctrl-C', false)
    .action(action(async (options: RolloutSettings) => (await import('./rollout.ts')).testRollout(options)));
}
