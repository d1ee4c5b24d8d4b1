import type { Command } from 'commander';
import { action, defineCommand, resolvePath } from '../program.ts';
import type { ClusterOptions, ExternalServicesOptions } from './cluster.ts';

const ADDONS = ['--addons <list>', 'comma-separated: dns, metrics, policies, keda', 'dns,metrics,policies'] as const;
const FOLDER = ['--folder <folder>', 'state folder (default: .cups/cluster/run)', resolvePath] as const;
const load = () => import('./cluster.ts');

/** `cups cluster`: runs Kubernetes on this machine, built from source. See k8s/cluster/README.md. */
export function clusterCommand(): Command {
  const command = defineCommand({
    name: 'cluster',
    summary:
      'Runs Kubernetes with one node on this Linux machine, compiled from source, without an image registry. Use it with ' +
      'KUBECONFIG=<folder>/kubeconfig and the kubectl and helm of .cups/cluster/bin.',
  })
    .addCommand(
      defineCommand({
        name: 'build',
        summary: "Compiles what is missing: minutes the first time, seconds from Go's cache.",
        example: 'cluster build',
      })
        .option(...ADDONS)
        .action(action(async (options: ClusterOptions) => (await load()).build(options))),
    )
    .addCommand(
      defineCommand({
        name: 'up',
        summary:
          'Builds and starts the cluster, and leaves it running. Needs root. Ctrl-C during the start removes everything.',
        example: 'cluster up --addons dns,metrics',
      })
        .option(...ADDONS)
        .option(...FOLDER)
        .action(action(async (options: ClusterOptions) => (await load()).up(options))),
    )
    .addCommand(
      defineCommand({
        name: 'down',
        summary: 'Stops the cluster and removes processes, mounts, networks and control groups; logs stay.',
        example: 'cluster down',
      })
        .option(...FOLDER)
        .action(action(async (options: ClusterOptions) => (await load()).down(options))),
    );
  return addClusterTools(command);
}

/** Adds the commands that work on a running cluster. */
function addClusterTools(cluster: Command): Command {
  return cluster
    .addCommand(
      defineCommand({ name: 'status', summary: 'Shows what runs.', example: 'cluster status' }).action(
        action(async () => (await load()).status()),
      ),
    )
    .addCommand(
      defineCommand({
        name: 'load',
        summary: 'Loads images into the node, under their tags and digests.',
        example: 'cluster load dist/images/images.tar',
      })
        .argument('[archives...]', 'archives (default: dist/images/images.tar, from cups images)')
        .action(action(async (archives: string[]) => (await load()).load(archives.map(resolvePath)))),
    )
    .addCommand(
      defineCommand({
        name: 'external-services',
        summary:
          'Starts Kafka and a store with TLS and a mail server on this machine, and writes their values for an install. ' +
          'Ctrl-C stops them. See k8s/env/rehearsal.yaml.',
        example: 'cluster external-services --mine mine',
      })
        .option('--host <address>', 'address of this machine for pods (default: that of the cluster network)')
        .option('--mine <folder>', 'output folder', 'mine')
        .action(
          action(async (options: ExternalServicesOptions) => (await load()).startExternalServicesForCluster(options)),
        ),
    )
    .addCommand(
      defineCommand({
        name: 'policies',
        summary: 'Applies k8s/policies to the running cluster, and shows what they admit and refuse.',
        example: 'cluster policies',
      })
        .option(...FOLDER)
        .action(action(async (options: ClusterOptions) => (await load()).policies(options))),
    );
}
