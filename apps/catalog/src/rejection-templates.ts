import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Log, Metrics } from '@cups/contracts';
import { createYamlParser, watchRegistry } from '@cups/registry';
import type { Registry, RegistryParser } from '@cups/registry';
import schema from '../schemas/rejection-template.schema.json' with { type: 'json' };
import { validateTemplate } from './domain/rejection-template.ts';
import type { RejectionTemplate } from './domain/rejection-template.ts';

/** Creates the parser of data/rejection-templates. An invalid file yields a problem and no entry, and affects no other. */
export const createRejectionTemplateParser = (): RegistryParser<RejectionTemplate> =>
  createYamlParser<RejectionTemplate>({ schema, validate: validateTemplate });

type RejectionTemplates = Pick<Registry<RejectionTemplate>, 'current' | 'close'>;

/**
 * Watches the templates of a data folder. An invalid file leaves its template unchanged, is logged, and is counted by the
 * gauge `rejection_template_file_problems`. The data of a former release has no such folder, and so no templates until one
 * is added.
 */
export async function watchRejectionTemplates(options: {
  /** Data folder with a subfolder `rejection-templates`. */
  dataDir: string;
  log: Log;
  metrics: Metrics;
}): Promise<RejectionTemplates> {
  const { log, metrics } = options;
  const gauge = metrics.gauge(
    'rejection_template_file_problems',
    'ALARM: files of rejection templates that are refused or gone',
  );
  const dir = join(options.dataDir, 'rejection-templates');
  if (!existsSync(dir)) log.warn({ event: 'rejection-templates-missing' });
  return watchRegistry<RejectionTemplate>({
    dir,
    isOptional: true,
    parse: createRejectionTemplateParser(),
    onChange(_templates, problems) {
      gauge.set(problems.length);
      for (const { file, message } of problems)
        log.error({ event: 'rejection-template-refused', file, reason: message });
    },
  });
}
