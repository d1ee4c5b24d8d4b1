import type { Command } from 'commander';
import { action, defineCommand } from '../program.ts';

/** `cups topics`, also a cluster job: creates the topics of the platform and agencies, with users and ACLs. */
export function topicsCommand(): Command {
  return defineCommand({
    name: 'topics',
    summary:
      'Creates the missing topics of the platform and of each agency. With KAFKA_USERS_DIR it creates the users of ' +
      'services and agencies with the minimal ACLs, and the quotas of agencies; it then signs in as an administrator ' +
      '(KAFKA_TLS_CA_FILE, KAFKA_SASL_USERNAME, KAFKA_SASL_PASSWORD_FILE). Settings come from the environment; see ' +
      'docs/reference/settings.md.',
    example: 'topics --check',
  })
    .option('--check', 'create nothing; list what is missing, and fail if anything is', false)
    .action(
      action(async ({ check }: { check: boolean }) => {
        const { checkTopics, createTopics } = await import('./topics.ts');
        return check ? checkTopics() : createTopics();
      }),
    );
}
