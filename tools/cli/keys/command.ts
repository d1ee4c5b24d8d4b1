import type { Command } from 'commander';
import { action, defineCommand } from '../program.ts';
import type { GenerateOptions, KeyOptions } from './keys.ts';

const load = () => import('./keys.ts');

function define(name: string, summary: string, example: string): Command {
  return defineCommand({ name, summary, example: `keys ${example}` })
    .argument('[names...]', 'services, key sets, authority, or all')
    .option('--dir <folder>', 'keys are files in this folder')
    .option('--cluster', 'in a pod: Secrets and ConfigMap of its namespace', false)
    .option('--api <url>', 'the same from outside, through `kubectl proxy`')
    .option('--namespace <name>', 'for --api', 'default')
    .option('--prefix <name>', 'prefix of the Kubernetes objects', 'cups')
    .option('--now', 'skip the waiting times; what the other key signed is refused for a while', false);
}

/** `cups keys`, also a cluster job: generates and rotates service keys, key sets and certificates. */
export function keysCommand(): Command {
  const steps = [
    define(
      'generate',
      'Generates what is missing: keys, secrets, a certificate authority and certificates. Renews certificates that ' +
        'expire within 120 days. Without names: everything.',
      'generate --dir .cups/data/keys',
    )
      .option('--no-certificates', 'no certificates, since another authority issues them (such as cert-manager)')
      .option('--accept-loss', 'generate keys in place of lost ones that only a backup has', false)
      .option('--kafka', 'also a password for each Kafka user, except those of agencies', false)
      .action(action(async (names: string[], options: GenerateOptions) => (await load()).generate(names, options))),
    ...(
      [
        ['show', 'Shows the state of each key. Without names: all.'],
        ['publish', 'Step 1 of a rotation: publishes the next public key.'],
        ['activate', 'Step 2, five minutes later: signs with it.'],
        [
          'retire',
          'Step 3: withdraws the old public key when nothing signed with it is in use: after 10 minutes; for identity ' +
            'after 17 days and 5 minutes; for key sets after 8 hours and 5 minutes. Old keys of persons retire when identity reports that no number needs ' +
            'them.',
        ],
        ['renew', 'Renews the certificate of a service; the previous one stays valid until it expires.'],
      ] as const
    ).map(([name, summary]) =>
      define(name, summary, `${name} intake --dir .cups/data/keys`).action(
        action(async (names: string[], options: KeyOptions) => (await load()).runStep(name, names, options)),
      ),
    ),
  ];
  const group = defineCommand({
    name: 'keys',
    summary:
      'Generates and rotates service keys, key sets and certificates. Use one of --dir, --cluster and --api. No service ' +
      'restarts: services watch their keys. `authority` is the certificate authority; cookie, person-hash, persons, ' +
      'document-keys, identity-keys, intake-keys, notification-keys and checkpoints are key sets.',
  });
  for (const step of steps) group.addCommand(step);
  return group;
}
