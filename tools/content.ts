import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkContent } from './content/findings.ts';

/**
 * What the desk fills in stands once, in CONTENT_SCHEMA of `libs/application`. This writes it into the OpenAPI document, and
 * holds the agency contract and the proto against it, which are given to others and have words of their own.
 * `node tools/content.ts`; `--check` only looks.
 */

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const findings = await checkContent(join(import.meta.dirname, '..'), values);
for (const finding of findings) console.error(finding);
console.log(`content of an application: ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
