/** `npm run wipe [-- --data <folder>]`: deletes the data of the embedded store and Kafka. Jars and classes stay. */
import { rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findRunningProcess } from '@cups/local';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({ options: { data: { type: 'string' } } });
const dataDir = values.data ? resolve(values.data) : resolve(root, '.cups/data');
const shown = relative(process.cwd(), dataDir) || '.';

const pid = await findRunningProcess(dataDir);
if (pid === undefined) {
  await rm(dataDir, { recursive: true, force: true });
  console.log(`${shown} is empty now.`);
} else {
  console.error(`The platform runs on ${shown} (process ${pid}): stop it first, nothing was removed.`);
  process.exitCode = 1;
}
