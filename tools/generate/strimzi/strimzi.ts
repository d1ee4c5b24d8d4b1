import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { Document } from 'yaml';
import { topicObjects, userObjects } from './objects.ts';
import { schemasIn } from './schemas.ts';
import { agenciesIn } from '../../cli/topics/agencies.ts';

/**
 * `node tools/generate/strimzi/strimzi.ts` writes the platform's topics and users to k8s/kafka, from the lists in the code; `--check` fails when one
 * is stale. `--definitions <folder>` writes k8s/kafka/schemas.json from Strimzi's definitions (see k8s/kafka/README.md).
 */

const root = join(import.meta.dirname, '../../..');
const SCHEMAS = 'k8s/kafka/schemas.json';
const GENERATED_HEADER = '# Made by tools/generate/strimzi/strimzi.ts from libs/events: change the lists there.\n';

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, definitions: { type: 'string' } },
});

if (values.definitions === undefined) process.exitCode = await writeObjects(values.check);
else {
  // One line per kind: a diff shows which one has changed.
  const lines = Object.entries(schemasIn(values.definitions)).map(
    ([kind, schema]) => `${JSON.stringify(kind)}: ${JSON.stringify(schema)}`,
  );
  writeFileSync(join(root, SCHEMAS), `{\n${lines.join(',\n')}\n}\n`);
  console.log(`written: ${SCHEMAS}`);
}

/** @returns the exit code */
async function writeObjects(checkOnly: boolean): Promise<number> {
  const pages = {
    'k8s/kafka/topics.yaml': topicObjects(),
    'k8s/kafka/users.yaml': userObjects(agenciesIn(join(root, 'data'))),
  };
  const stale: string[] = [];
  for (const [file, made] of Object.entries(pages)) {
    const path = join(root, file);
    const text = GENERATED_HEADER + made.map((one) => `---\n${new Document(one).toString({ lineWidth: 0 })}`).join('');
    const wanted = await format(text, Object.assign({ filepath: path }, await resolveConfig(path)));
    if (existsSync(path) && readFileSync(path, 'utf8') === wanted) continue;
    stale.push(file);
    if (!checkOnly) writeFileSync(path, wanted);
  }
  if (stale.length === 0) console.log('k8s/kafka has the topics and users of the code');
  else if (checkOnly) console.error(`Stale: ${stale.join(', ')}. Run \`node tools/generate/strimzi/strimzi.ts\`.`);
  else console.log(`written: ${stale.join(', ')}`);
  return checkOnly && stale.length > 0 ? 1 : 0;
}
