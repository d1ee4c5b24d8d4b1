import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checkContent } from './content-findings.ts';

/**
 * Writes CONTENT_SCHEMA of `libs/application`, the only source of form content, to the OpenAPI document and the agency
 * contract, and compares the proto with it. `node tools/generate/openapi/content.ts`; `--check` writes nothing.
 */

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const findings = await checkContent(join(import.meta.dirname, '../../..'), values);
for (const finding of findings) console.error(finding);
console.log(`content of an application: ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
