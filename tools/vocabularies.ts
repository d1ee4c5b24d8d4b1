import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { REASONS, RULES } from '@cups/problem';
import { writeBlock } from './openapi/block.ts';

/**
 * The closed vocabularies stand once, in the code: this writes them into the OpenAPI document, so that whoever shows them to
 * people knows every word. `node tools/vocabularies.ts`; `--check` only looks; `--folder` names another tree, for tests.
 */

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    folder: { type: 'string', default: join(import.meta.dirname, '..') },
  },
});

const words = (list: readonly string[], description: string) => ({ type: 'string', enum: list, description });

const schemas = {
  Reason: words(Object.keys(REASONS), 'Why a request was refused; what to do about it stands in `action`.'),
  Rule: words(
    Object.keys(RULES),
    Object.entries(RULES)
      .map(([rule, { meaning }]) => `\`${rule}\`: ${meaning}`)
      .join('\n'),
  ),
};

const block = { tool: 'tools/vocabularies.ts', source: 'the vocabularies in libs', schemas };
const findings = await writeBlock(block, options.folder, { check: options.check });
for (const finding of findings) console.error(finding);
console.log(`closed vocabularies: ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
