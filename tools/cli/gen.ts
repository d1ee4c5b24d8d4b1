import { Argument } from 'commander';
import type { Command } from 'commander';
import { UsageError } from './errors.ts';
import { action, defineCommand } from './program.ts';
import { runScript } from './run-script.ts';

/** Generators, relative to tools/generate, and whether they know `--check`. */
const GENERATORS: Readonly<Record<string, { file: string; hasCheck: boolean }>> = {
  proto: { file: 'proto-types.ts', hasCheck: false },
  content: { file: 'openapi/content.ts', hasCheck: true },
  vocabularies: { file: 'openapi/vocabularies.ts', hasCheck: true },
  settings: { file: 'settings.ts', hasCheck: true },
  retention: { file: 'retention.ts', hasCheck: true },
  'lifecycle-diagram': { file: 'lifecycle-diagram.ts', hasCheck: true },
  'cli-reference': { file: 'cli-reference.ts', hasCheck: true },
  strimzi: { file: 'strimzi/strimzi.ts', hasCheck: true },
};

export function genCommand(): Command {
  return defineCommand({
    name: 'gen',
    summary:
      'Generates code and pages from their sources: the types of proto/ (not committed), the content schema and the ' +
      'closed lists in openapi.yaml, the settings page with values of the charts, the page of retention, the lifecycle diagram, the reference of this program, and the Strimzi ' +
      'resources.',
    example: 'gen content vocabularies --check',
  })
    .addArgument(new Argument('[what...]', 'what to generate').choices(Object.keys(GENERATORS)).default(['proto']))
    .option('--check', 'write nothing; fail when a file is stale', false)
    .action(
      action(async (what: string[], { check }: { check: boolean }) => {
        const unchecked = what.filter((name) => !GENERATORS[name]!.hasCheck);
        if (check && unchecked.length > 0) {
          throw new UsageError(`--check does not apply to ${unchecked.join(', ')}: what they write is not committed.`);
        }
        for (const name of what) {
          const code = await runScript(`tools/generate/${GENERATORS[name]!.file}`, check ? ['--check'] : []);
          if (code > 0) return code;
        }
        return 0;
      }),
    );
}
